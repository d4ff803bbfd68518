"""Small reproducible trials of an update rule: on random gradients, and in the engine."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.history import CURVES, History
from momentum_study.engine.networks import Architecture, initial_weights
from momentum_study.engine.optimizers import Array, Rule
from momentum_study.engine.points import Points
from momentum_study.engine.training import RunSpec, train

DType = np.dtype[np.floating[Any]]

SINGLE: DType = np.dtype(np.float32)
DOUBLE: DType = np.dtype(np.float64)

REPLICATES = 2
"""Number of replicates of each training."""

_ARCHITECTURE = Architecture(3, (4,), 2, "tanh", "mse")
_ROWS = 13
_BATCH = 5  # the last batch of an epoch has three rows
_STEPS = 34  # denormals are flushed after update 32
_EVALUATIONS = (0, 1, 2, 17, 34)


class MovablePoints(Points):
    """Points under given gradients, in a way that shows what a rule must not do.

    The scratch array is NaN at the start of every update, for a rule must write before it reads.
    """

    def update(self, gradient: ArrayLike, factor: float = 1.0) -> None:
        """Make one update."""
        self._scratch.fill(np.nan)
        super().update(gradient, factor)

    def move(self) -> None:
        """Move positions and state elsewhere in memory and fill the former arrays with NaN."""
        former = (self.positions, *self.state)
        self.positions, *self.state = (array.copy() for array in former)
        for array in former:
            array.fill(np.nan)


def path_of(
    rule: Rule, start: Array, gradients: Iterable[Array], beta: ArrayLike, rate: ArrayLike
) -> Array:
    """Return the weights after each of T updates, ``(T, …)``, in the precision of ``start``."""
    points = MovablePoints(rule, beta, rate, start, start.dtype)
    path = []
    for gradient in gradients:
        points.update(gradient)
        path.append(points.positions.copy())
    return np.array(path)


def draw(shape: tuple[int, ...], updates: int, dtype: DType = DOUBLE) -> tuple[Array, Array]:
    """Return random starting weights, and the gradients ``(T, …)`` of T updates."""
    numbers = np.random.default_rng(0).standard_normal((1 + updates, *shape)).astype(dtype)
    return numbers[0, ...], numbers[1:]


def trained(
    rule: Rule,
    betas: Sequence[float],
    rates: Sequence[float],
    dtype: DType,
    schedule: str,
    replicates: slice = slice(None),
    stack_bytes: int = 2**30,
) -> History:
    """Train a cell for each β and learning rate on a small problem.

    Parameters
    ----------
    rule, betas, rates, dtype
        As for :func:`momentum_study.engine.training.train`.
    schedule
        Name of the schedule.
    replicates
        Which of the two to train.
    stack_bytes
        Working set of a stack; by default there is one stack.
    """
    inputs, targets = (array[replicates].astype(dtype) for array in _rows())
    spec = RunSpec(_STEPS, _EVALUATIONS, _BATCH, lambda epoch: _order(epoch)[replicates], schedule)
    splits = dict.fromkeys(("train", "validation", "test"), ArraySplit(inputs, targets))
    weights = _weights()[replicates]
    return train(_ARCHITECTURE, weights, rule, betas, rates, splits, spec, dtype, stack_bytes)


def bytes_of_run(history: History, replicate: int, cell: int) -> list[bytes]:
    """Return everything recorded of one run: its end, its curves, its final weights."""
    end = (history.first_bad_step[replicate, cell], history.reason[replicate, cell])
    curves = [history.curves[name][replicate, cell].tobytes() for name in CURVES]
    layers = [layer.tobytes() for layer in history.weights[replicate][cell]]
    return [repr(end).encode(), *curves, *layers]


@cache
def _rows() -> tuple[Array, Array]:
    generator = np.random.default_rng(1)
    features = generator.standard_normal((REPLICATES, _ROWS, _ARCHITECTURE.inputs))
    inputs = np.concatenate([features, np.ones((REPLICATES, _ROWS, 1))], axis=2)
    return inputs, generator.standard_normal((REPLICATES, _ROWS, _ARCHITECTURE.outputs))


def _weights() -> list[list[Array]]:
    generator = np.random.default_rng(2)
    return [initial_weights(_ARCHITECTURE, "he", generator) for _ in range(REPLICATES)]


def _order(epoch: int) -> Array:
    generator = np.random.default_rng([3, epoch])
    return np.array([generator.permutation(_ROWS) for _ in range(REPLICATES)])
