"""Trials of an update rule, small and always the same: on drawn gradients, and in the engine."""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np

from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.history import CURVES, History
from momentum_study.engine.networks import Architecture, initial_weights
from momentum_study.engine.optimizers import Array, Number, Rule
from momentum_study.engine.training import RunSpec, train

DType = np.dtype[np.floating[Any]]

SINGLE: DType = np.dtype(np.float32)
DOUBLE: DType = np.dtype(np.float64)

REPLICATES = 2
"""Of each training."""

_ARCHITECTURE = Architecture(3, (4,), 2, "tanh", "mse")
_ROWS = 13
_BATCH = 5  # the last batch of an epoch has three rows
_STEPS = 34  # two more than before denormals are looked for
_EVALUATIONS = (0, 1, 2, 17, 34)


class Walk:
    """Weights on their way under given gradients, updated as training updates them.

    Attributes
    ----------
    w
        The weights now.
    state
        The rule's arrays.
    """

    def __init__(self, rule: Rule, start: Array, beta: Number, rate: Number) -> None:
        self.w = start.copy()
        self.state = [np.zeros_like(start) for _ in rule.state]
        self._rule, self._beta, self._rate = rule, beta, rate
        self._gain = _ready(rule.gain(beta), start.dtype)
        self._updates = 0
        self._lent: tuple[Array, ...] = ()

    def update(self, gradient: Array) -> object:
        """Make one update; return what the rule returned, which must be None."""
        self._updates += 1
        if self._updates == 1 or self._rule.depends_on_t:
            values = self._rule.coefficients(self._beta, self._rate, self._updates)
            self._coefficients = [_ready(value, self.w.dtype) for value in values]
        g, scratch = np.empty_like(self.w), np.full_like(self.w, np.nan)
        np.multiply(gradient, self._gain, out=g)
        self._lent = (g, scratch)
        # A user's rule may return something against its signature.
        update: Callable[..., object] = self._rule.update
        return update(self.w, g, self.state, scratch, self._coefficients)

    def move(self) -> None:
        """Move weights and state elsewhere in memory, leaving NaN there and where g was."""
        for array in self._lent:
            array.fill(np.nan)
        self._lent = (self.w, *self.state)
        self.w, *self.state = (array.copy() for array in self._lent)
        for array in self._lent:
            array.fill(np.nan)


def walked(
    rule: Rule, start: Array, gradients: Iterable[Array], beta: Number, rate: Number
) -> Array:
    """Return the weights after each of T updates, ``(T, …)``."""
    walk = Walk(rule, start, beta, rate)
    path = []
    for gradient in gradients:
        walk.update(gradient)
        path.append(walk.w.copy())
    return np.array(path)


def drawn(shape: tuple[int, ...], updates: int, dtype: DType = DOUBLE) -> tuple[Array, Array]:
    """Draw a start, and the gradients ``(T, …)`` of T updates."""
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
    """Train a cell for each β and learning rate on a small problem, all in one stack.

    Parameters
    ----------
    rule, betas, rates, dtype
        As for :func:`momentum_study.engine.training.train`.
    schedule
        Name of the schedule.
    replicates
        Which of the two to train.
    stack_bytes
        Where less, in several stacks.
    """
    inputs, targets = (array[replicates].astype(dtype) for array in _rows())
    plan = RunSpec(_STEPS, _EVALUATIONS, _BATCH, lambda epoch: _order(epoch)[replicates], schedule)
    parts = dict.fromkeys(("train", "validation", "test"), ArraySplit(inputs, targets))
    weights = _weights()[replicates]
    return train(_ARCHITECTURE, weights, rule, betas, rates, parts, plan, dtype, stack_bytes)


def bytes_of_run(history: History, replicate: int, cell: int) -> list[bytes]:
    """Return all that was seen of one run: its end, its curves, its final weights."""
    end = (history.first_bad_step[replicate, cell], history.reason[replicate, cell])
    curves = [history.curves[name][replicate, cell].tobytes() for name in CURVES]
    layers = [layer.tobytes() for layer in history.weights[replicate][cell]]
    return [repr(end).encode(), *curves, *layers]


def _ready(value: Number, dtype: DType) -> Number:
    """Turn a coefficient into what training hands to a rule: a number, or an array of its type."""
    values = np.asarray(value)
    return float(values.item()) if values.size == 1 else values.astype(dtype)


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
