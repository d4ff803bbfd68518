"""Update rules, side by side: one formula each, and the registry that names them.

Notation: ``w`` weights, ``g`` gradient, ``v`` velocity, ``α``/``η`` learning rate, ``β`` momentum
coefficient, ``t`` = 1, 2, … the number of the update. Every rule starts from v = 0.

A rule works in place on arrays of any shape, for one network's dictionary of parameters as for a
stack of networks. It is handed the gradient *already multiplied by its gain* (1 − β for a moving
average, 1 for a sum): the caller can apply that constant where it costs least, which in a network
is the small error at the output, not the large gradients of the weights. For a rule that is
*homogeneous* (the update is proportional to the gradients) the caller may fold the learning rate
into the gradient in the same way and pass ``rate = 1``.

What every rule must do is checked, one sentence at a time, in :mod:`.rule_checks`;
:mod:`.rule_files` loads a rule that a user has written into a file.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from momentum_study.core.errors import StudyError
from momentum_study.core.text import suggest

Array = NDArray[Any]
Number = float | Array

USUAL_BETA = 0.9
"""The momentum coefficient usually advised: what is compared at one β is compared at this one."""

ADAM_BETA2 = 0.999
ADAM_EPSILON = 1e-8


Coefficients = Sequence[Number]


@dataclass(frozen=True)
class Rule:
    """An update rule.

    Attributes
    ----------
    name
        The name used in configurations and tables.
    update
        ``update(w, g, state, scratch, coefficients)`` changes ``w`` and ``state`` in place and may
        overwrite ``g`` and ``scratch``. ``g`` holds the gradient times the gain.
    coefficients
        ``coefficients(beta, rate, t)``: what ``update`` multiplies with at update t = 1, 2, …:
        numbers, or arrays for many networks at once, that broadcast against ``w``. Apart from
        ``update`` so that they are computed in float64 once, whatever the type of the weights.
    state
        Names of the arrays, each of the weights' shape and zero at the start, that the rule keeps.
    gain
        ``gain(beta)``: the constant that multiplies the gradient before ``update``, a number or an
        array as β is.
    averages
        True if the velocity is a moving average, whose learning rate is α; False if it is a sum,
        whose learning rate is η = (1 − β)α.
    uses_beta
        False for a rule without momentum coefficient; its β stands as 0 in every table.
    homogeneous
        True if scaling all gradients by c scales every update by c.
    depends_on_t
        True if the coefficients change from update to update at a constant learning rate.
    """

    name: str
    update: Callable[[Array, Array, Sequence[Array], Array, Coefficients], None]
    coefficients: Callable[[Number, Number, int], Coefficients]
    state: tuple[str, ...]
    gain: Callable[[Number], Number]
    averages: bool
    uses_beta: bool = True
    homogeneous: bool = True
    depends_on_t: bool = False

    @property
    def beta_may_change(self) -> bool:
        """Whether β may become another one in mid-run.

        Not where there is none, nor where a correction of the bias assumes that it stays.
        """
        return self.uses_beta and not self.depends_on_t

    def effective_rate(self, rate: float, beta: float) -> float:
        """Return α = η/(1 − β), the step per unit of a gradient that never changes."""
        return rate if self.averages else rate / (1.0 - beta)

    def heavy_ball_rate(self, rate: float, beta: float) -> float:
        """Return η = (1 − β)α, the learning rate of the heavy ball that the rule amounts to."""
        return (1.0 - beta) * rate if self.averages else rate


def as_number_or_array(value: Number, dtype: np.dtype[Any]) -> Number:
    """Return a coefficient as rules take it: a Python float, or an array of the weights' type."""
    values = np.asarray(value)
    return float(values.item()) if values.size == 1 else values.astype(dtype)


def _descend(w: Array, direction: Array, rate: Number, scratch: Array) -> None:
    """w ← w − rate · direction; ``scratch`` may be ``direction`` itself."""
    if isinstance(rate, float) and rate == 1.0:
        np.subtract(w, direction, out=w)
    else:
        np.multiply(direction, rate, out=scratch)
        np.subtract(w, scratch, out=w)


def _accumulate(v: Array, g: Array, beta: Number) -> None:
    """v ← βv + g: a moving average if g carries the gain 1 − β, a sum if it carries 1."""
    np.multiply(v, beta, out=v)
    np.add(v, g, out=v)


def gd(w: Array, g: Array, state: Sequence[Array], scratch: Array, c: Coefficients) -> None:
    """Gradient descent, w ← w − αg: no velocity at all."""
    _, rate = c
    _descend(w, g, rate, g)


