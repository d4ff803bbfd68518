"""The input of all contenders: data, minibatches, initial weights and grid of cells."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from momentum_study.engine.networks import Architecture

Array = NDArray[Any]

# The loops' time per network-update does not depend on the number of networks, but their fixed cost
# before the first update (scikit-learn: some milliseconds) must be spread over many updates.
LOOP_NETWORKS = 4
LOOP_STEPS = 300


@dataclass(frozen=True)
class Case:
    """One benchmark: the workload, the number of networks, the precision and the update rule."""

    workload: str
    networks: int
    dtype: str
    rule: str

    def __str__(self) -> str:
        return f"{self.workload}, {self.networks} networks, {self.dtype}, {self.rule}"


@dataclass(frozen=True, eq=False)
class Problem:
    """A case in arrays.

    Attributes
    ----------
    inputs
        ``(n, d)`` standardised features, in the case's type. Minibatches are consecutive rows.
    labels
        ``(n,)`` classes, from 0.
    targets
        ``(n, K)`` one-hot classes, in the case's type.
    batch
        Rows of a minibatch, a divisor of n.
    weights
        The initial layers of every network: ``(units, inputs + 1)`` in float64, the bias last.
    rule
        ``"momentum"`` (moving average of gradients) or ``"adam"``.
    betas, rates
        ``(S,)`` momentum coefficient and learning rate of each network.
    steps
        Number of updates, a multiple of the updates of an epoch.
    """

    architecture: Architecture
    inputs: Array
    labels: Array
    targets: Array
    batch: int
    weights: list[Array]
    rule: str
    betas: Array
    rates: Array
    steps: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of all numbers."""
        return self.inputs.dtype

    @property
    def updates(self) -> int:
        """Network-updates of one training."""
        return self.steps * len(self.betas)

    def take(self, networks: Array) -> "Problem":
        """Return the problem with some of its networks."""
        return replace(self, betas=self.betas[networks], rates=self.rates[networks])

    def lengthen(self, steps: int) -> "Problem":
        """Return the problem with at least this number of updates, in complete epochs."""
        epoch = len(self.inputs) // self.batch
        return replace(self, steps=max(self.steps, -(-steps // epoch) * epoch))


def grid_shape(networks: int) -> tuple[int, int]:
    """Numbers of momentum coefficients and of learning rates of a grid, as square as possible."""
    side = next(n for n in range(math.isqrt(networks), 0, -1) if networks % n == 0)
    return side, networks // side


def spread(networks: int, wanted: int = LOOP_NETWORKS) -> Array:
    """Return the indices of about ``wanted`` networks, spread over the grid."""
    if networks <= wanted:
        return np.arange(networks)
    side = math.isqrt(wanted)
    rows, columns = (
        np.unique(np.linspace(0, count - 1, side).round().astype(int))
        for count in grid_shape(networks)
    )
    places: Array = rows[:, None] * grid_shape(networks)[1] + columns
    return places.ravel()
