"""What every update rule must do: one function per demand.

A check takes a rule and returns what is wrong, or None; the first line of its docstring is the
demand. The command ``check-rule`` runs these checks on a user's rule, the tests run them on the
built-in rules. All inputs are drawn from fixed seeds, so that an outcome never changes.
"""

import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from momentum_study.core.text import format_number, one_line
from momentum_study.engine.optimizers import USUAL_BETA, Array, Rule, get_rule
from momentum_study.engine.points import Points
from momentum_study.engine.rule_trials import (
    DOUBLE,
    REPLICATES,
    SINGLE,
    MovablePoints,
    bytes_of_run,
    draw,
    path_of,
    trained,
)

Problem = str | None
Check = Callable[[Rule], Problem]

_BETAS = (0.0, 0.5, 0.9, 0.99)
_RATES = (0.1, 0.01, 1.0, 0.3)
_ALPHAS = (0.05, 1e30, 0.2, 0.1)  # of trainings: the second diverges
_PRECISIONS = (SINGLE, DOUBLE)
_UPDATE_NUMBERS = (1, 2, 3, 10, 100, 1000)

_CURVATURES = (1.0, 10.0, 100.0, 1000.0)
_STEEPEST = 0.1  # α times the largest curvature
_QUADRATIC_UPDATES = 2000
# Until the velocity is constant under a constant gradient: 0.99 to this power is 1e-22.
_SETTLING_UPDATES = 5000


@dataclass(frozen=True)
class Outcome:
    """Result of one check: its name, its demand, and what is wrong, if anything."""

    check: str
    demand: str
    problem: Problem


def outcomes(rule: Rule) -> Iterator[Outcome]:
    """Yield the outcome of every check that applies to the rule, one after the other."""
    for check in checks_of(rule):
        yield outcome(check, rule)


def outcome(check: Check, rule: Rule) -> Outcome:
    """Return the outcome of one check.

    Any exception of the rule is a problem. Its arithmetic may overflow without a warning, as in
    training.
    """
    with np.errstate(all="ignore"):
        try:
            problem = check(rule)
        except Exception as error:
            problem = _raised(error)
    demand = (check.__doc__ or "").partition("\n")[0]
    return Outcome(check.__name__.replace("_", " "), demand, problem)


def checks_of(rule: Rule) -> list[Check]:
    """List the checks that apply to the rule; some are for homogeneous rules only."""
    checks = [*_FOR_ALL]
    if rule.homogeneous:
        checks.append(effective_rate)
        if rule.uses_beta:
            checks.append(no_momentum)
    return checks


# --- the interface


def coefficients(rule: Rule) -> Problem:
    """Gain and coefficients are finite, and the same for arrays as for numbers."""
    betas, rates = _betas(rule), np.array(_RATES)[:, None]
    pairs = list(zip(betas.ravel().tolist(), _RATES, strict=True))
    gains = np.array([rule.gain(beta) for beta, _ in pairs], dtype=np.float64)
    if not (np.isfinite(gains).all() and (gains > 0).all()):
        return f"gain(β) must be finite and above 0, got {gains.tolist()}"
    named = [("gain", rule.gain(betas), gains)]
    count = len(rule.coefficients(betas, rates, 1))
    for t in _UPDATE_NUMBERS:
        alone = [tuple(rule.coefficients(beta, rate, t)) for beta, rate in pairs]
        together = tuple(rule.coefficients(betas, rates, t))
        if {len(one) for one in (*alone, together)} != {count}:
            return (
                f"expected {count} coefficients at t = {t}, as at t = 1, for arrays and for numbers"
            )
        named += [
            (f"coefficient {place} at t = {t}", values, np.array(numbers, dtype=np.float64))
            for place, (values, numbers) in enumerate(
                zip(together, zip(*alone, strict=True), strict=True)
            )
        ]
    for name, values, numbers in named:
        if np.shape(values) not in ((), (1, 1), betas.shape):
            return f"{name} has shape {np.shape(values)}, but β has shape {betas.shape}"
        if not np.isfinite(numbers).all():
            return f"{name} is not finite: {numbers.tolist()}"
        if not np.allclose(np.broadcast_to(values, betas.shape).ravel(), numbers, 1e-12, 0):
            return (
                f"{name} is {np.ravel(values).tolist()} for an array, {numbers.tolist()} one by one"
            )
    return None


