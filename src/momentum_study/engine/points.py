"""Update rules at work on points instead of networks: quadratics, landscapes, reference runs.

The rules are those that train the networks, in float64, on arrays of any shape: every number may
be a problem of its own, or the last axis may hold the coordinates of a point.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from momentum_study.engine.optimizers import Rule

FloatArray = NDArray[np.float64]


class Points:
    """Points on their way downhill, each from its own start with its own β and learning rate.

    Parameters
    ----------
    rule
        The update rule.
    beta, rate
        Momentum coefficient and the rule's own learning rate: numbers, or arrays that broadcast
        against `start`.
    start
        Where the points are at first, any shape; copied.

    Attributes
    ----------
    positions
        Where the points are now; the same array throughout, changed in place.
    state
        The rule's arrays, zero at first, each of the shape of `positions`.
    updates
        Number of updates made.
    """

    def __init__(self, rule: Rule, beta: ArrayLike, rate: ArrayLike, start: ArrayLike) -> None:
        self.rule = rule
        self.positions: FloatArray = np.array(start, dtype=np.float64)
        self.state = [np.zeros_like(self.positions) for _ in rule.state]
        self.updates = 0
        self._beta = _number(beta)
        self._rate = _number(rate)
        self._gain = rule.gain(self._beta)
        self._scaled = np.empty_like(self.positions)
        self._scratch = np.empty_like(self.positions)

    def update(self, gradient: ArrayLike, factor: float = 1.0) -> None:
        """Make one update.

        Parameters
        ----------
        gradient
            At `positions`, of a shape that broadcasts against theirs; left as it is.
        factor
            Of a schedule: multiplies the learning rate in this update.
        """
        self.updates += 1
        coefficients = self.rule.coefficients(self._beta, self._rate * factor, self.updates)
        np.multiply(gradient, self._gain, out=self._scaled)
        self.rule.update(self.positions, self._scaled, self.state, self._scratch, coefficients)

    def run(self, gradient: Callable[[FloatArray], ArrayLike], steps: int) -> FloatArray:
        """Make `steps` updates and return all positions ``(steps + 1, …)``, the start first.

        Parameters
        ----------
        gradient
            ``gradient(positions)``, of the shape of the positions.
        steps
            Number of updates.
        """
        path = np.empty((steps + 1, *self.positions.shape))
        path[0] = self.positions
        for step in range(1, steps + 1):
            self.update(gradient(self.positions))
            path[step] = self.positions
        return path


def _number(value: ArrayLike) -> Any:
    """Return a Python float or a float64 array."""
    array = np.asarray(value, dtype=np.float64)
    return float(array) if array.ndim == 0 else array
