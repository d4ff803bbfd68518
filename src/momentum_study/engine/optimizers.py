"""Update rules, one formula each, and the registry of their names.

Notation: ``w`` weights, ``∇`` gradient of the loss, ``γ`` gain, ``g`` = γ∇ scaled gradient, ``v``
velocity, ``α``/``η`` learning rate, ``β`` momentum coefficient, ``t`` = 1, 2, … the number of the
update. Every rule starts from v = 0.

A rule works in place on arrays of any shape, for the parameters of one network and for a stack of
networks. The caller applies the gain (1 − β for a moving average, 1 for a sum), where it costs
least: :class:`.StackUpdater` multiplies the small errors at the outputs by it, not the large
gradients of the weights; :class:`.Points` and :func:`.update_parameters_with_momentum` multiply
the gradient. For a *homogeneous* rule, whose update is proportional to the gradients, the caller
may apply the learning rate in the same way and pass ``rate = 1``.

:mod:`.rule_checks` checks what every rule must do; :mod:`.rule_files` loads a user's rule.
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
"""The momentum coefficient usually recommended, used for every comparison at a single β."""

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
        overwrite ``g``, the gradient times the gain, and ``scratch``.
    coefficients
        ``coefficients(beta, rate, t)``: the factors that ``update`` needs at update t = 1, 2, …:
        numbers, or arrays for many networks at once, that broadcast against ``w``. Separate from
        ``update`` so that they are computed in float64, whatever the type of the weights.
    state
        Names of the arrays that the rule keeps, each of the weights' shape and zero at the start.
    gain
        ``gain(beta)``: γ, by which the caller multiplies the gradient; a number or an array, as β
        is.
    averages
        True if the velocity is a moving average, whose learning rate is α; False if it is a sum,
        whose learning rate is η = (1 − β)α.
    uses_beta
        False for a rule without momentum coefficient; its β is 0 in every table.
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
        """Whether β may change during a run.

        False without β, and where a bias correction assumes a constant one.
        """
        return self.uses_beta and not self.depends_on_t

    def effective_rate(self, rate: float, beta: float) -> float:
        """Return α = η/(1 − β), the step per unit of a gradient that never changes."""
        return rate if self.averages else rate / (1.0 - beta)

    def heavy_ball_rate(self, rate: float, beta: float) -> float:
        """Return η = (1 − β)α, the learning rate of the heavy ball equivalent to the rule."""
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
    """v ← βv + g: β meets the velocity here, in every rule.

    v is a moving average if the gain in g is 1 − β, a sum if it is 1.
    """
    np.multiply(v, beta, out=v)
    np.add(v, g, out=v)


def gd(w: Array, g: Array, state: Sequence[Array], scratch: Array, c: Coefficients) -> None:
    """Gradient descent without momentum, w ← w − αg (γ = 1)."""
    _, rate = c
    _descend(w, g, rate, g)


def momentum(w: Array, g: Array, state: Sequence[Array], scratch: Array, c: Coefficients) -> None:
    """Momentum, v ← βv + γ∇, then w ← w − rate · v; the caller has computed g = γ∇.

    ======================  =======  ============  ==============================================
    rule                    gain γ   rate          velocity
    ======================  =======  ============  ==============================================
    ``momentum``            1 − β    α             moving average v ← βv + (1 − β)∇
    ``momentum_corrected``  1 − β    α/(1 − βᵗ)    the same, its bias corrected in the rate
    ``heavy_ball``          1        η             sum v ← βv + ∇
    ======================  =======  ============  ==============================================

    ``momentum`` is "normalized" in Gitman et al. 2019 and optax's ``ema``; ``heavy_ball`` is due to
    Polyak 1964 and is optax's ``trace``. Both have the same iterates when η = (1 − β)α.
    """
    (v,) = state
    beta, rate = c
    _accumulate(v, g, beta)
    _descend(w, v, rate, g)


def nesterov(w: Array, g: Array, state: Sequence[Array], scratch: Array, c: Coefficients) -> None:
    """Nesterov's accelerated gradient, v ← βv + g, then w ← w − η(g + βv), with γ = 1.

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

    Here g = ∇ (γ = 1). The state is m/(1 − β₁) and s/(1 − β₂), sums instead of averages. The
    constants and bias corrections are in the rate and in ε, which saves passes over the weights.
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


def _beta_and_rate(beta: Number, rate: Number, t: int) -> Coefficients:
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
        Rule("gd", gd, _beta_and_rate, (), _one, averages=False, uses_beta=False),
        Rule("momentum", momentum, _beta_and_rate, ("velocity",), _one_minus, averages=True),
        Rule(
            "momentum_corrected",
            momentum,
            _bias_corrected,
            ("velocity",),
            _one_minus,
            averages=True,
            depends_on_t=True,
        ),
        Rule("heavy_ball", momentum, _beta_and_rate, ("velocity",), _one, averages=False),
        Rule("nesterov", nesterov, _beta_and_rate, ("velocity",), _one, averages=False),
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
"""The built-in rules, without those that users add."""

LINEAR_RULES = ("gd", "momentum", "momentum_corrected", "heavy_ball", "nesterov")
"""The rules that have closed forms: their updates are linear in weights, velocity and gradient."""

_added: dict[str, Rule] = {}


def known_rules() -> dict[str, Rule]:
    """Return every rule by its name: those built in, then those added by `set_added_rules`."""
    return {**RULES, **_added}


def set_added_rules(rules: Iterable[Rule]) -> None:
    """Make these rules known in addition to the built-in ones, in place of any added before.

    Raises
    ------
    ValueError
        If two rules have the same name, or one has that of a built-in rule.
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
        If there is none; the message suggests the nearest name.
    """
    rules = known_rules()
    if name not in rules:
        raise StudyError(f"unknown update rule {name!r}: {suggest(name, rules)}")
    return rules[name]
