"""The watching part of a training run: evaluations, path measures, divergences.

A path measure describes the path of a network through its weights. Weights are arrays
``(R, C, P)``; every measure is ``(R, C)``, one number per network, summed in float64 over the
weights of that network alone.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.history import History
from momentum_study.engine.networks import Stack

Array = NDArray[Any]

# Rows per forward pass of an evaluation.
ROWS_AT_ONCE = 256

NON_FINITE = "non_finite"
LOSS_LIMIT = "loss_limit"


class Recorder:
    """Records the history of one stack while it is trained.

    Parameters
    ----------
    stack
        The networks before their first update; read, never changed.
    splits
        ``"train"``, and any of ``"validation"`` and ``"test"``.
    history
        An empty history of the stack's runs, to be filled in.
    loss_limit
        See :class:`momentum_study.engine.training.RunSpec`.
    """

    def __init__(
        self, stack: Stack, splits: dict[str, ArraySplit], history: History, loss_limit: float
    ) -> None:
        self.stack = stack
        self.splits = splits
        self.history = history
        self.loss_limit = loss_limit
        self._cells = np.arange(stack.cells)  # the cells of the history that the stack still has
        self._start = stack.weights.array.copy()
        self._recent: dict[int, Array] = {}  # number of updates → weights after them
        self._gradient_norm = np.empty((stack.replicates, stack.cells))

    def keep(self, t: int, gradient_factor: Array) -> None:
        """Keep the weights after ``t`` updates, and the gradients' norm, for the next evaluation.

        ``gradient_factor`` ``(C,)`` is what the stack's gradients are multiplied by.
        """
        self._recent[t] = self.stack.weights.array.copy()
        self._gradient_norm = norm(self.stack.gradients.array) / gradient_factor

    def evaluate(self, step: int) -> Array:
        """Record losses, scores and path measures after ``step`` updates.

        Returns
        -------
        numpy.ndarray
            ``(R, C)``: the networks that are seen to have diverged at this evaluation.
        """
        (index,) = np.flatnonzero(self.history.steps == step)
        measures = self._path(step)
        for name, split in self.splits.items():
            loss, score = self.stack.evaluate(split.inputs, split.targets, ROWS_AT_ONCE)
            measures[f"{name}_loss"], measures[f"{name}_score"] = loss, score
        curves = self.history.curves
        for name, values in measures.items():
            curves[name][:, self._cells, index] = values
        if self.history.snapshots.size:
            self.history.snapshots[:, self._cells, index] = self.stack.weights.array
        diverged = self._find_divergences(step, measures["train_loss"])
        for curve in (*curves.values(), self.history.snapshots):
            curve[self.history.first_bad_step >= 0, index] = np.nan
        return diverged

    def record_divergence(self, diverged: Array, step: int, reason: str) -> None:
        """Record after how many updates these networks ``(R, C)`` were seen to have diverged."""
        replicates, columns = np.nonzero(diverged)
        self.history.first_bad_step[replicates, self._cells[columns]] = step
        self.history.reason[replicates, self._cells[columns]] = reason

    def keep_cells(self, kept: NDArray[np.intp]) -> None:
        """Follow the stack in dropping all cells but these."""
        self._cells = self._cells[kept]
        self._start = self._start.take(kept, axis=1)
        self._recent = {t: weights.take(kept, axis=1) for t, weights in self._recent.items()}
        self._gradient_norm = self._gradient_norm[:, kept]

    def finish(self) -> History:
        """Record the final weights and return the history."""
        for replicate, column in np.argwhere(self._alive()):
            self.history.weights[replicate][self._cells[column]] = [
                layer[replicate, column].copy() for layer in self.stack.weights.layers
            ]
        return self.history

    def _alive(self) -> Array:
        """Networks of the stack ``(R, C)`` that have not diverged."""
        alive: Array = self.history.first_bad_step[:, self._cells] < 0
        return alive

    def _find_divergences(self, step: int, loss: Array) -> Array:
        alive, finite = self._alive(), np.isfinite(loss)
        initial = self.history.curves["train_loss"][:, self._cells, 0]
        above = loss > self.loss_limit * initial
        self.record_divergence(alive & ~finite, step, NON_FINITE)
        self.record_divergence(alive & finite & above, step, LOSS_LIMIT)
        return alive & (~finite | above)

    def _path(self, step: int) -> dict[str, Array]:
        """Measures of the last two updates, and the distance from the start."""
        previous, earlier = (self._recent.get(step - back) for back in (1, 2))
        measures = path_measures(self.stack.weights.array, self._start, previous, earlier)
        if previous is not None:
            measures["gradient_norm"] = self._gradient_norm
        self._recent = {t: weights for t, weights in self._recent.items() if t == step - 1}
        return measures


def norm(numbers: Array) -> Array:
    """Euclidean norm of each network's numbers."""
    length: Array = np.sqrt(_inner(numbers, numbers))
    return length


def path_measures(
    weights: Array, start: Array, previous: Array | None, earlier: Array | None
) -> dict[str, Array]:
    """Describe the last updates and the distance from the start.

    Parameters
    ----------
    weights, start
        The weights now and at the beginning.
    previous, earlier
        The weights one and two updates ago, if they were kept.

    Returns
    -------
    dict
        ``displacement``; with ``previous`` also ``update_norm``; with both also
        ``update_cosine``, the cosine of the angle between the last two updates, and
        ``sign_flip_share``, the share of weights whose update changed its sign.
    """
    measures = {"displacement": norm(weights - start)}
    if previous is not None:
        last = weights - previous
        measures["update_norm"] = norm(last)
        if earlier is not None:
            before = previous - earlier
            cosine = _inner(last, before) / (measures["update_norm"] * norm(before))
            measures["update_cosine"] = np.clip(cosine, -1.0, 1.0)
            flips = np.signbit(last) != np.signbit(before)
            measures["sign_flip_share"] = np.count_nonzero(flips, axis=-1) / flips.shape[-1]
    return measures


def _inner(left: Array, right: Array) -> Array:
    # Cast first: a reduction that casts works through a buffer that networks would share.
    total: Array = np.add.reduce(left.astype(np.float64) * right, axis=-1)
    return total