def momentum(w: Array, g: Array, state: Sequence[Array], scratch: Array, c: Coefficients) -> None:
    """Momentum, v ← βv + g, then w ← w − rate · v, where g carries the rule's gain.

    With the gain 1 − β this is the moving average v ← βv + (1 − β)g, w ← w − αv (``momentum``;
    "normalized" in Gitman et al. 2019; optax's ``ema``). With ``rate`` = α/(1 − βᵗ) its bias is
    corrected (``momentum_corrected``). With the gain 1 it is the heavy ball v ← βv + g,
    w ← w − ηv (``heavy_ball``; Polyak 1964; optax's ``trace``), whose iterates are those of the
    uncorrected average when η = (1 − β)α.
    """
    (v,) = state
    beta, rate = c
    _accumulate(v, g, beta)
    _descend(w, v, rate, g)


def nesterov(w: Array, g: Array, state: Sequence[Array], scratch: Array, c: Coefficients) -> None:
    """Nesterov's accelerated gradient, v ← βv + g, then w ← w − η(g + βv).

    ``w`` is the look-ahead point, at which gradients are taken (Sutskever et al. 2013).
    """
    (v,) = state
    beta, rate = c
    _accumulate(v, g, beta)
    np.multiply(v, beta, out=scratch)
    np.add(g, scratch, out=g)
    _descend(w, g, rate, g)


def adam(w: Array, g: Array, state: Sequence[Array], scratch: Array, c: Coefficients) -> None:
    """Adam (Kingma & Ba 2015), with β₁ = β, β₂ = 0.999 and ε = 1e-8.

    m ← β₁m + (1 − β₁)g, s ← β₂s + (1 − β₂)g², w ← w − α (m/(1 − β₁ᵗ)) / (√(s/(1 − β₂ᵗ)) + ε).

    The state holds m/(1 − β₁) and s/(1 − β₂), sums instead of averages. The constants stand with
    the corrections of the bias in the rate and in ε, which spares passes over the weights.
    """
    m, s = state
    beta1, rate, epsilon = c
    _accumulate(m, g, beta1)
    np.square(g, out=g)
    _accumulate(s, g, ADAM_BETA2)
    np.sqrt(s, out=scratch)
    np.add(scratch, epsilon, out=scratch)
    np.divide(m, scratch, out=scratch)
    _descend(w, scratch, rate, scratch)


def _plain(beta: Number, rate: Number, t: int) -> Coefficients:
    return beta, rate


def _bias_corrected(beta: Number, rate: Number, t: int) -> Coefficients:
    return beta, rate / (1.0 - beta**t)


def _adam_coefficients(beta: Number, rate: Number, t: int) -> Coefficients:
    # √(s/(1 − β₂ᵗ)) = √(sum) · unit
    unit = math.sqrt((1.0 - ADAM_BETA2) / (1.0 - ADAM_BETA2**t))
    return beta, rate * (1.0 - beta) / (1.0 - beta**t) / unit, ADAM_EPSILON / unit


def _one(beta: Number) -> Number:
    return 1.0


def _one_minus(beta: Number) -> Number:
    return 1.0 - beta


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("gd", gd, _plain, (), _one, averages=False, uses_beta=False),
        Rule("momentum", momentum, _plain, ("velocity",), _one_minus, averages=True),
        Rule(
            "momentum_corrected",
            momentum,
            _bias_corrected,
            ("velocity",),
            _one_minus,
            averages=True,
            depends_on_t=True,
        ),
        Rule("heavy_ball", momentum, _plain, ("velocity",), _one, averages=False),
        Rule("nesterov", nesterov, _plain, ("velocity",), _one, averages=False),
        Rule(
            "adam",
            adam,
            _adam_coefficients,
            ("first_moment", "second_moment"),
            _one,
            averages=True,
            homogeneous=False,
            depends_on_t=True,
        ),
    )
}
"""The built-in rules; those that users add do not come in here."""

LINEAR_RULES = ("gd", "momentum", "momentum_corrected", "heavy_ball", "nesterov")
"""The rules that have closed forms: their updates are linear in weights, velocity and gradient."""

_added: dict[str, Rule] = {}


def known_rules() -> dict[str, Rule]:
    """Return every rule by its name: those built in, then those added by `set_added_rules`."""
    return {**RULES, **_added}


def set_added_rules(rules: Iterable[Rule]) -> None:
    """Let these rules, and no others, be known beside the built-in ones.

    Raises
    ------
    ValueError
        If two have one name, or one has that of a built-in rule.
    """
    added: dict[str, Rule] = {}
    for rule in rules:
        if rule.name in RULES or rule.name in added:
            raise ValueError(f"there is an update rule {rule.name!r} already")
        added[rule.name] = rule
    _added.clear()
    _added.update(added)


def get_rule(name: str) -> Rule:
    """Return the rule of that name, built in or added.

    Raises
    ------
    StudyError
        If there is none; the message names the nearest.
    """
    rules = known_rules()
    if name not in rules:
        raise StudyError(f"unknown update rule {name!r}: {suggest(name, rules)}")
    return rules[name]