def depends_on_t(rule: Rule) -> Problem:
    """Coefficients change with t if and only if depends_on_t is True."""
    first, *later = [
        [np.asarray(value).tolist() for value in rule.coefficients(_betas(rule), _RATES[0], t)]
        for t in _UPDATE_NUMBERS
    ]
    changed = any(one != first for one in later)
    return _flag(rule, "depends_on_t", changed, "coefficients change", "no coefficient changes")


def uses_beta(rule: Rule) -> Problem:
    """β changes the updates if and only if uses_beta is True."""
    start, gradients = draw((5,), 6)
    low, high = (path_of(rule, start, gradients, beta, 0.1) for beta in (0.5, 0.9))
    changed = not _same(low, high)
    return _flag(rule, "uses_beta", changed, "updates change with β", "β changes no update")


def homogeneous(rule: Rule) -> Problem:
    """Updates are proportional to gradients if and only if homogeneous is True.

    Then the gradients may be multiplied by α, and by any other number. The factors here are powers
    of two, which round nothing.
    """
    start, gradients = draw((6,), 8)
    beta = _usual(rule)
    unscaled = path_of(rule, start, gradients, beta, 0.25)
    scaled = path_of(rule, start, 0.25 * gradients, beta, 1.0)
    origin = np.zeros_like(start)
    once = path_of(rule, origin, gradients, beta, 0.25)
    proportional = _close(unscaled, scaled, 1e-9) and all(
        _close(scale * once, path_of(rule, origin, scale * gradients, beta, 0.25), 1e-9)
        for scale in (2.0**-20, 2.0**20)
    )
    does, does_not = "updates are proportional to gradients", "updates are not proportional"
    return _flag(rule, "homogeneous", proportional, does, does_not)


def learning_rate(rule: Rule) -> Problem:
    """The first update is proportional to the learning rate, where that is small."""
    start, gradients = draw((6,), 1)
    first, second = (
        path_of(rule, start, gradients, _usual(rule), rate)[0] - start for rate in (1e-6, 2e-6)
    )
    if _close(2 * first, second, 1e-6):
        return None
    return f"the update is {first[0]:.3g} at rate 1e-6, but {second[0]:.3g} at twice the rate"


# --- arrays


def in_place(rule: Rule) -> Problem:
    """Weights and state change in place, in any shape and either precision."""
    for shape, dtype in product(((), (5,), (3, 4), (2, 3, 4)), _PRECISIONS):
        where = f"on an array of shape {shape}, {dtype}"
        start, gradients = draw(shape, 12, dtype)
        returned: list[object] = []
        recorded = _with_returned_values(rule, returned)
        points, moved = MovablePoints(recorded, _usual(rule), 0.1, start, dtype), False
        for gradient in gradients:
            try:
                points.update(gradient)
            except Exception as error:
                return f"{where}: {_raised(error)}"
            if returned.pop() is not None:
                return f"{where}: update returned a value; it must change w and return nothing"
            for name, array in zip(
                ("w", *rule.state), (points.positions, *points.state), strict=True
            ):
                if array.shape != shape or array.dtype != dtype:
                    return f"{where}: {name} now has shape {array.shape} and type {array.dtype}"
                if not np.isfinite(array).all():
                    return f"{where}: {name} is not finite"
            moved |= not np.array_equal(points.positions, start)
        if not moved:
            return f"{where}: w has not changed; write into it, with out=w"
        for name, array in zip(rule.state, points.state, strict=True):
            if not array.any():
                return (
                    f"{where}: the state {name} stays zero; write into it, or remove it from state"
                )
    return None


def memory(rule: Rule) -> Problem:
    """The rule keeps everything in its state, which may move in memory."""
    start, gradients = draw((5,), 8)
    beta = _usual(rule)
    expected = path_of(rule, start, gradients, beta, 0.1)
    other = MovablePoints(rule, beta, 0.3, -start)
    points = MovablePoints(rule, beta, 0.1, start)
    for t, gradient in enumerate(gradients):
        points.update(gradient)
        other.update(-2 * gradient)
        if not _same(points.positions, expected[t]):
            return f"update {t + 1} differs when other updates come in between and arrays move"
        points.move()
    return None


