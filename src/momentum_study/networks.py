"""Stacks of fully connected networks, trained as one NumPy program.

A stack holds R × C networks of one architecture: R *replicates* (each with its own data, initial
weights and minibatches) times C *cells* (learning rates, momentum coefficients). The batch is the
last, contiguous axis everywhere; activations of one layer are ``(R, C, units, B)``, the weights of
a layer ``(R, C, units, inputs + 1)`` with the bias in the last column. Every layer's input carries
a constant 1 as its last unit, so that biases need no operation of their own.

Two facts make it fast:

* All cells of a replicate see the same minibatch, and each layer of all networks is one call of
  ``np.matmul`` over a stack of matrices, on views, without copies.
* All weights lie in two blocks ``(R, C, P)``, the first layer and the rest, so that an update rule
  is a handful of calls whatever the depth.

A network's numbers are the same bytes alone and in any company, because every product is taken
network by network, with shapes that do not depend on the stack. One product for the first layers
of all cells, ``(C·units, inputs + 1) @ (inputs + 1, B)``, would be 5 to 10 % faster, but BLAS
rounds the rows at the edge of a product differently from those inside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from momentum_study.activations import ACTIVATIONS
from momentum_study.losses import LOSSES

Array = NDArray[Any]

INITIALIZATIONS = ("he", "xavier", "normal")
NORMAL_SCALE = 0.01


@dataclass(frozen=True)
class Architecture:
    """Layer sizes and functions of a fully connected network.

    Attributes
    ----------
    inputs, outputs
        Numbers of features and of output units.
    hidden
        Units of each hidden layer; empty for linear, logistic or softmax regression.
    activation
        A key of :data:`momentum_study.activations.ACTIVATIONS`, for the hidden layers.
    loss
        A key of :data:`momentum_study.losses.LOSSES`.
    """

    inputs: int
    hidden: tuple[int, ...]
    outputs: int
    activation: str = "relu"
    loss: str = "cross_entropy"

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """Shape ``(units, inputs + 1)`` of each layer's weights, bias included."""
        sizes = (self.inputs, *self.hidden, self.outputs)
        return [(units, inputs + 1) for inputs, units in pairwise(sizes)]

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return sum(units * inputs for units, inputs in self.shapes)


def initial_weights(
    architecture: Architecture, initialization: str, generator: np.random.Generator
) -> list[Array]:
    """Draw the starting weights of one network, in float64.

    Weights are normal with standard deviation √(2/n_in) for ``"he"``, √(2/(n_in + n_out)) for
    ``"xavier"`` (Glorot), 0.01 for ``"normal"``; biases are 0.

    Returns
    -------
    list of arrays
        One ``(units, inputs + 1)`` a layer, the bias in the last column.
    """
    layers = []
    for units, columns in architecture.shapes:
        n_in = columns - 1
        scale = {
            "he": np.sqrt(2.0 / n_in),
            "xavier": np.sqrt(2.0 / (n_in + units)),
            "normal": NORMAL_SCALE,
        }[initialization]
        weights = scale * generator.standard_normal((units, n_in))
        layers.append(np.hstack([weights, np.zeros((units, 1))]))
    return layers


class LayerBlocks:
    """Storage for one number per weight of every network in a stack.

    Attributes
    ----------
    blocks
        ``(R, C, P₁)`` for the first layer and ``(R, C, P₂)`` for all others (none if there is a
        single layer): what update rules work on.
    layers
        Views ``(R, C, units, inputs + 1)`` into the blocks, a layer each.
    """

    def __init__(
        self, architecture: Architecture, replicates: int, cells: int, dtype: np.dtype[Any]
    ) -> None:
        sizes = [units * columns for units, columns in architecture.shapes]
        block_sizes = [sizes[0], sum(sizes[1:])] if len(sizes) > 1 else sizes
        self.blocks = [np.zeros((replicates, cells, size), dtype) for size in block_sizes]
        self.layers = []
        start = 0
        for index, (units, columns) in enumerate(architecture.shapes):
            block = self.blocks[min(index, 1)]
            start = 0 if index < 2 else start
            view = block[:, :, start : start + units * columns]
            self.layers.append(view.reshape(replicates, cells, units, columns, copy=False))
            start += units * columns


@dataclass
class _Workspace:
    """Buffers for one batch size."""

    activations: list[Array] = field(default_factory=list)
    errors: list[Array] = field(default_factory=list)
    outputs: Array = field(default_factory=lambda: np.empty(0))


