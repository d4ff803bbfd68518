"""The minibatches of a training run, shared by all cells of a stack."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from momentum_study.core.seeds import generator
from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.networks import batch_last, pair_single_row

Array = NDArray[Any]
Order = Callable[[int], Array]


class MinibatchOrder:
    """Random reshuffling, epoch by epoch, drawn by each replicate from its own generator.

    Called with the epoch, from 0, it returns the permutations ``(R, rows)``. Epochs can be
    requested in any order and repeatedly: each stack of a shard starts from the first.
    """

    def __init__(self, seed: int, dataset: str, replicates: Sequence[int], rows: int) -> None:
        self._generators = [
            generator(seed, "minibatches", dataset, replicate) for replicate in replicates
        ]
        self._rows = rows
        self._drawn: list[Array] = []

    def __call__(self, epoch: int) -> Array:
        """Return the permutations of that epoch, drawing earlier ones first if necessary."""
        while len(self._drawn) <= epoch:
            drawn = [source.permutation(self._rows) for source in self._generators]
            self._drawn.append(np.array(drawn, dtype=np.int32))
        return self._drawn[epoch]


@dataclass(slots=True)
class Minibatch:
    """Some rows of the training set, for R replicates.

    Attributes
    ----------
    rows
        ``(R, B, d + 1)`` inputs: what the gradient of the first layer is a product with.
    inputs
        ``(R, d + 1, B)``, the same transposed, for the forward pass. Each matrix is contiguous:
        rows a whole training set apart would share a few cache lines.
    targets
        ``(R, K, 1, B)``, to be broadcast over cells.
    """

    rows: Array
    inputs: Array
    targets: Array


def minibatches(data: ArraySplit, batch_size: int | None, order: Order) -> Iterator[Minibatch]:
    """Yield minibatches indefinitely; each epoch is the training set in another order.

    Parameters
    ----------
    data
        The training set.
    batch_size
        Rows of a minibatch, the last of an epoch may have fewer; None for the full batch.
    order
        ``order(epoch)``: the permutations ``(R, n)`` of the rows for that epoch, from 0. Not called
        with the full batch.
    """
    if batch_size is None:
        (full_batch,) = _cut(data.inputs, data.targets, data.inputs.shape[1])
        while True:
            yield full_batch
    count = data.inputs.shape[1]
    full = count - count % batch_size
    for epoch in itertools.count():
        permutations = order(epoch)
        inputs = _reordered(data.inputs, permutations)
        targets = _reordered(data.targets, permutations)
        if full:
            yield from _cut(inputs[:, :full], targets[:, :full], batch_size)
        if full < count:
            yield from _cut(inputs[:, full:], targets[:, full:], count - full)


def _reordered(rows: Array, order: Array) -> Array:
    return np.stack([own[permutation] for own, permutation in zip(rows, order, strict=True)])


def _cut(inputs: Array, targets: Array, size: int) -> Iterator[Minibatch]:
    """Cut ``(R, n, m)`` into minibatches of ``size`` rows, which divides n."""
    replicates, count, _ = inputs.shape
    rows = pair_single_row(inputs.reshape(replicates, count // size, size, -1), 2)
    columns = batch_last(rows)
    columns_of_targets = batch_last(
        pair_single_row(targets.reshape(replicates, count // size, size, -1), 2)
    )
    for index in range(count // size):
        yield Minibatch(rows[:, index], columns[:, index], columns_of_targets[:, index, :, None])