def repeatable(rule: Rule) -> Problem:
    """The same gradients give the same updates, byte for byte."""
    start, gradients = draw((5,), 8)
    first, second = (path_of(rule, start, gradients, _usual(rule), 0.1) for _ in range(2))
    return None if _same(first, second) else "a second run differs from the first"


def batch_invariance(rule: Rule) -> Problem:
    """Networks in a stack are as they are alone, even if others diverge."""
    betas, rates = _betas(rule), np.array(_RATES)[:, None]
    for dtype in _PRECISIONS:
        start, gradients = draw((4, 33), 8, dtype)
        for bad in (None, np.nan, np.inf, np.finfo(dtype).max):
            if bad is not None:
                gradients[2:, 1::2] = bad
            healthy = range(4) if bad is None else (0, 2)
            stack = path_of(rule, start, gradients, betas, rates)
            for network, size in product(healthy, (1, 2)):
                part = slice(network, network + size)
                own = path_of(rule, start[part], gradients[:, part], betas[part], rates[part])
                if not _same(own[:, 0], stack[:, network]):
                    others = "" if bad is None else f" where others have gradients of {bad}"
                    return f"{dtype}: a network differs in a stack{others}; treat rows separately"
    return None


def rest(rule: Rule) -> Problem:
    """Zero weights stay zero under zero gradients, as diverged networks must."""
    for dtype in _PRECISIONS:
        zeros = np.zeros((4, 3), dtype=dtype)
        path = path_of(rule, zeros, np.zeros((3, 4, 3), dtype=dtype), _betas(rule), 0.1)
        if path.any():  # NaN counts as true
            return f"{dtype}: they became {path[-1].ravel()[0]:.3g}"
    return None


def precision(rule: Rule) -> Problem:
    """Updates in float32 equal those in float64 to a thousandth of the distance."""
    start, gradients = draw((4, 6), 50, SINGLE)
    single, double = (
        path_of(rule, start.astype(dtype), gradients.astype(dtype), _betas(rule), 0.1) - start
        for dtype in _PRECISIONS
    )
    return None if _close(single, double, 1e-3) else f"they differ by {_apart(single, double)}"


# --- behaviour