class Stack:
    """R × C networks of one architecture: their weights, outputs and gradients.

    Parameters
    ----------
    architecture
        Shared by all networks.
    weights
        ``weights[r]``: the layers that all cells of replicate r start from, as
        :func:`initial_weights` returns them.
    cells
        C, the number of networks per replicate.
    dtype
        float32 or float64.
    """

    def __init__(
        self,
        architecture: Architecture,
        weights: Sequence[Sequence[Array]],
        cells: int,
        dtype: np.dtype[Any] | type,
    ) -> None:
        self.architecture = architecture
        self.dtype = np.dtype(dtype)
        self.replicates = len(weights)
        self.cells = cells
        self.weights = self.new_blocks()
        for replicate, layers in enumerate(weights):
            for view, layer in zip(self.weights.layers, layers, strict=True):
                view[replicate] = layer
        self.gradients = self.new_blocks()
        self._activation = ACTIVATIONS[architecture.activation]
        self._loss = LOSSES[architecture.loss]
        self._workspaces: dict[int, _Workspace] = {}

    def new_blocks(self) -> LayerBlocks:
        """Return zeros of the weights' shapes."""
        return LayerBlocks(self.architecture, self.replicates, self.cells, self.dtype)

    def keep_cells(self, cells: NDArray[np.intp]) -> None:
        """Drop all cells but these, with their buffers."""
        self.cells = len(cells)
        self.weights = self.take_cells(self.weights, cells)
        self.gradients = self.new_blocks()
        self._workspaces.clear()

    def take_cells(self, source: LayerBlocks, cells: NDArray[np.intp]) -> LayerBlocks:
        """Return a copy of ``source`` that holds these cells only."""
        taken = LayerBlocks(self.architecture, self.replicates, len(cells), self.dtype)
        for block, values in zip(taken.blocks, source.blocks, strict=True):
            block[...] = values[:, cells]
        return taken

    def outputs(self, inputs: Array) -> Array:
        """Return the outputs ``(R, K, C, B)`` for inputs ``(R, inputs + 1, B)``.

        The last input must be 1. The result is a buffer that the next call overwrites. Products
        are fastest when the batch is the contiguous axis.
        """
        space = self._workspace(inputs.shape[2])
        below = inputs[:, None]
        for layer, a in zip(self.weights.layers, space.activations, strict=False):
            np.matmul(layer, below, out=a[:, :, :-1])
            # Over the whole contiguous buffer, which is faster than a part; then the 1 again.
            self._activation.apply(a, a)
            a[:, :, -1] = 1
            below = a
        np.matmul(self.weights.layers[-1], below, out=space.outputs.swapaxes(1, 2))
        return space.outputs

    def backpropagate(self, rows: Array) -> None:
        """Fill ``gradients`` from the errors that stand in the buffer of :meth:`outputs`.

        The caller has turned the outputs into errors ``(R, K, C, B)``, each row's ∂ℓ/∂z times
        whatever factor (1/B, gain, learning rate) the gradient shall carry. ``rows`` are the
        inputs the other way around, ``(R, B, inputs + 1)``, contiguous in the last axis if the
        product is to be fast.
        """
        space = self._workspace(rows.shape[1])
        error = space.outputs.swapaxes(1, 2)
        for index in range(len(self.architecture.hidden), 0, -1):
            below = space.activations[index - 1]
            np.matmul(error, below.swapaxes(2, 3), out=self.gradients.layers[index])
            error_below = space.errors[index - 1]
            weights = self.weights.layers[index][:, :, :, :-1]
            np.matmul(weights.swapaxes(2, 3), error, out=error_below)
            self._activation.multiply_derivative(error_below, below[:, :, :-1])
            error = error_below
        np.matmul(error, rows[:, None], out=self.gradients.layers[0])

    def evaluate(self, inputs: Array, targets: Array, rows_at_once: int) -> tuple[Array, Array]:
        """Mean loss and score ``(R, C)`` of each network over a data set.

        Parameters
        ----------
        inputs, targets
            ``(R, n, inputs + 1)`` and ``(R, n, K)``.
        rows_at_once
            Rows per forward pass, so that the activations stay in cache.

        Returns
        -------
        loss, score
            In float64. The score is the accuracy, or for regression R² = 1 − SSE/SST with the
            total sum of squares SST about the mean of these targets.
        """
        inputs, targets = pair_single_row(inputs, 1), pair_single_row(targets, 1)
        rows = inputs.shape[1]
        loss = np.zeros((self.replicates, self.cells))
        score = np.zeros((self.replicates, self.cells))
        # The last part takes one row more if that row were alone (see `pair_single_row`).
        for start in range(0, rows - 1, rows_at_once):
            stop = start + rows_at_once
            part = slice(start, stop if stop < rows - 1 else rows)
            z = self.outputs(batch_last(inputs[:, part]))
            part_loss, part_score = self._loss.evaluate(z, batch_last(targets[:, part])[:, :, None])
            loss += part_loss
            score += part_score
        if self._loss.task == "classification":
            return loss / rows, score / rows
        centred = targets - targets.mean(axis=1, keepdims=True)
        total = np.sum(np.square(centred, dtype=np.float64), axis=(1, 2))
        return loss / rows, 1.0 - score / total[:, None]

    def _workspace(self, batch: int) -> _Workspace:
        if batch not in self._workspaces:
            shape = (self.replicates, self.cells)
            space = _Workspace(
                outputs=np.empty(
                    (self.replicates, self.architecture.outputs, self.cells, batch), self.dtype
                )
            )
            for units in self.architecture.hidden:
                # One unit more than the layer has: the constant 1 that carries the next bias.
                space.activations.append(np.ones((*shape, units + 1, batch), self.dtype))
                space.errors.append(np.empty((*shape, units, batch), self.dtype))
            self._workspaces[batch] = space
        return self._workspaces[batch]


def batch_last(rows: Array) -> Array:
    """Return a contiguous copy of ``(R, B, m)`` as ``(R, m, B)``, the order of all activations."""
    return np.ascontiguousarray(rows.swapaxes(1, 2))


def pair_single_row(batch: Array, axis: int) -> Array:
    """Return a batch as it is, or one of a single row as that row twice; means stay the same.

    NumPy hands products with a single column to other routines of BLAS, which round differently
    for different strides, and so for different numbers of networks in the stack.
    """
    return batch.repeat(2, axis=axis) if batch.shape[axis] == 1 else batch
