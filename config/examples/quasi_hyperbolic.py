"""Quasi-hyperbolic momentum, an example of a custom update rule.

With the moving average v of the gradients g,

    v ← βv + (1 − β)g,    w ← w − α((1 − ν)g + νv),

each update is a mixture of gradient descent without momentum (ν = 0) and momentum (ν = 1). Here
ν = 0.7; β and α are those of the grid.

The gradient that `update` receives is already multiplied by `gain(β)`, because that is cheapest
where the gradient is computed. For a rule with ``homogeneous=True`` it can include α as well, with
the rate 1, so every update must be proportional to all gradients so far, and `rate` must multiply
only the whole step.

Jerry Ma and Denis Yarats, "Quasi-hyperbolic momentum and Adam for deep learning", ICLR 2019.
"""

from collections.abc import Sequence

import numpy as np

from momentum_study.optimizers import Array, Coefficients, Number, Rule

NU = 0.7


def update(
    w: Array, g: Array, state: Sequence[Array], scratch: Array, coefficients: Coefficients
) -> None:
    """Make one update in place, on arrays of any shape.

    The state is the sum s = v/(1 − β), which takes one pass over the weights less than v, and the
    step is written g + ν((1 − β)s − g), which at β = 0 is g to the last bit.
    """
    (s,) = state
    beta, one_minus_beta, rate = coefficients
    np.multiply(s, beta, out=s)
    np.add(s, g, out=s)
    np.multiply(s, one_minus_beta, out=scratch)
    np.subtract(scratch, g, out=scratch)
    np.multiply(scratch, NU, out=scratch)
    np.add(g, scratch, out=g)
    np.multiply(g, rate, out=g)
    np.subtract(w, g, out=w)


def coefficients(beta: Number, rate: Number, t: int) -> Coefficients:
    """Return the factors of `update`: numbers, or arrays for many networks at once."""
    return beta, 1.0 - beta, rate


def gain(beta: Number) -> Number:
    """Return the factor of the gradient before the update: none."""
    return 1.0


RULE = Rule(
    name="quasi_hyperbolic",
    update=update,
    coefficients=coefficients,
    state=("gradient_sum",),
    gain=gain,
    averages=True,  # with a constant gradient the steps tend to α, not to α/(1 − β)
)