def quadratics(rule: Rule) -> Problem:
    """On ½ Σ λw², λ = 1 … 1000, with αλ ≤ 0.1 the loss falls and stays finite.

    After 2000 updates from ±1 the sum must be lower than at the start, at every β, and for a
    homogeneous rule the steepest direction must be at most half as far from 0. Rules whose steps
    have length α whatever the gradient can reach that, too.
    """
    betas = _betas(rule)
    alpha = _STEEPEST / max(_CURVATURES)
    rates = np.array([_rate(rule, alpha, beta) for beta in betas.ravel()])[:, None]
    start = np.tile((-1.0, 1.0), (len(_BETAS), len(_CURVATURES) // 2))
    path = Points(rule, betas, rates, start).run(
        lambda w: np.multiply(w, _CURVATURES), _QUADRATIC_UPDATES
    )
    for beta, own in zip(betas.ravel(), path.swapaxes(0, 1), strict=True):
        where = f"β = {format_number(beta)}"
        bad = ~np.isfinite(own).all(axis=1)
        if bad.any():
            return f"{where}: not finite after update {bad.argmax()}"
        before, after = 0.5 * np.square(own[[0, -1]]) @ _CURVATURES
        if not after < before:
            return f"{where}: from {before:.3g} to {after:.3g} in {_QUADRATIC_UPDATES} updates"
        if rule.homogeneous and abs(own[-1, -1]) > 0.5:
            return f"{where}: {abs(own[-1, -1]):.2g} of 1 remains in the steepest direction"
    return None


def effective_rate(rule: Rule) -> Problem:
    """Under a constant gradient steps become α (an average) or η/(1 − β) (a sum)."""
    betas = _betas(rule)
    path = Points(rule, betas, 0.01, np.zeros((len(_BETAS), 1))).run(
        lambda w: np.ones_like(w), _SETTLING_UPDATES
    )
    steps = path[-2] - path[-1]
    for beta, step in zip(betas.ravel(), steps.ravel(), strict=True):
        expected = rule.effective_rate(0.01, beta)
        if not np.isclose(step, expected, rtol=1e-6):
            return (
                f"β = {format_number(beta)}, rate 0.01: steps of {step:.6g}, but with "
                f"averages={rule.averages} expected {expected:.6g}"
            )
    return None


def no_momentum(rule: Rule) -> Problem:
    """At β = 0 a homogeneous rule is plain gradient descent, byte for byte.

    That is what β = 0 means in every table. Of two equivalent formulas one may round nothing at
    β = 0: with v = g, g + ν(v − g) is g, while (1 − ν)g + νv need not be.
    """
    for dtype in _PRECISIONS:
        start, gradients = draw((50,), 20, dtype)
        own = path_of(rule, start, gradients, 0.0, 0.1)
        descent = path_of(get_rule("gd"), start, gradients, 0.0, 0.1)
        if not _same(own, descent):
            return f"{dtype}: differs by {_apart(own, descent)} from plain gradient descent, w − αg"
    return None


def training(rule: Rule) -> Problem:
    """The engine trains a network in a stack as alone, even if others diverge."""
    betas = _betas(rule).ravel().tolist()
    rates = [_rate(rule, *pair) for pair in zip(_ALPHAS, betas, strict=True)]
    schedules = ("cosine", "beta_up") if rule.beta_may_change else ("cosine",)
    for dtype, schedule in product(_PRECISIONS, schedules):
        stack = trained(rule, betas, rates, dtype, schedule)
        several = trained(rule, betas, rates, dtype, schedule, stack_bytes=1)
        for replicate, cell in product(range(REPLICATES), range(len(betas))):
            only, own = slice(replicate, replicate + 1), slice(cell, cell + 1)
            alone = trained(rule, betas[own], rates[own], dtype, schedule, only)
            for where, history in (("one stack", stack), ("several stacks", several)):
                if bytes_of_run(history, replicate, cell) != bytes_of_run(alone, 0, 0):
                    beta = format_number(betas[cell])
                    return f"{dtype}, {schedule}, β = {beta}: training in {where} changes the run"
    return None


_FOR_ALL: tuple[Check, ...] = (
    coefficients,
    depends_on_t,
    uses_beta,
    homogeneous,
    learning_rate,
    in_place,
    memory,
    repeatable,
    batch_invariance,
    rest,
    precision,
    quadratics,
    training,
)
"""The checks that apply to every rule; see also `checks_of`."""


def _betas(rule: Rule) -> Array:
    """One β for each of four networks, ``(4, 1)``; 0 for a rule that has none."""
    return np.array(_BETAS)[:, None] * rule.uses_beta


def _usual(rule: Rule) -> float:
    return USUAL_BETA if rule.uses_beta else 0.0


def _rate(rule: Rule, alpha: float, beta: float) -> float:
    """Return the rule's own learning rate for an effective rate α."""
    return alpha / rule.effective_rate(1.0, beta)


def _flag(rule: Rule, name: str, behaves: bool, does: str, does_not: str) -> Problem:
    """Return what is wrong if a flag does not describe what the rule does."""
    if getattr(rule, name) == behaves:
        return None
    return f"{name}={not behaves}, but {does if behaves else does_not}"


def _raised(error: Exception) -> str:
    """Describe an exception in one line, with the line of the file that raised it."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(frame.filename).name}, line {frame.lineno}"
    return one_line(f"{where}, raised {type(error).__name__}: {error}")


def _with_returned_values(rule: Rule, returned: list[object]) -> Rule:
    """Return the rule, with a list of what its update returns; that should be None."""
    update: Callable[..., object] = rule.update
    return replace(rule, update=lambda *arguments: returned.append(update(*arguments)))


def _same(one: Array, other: Array) -> bool:
    return one.tobytes() == other.tobytes()


def _close(one: Array, other: Array, share: float) -> bool:
    """Whether two are as close as this share of the largest number in either; NaN never is."""
    size = max(np.abs(one).max(), np.abs(other).max())
    return bool(_apart(one, other) <= share * size)


def _apart(one: Array, other: Array) -> float:
    return float(np.abs(one - other).max())
