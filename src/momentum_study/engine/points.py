"""Update rules applied to points instead of networks: quadratics, landscapes, reference runs.

The rules are those that train the networks. Arrays have any shape: each number may be a separate
problem, or the last axis may be the coordinates of a point.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from momentum_study.engine.optimizers import Coefficients, Rule, as_number_or_array

Array = NDArray[Any]


class Points:
    """Points that an update rule moves, each with its own start, β and learning rate.

    Parameters
    ----------
    rule
        The update rule.
    beta, rate
        Momentum coefficient and the rule's own learning rate: numbers, or arrays that broadcast
        against `start`.
    start
        Positions before the first update, of any shape; copied.
    dtype
        float64, or float32 as in most trainings.

    Attributes
    ----------
    positions
        Current positions; each update changes this array in place.
    state
        The rule's arrays, zero at first, each of the shape of `positions`.
    updates
        Number of updates made.
    """

    def __init__(
        self,
        rule: Rule,
        beta: ArrayLike,
        rate: ArrayLike,
        start: ArrayLike,
        dtype: np.dtype[Any] | type = np.float64,
    ) -> None:
        self.rule = rule
        self.positions: Array = np.array(start, dtype=dtype)
        self.state = [np.zeros_like(self.positions) for _ in rule.state]
        self.updates = 0
        self._beta = _number(beta)
        self._rate = _number(rate)
        self._factor = math.nan
        self._coefficients: Coefficients = ()
        self._gain = as_number_or_array(rule.gain(self._beta), self.positions.dtype)
        self._scaled = np.empty_like(self.positions)
        self._scratch = np.empty_like(self.positions)

    def update(self, gradient: ArrayLike, factor: float = 1.0) -> None:
        """Make one update.

        Parameters
        ----------
        gradient
            At `positions`, of a shape that broadcasts against theirs; not changed.
        factor
            Of a schedule: multiplies the learning rate in this update.
        """
        self.updates += 1
        if self.rule.depends_on_t or factor != self._factor:
            self._factor = factor
            values = self.rule.coefficients(self._beta, self._rate * factor, self.updates)
            dtype = self.positions.dtype
            self._coefficients = [as_number_or_array(value, dtype) for value in values]
        np.multiply(gradient, self._gain, out=self._scaled)
        self.rule.update(
            self.positions, self._scaled, self.state, self._scratch, self._coefficients
        )

    def run(self, gradient: Callable[[Array], ArrayLike], steps: int) -> Array:
        """Make `steps` updates and return all positions ``(steps + 1, …)``, the start first.

        Parameters
        ----------
        gradient
            ``gradient(positions)``, of the shape of the positions.
        steps
            Number of updates.
        """
        path = np.empty((steps + 1, *self.positions.shape), self.positions.dtype)
        path[0] = self.positions
        for step in range(1, steps + 1):
            self.update(gradient(self.positions))
            path[step] = self.positions
        return path


def _number(value: ArrayLike) -> Any:
    """Return a Python float or a float64 array."""
    array = np.asarray(value, dtype=np.float64)
    return float(array) if array.ndim == 0 else array
