"""Stacks of fully connected networks, trained as one NumPy program.

A stack holds R × C networks of one architecture: R *replicates* (each with its own data, initial
weights and minibatches) times C *cells* (learning rates, momentum coefficients). The batch is the
last, contiguous axis everywhere; activations of one layer are ``(R, C, units, B)``, the weights of
a layer ``(R, C, units, inputs + 1)`` with the bias in the last column. Every layer's input carries
a constant 1 as its last unit, so that biases need no separate operation.

Three facts make it fast:

* All cells of a replicate see the same minibatch, and each layer of all networks is one call of
  ``np.matmul`` over a stack of matrices, on views made once, without copies.
* All weights are in one array ``(R, C, P)``, so that an update rule is a handful of calls at any
  depth.
* Buffers are allocated once per batch size, and every operation writes into one.

A network's numbers are the same bytes alone and in any stack, because every product is computed
per network, with shapes that do not depend on the stack. One product for the first layers
of all cells, ``(C·units, inputs + 1) @ (inputs + 1, B)``, would be 5 to 10 % faster, but BLAS
rounds the rows at the edge of a product differently from those inside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from momentum_study.engine.activations import ACTIVATIONS
from momentum_study.engine.losses import LOSSES

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
        A key of :data:`momentum_study.engine.activations.ACTIVATIONS`, for the hidden layers.
    loss
        A key of :data:`momentum_study.engine.losses.LOSSES`.
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


class Parameters:
    """One number per weight of every network in a stack.

    Attributes
    ----------
    array
        ``(R, C, P)``, a row per network: what update rules work on.
    layers
        Views ``(R, C, units, inputs + 1)`` into it, a layer each.
    """

    def __init__(self, architecture: Architecture, array: Array) -> None:
        self.array = array
        self.layers = []
        start = 0
        for units, columns in architecture.shapes:
            view = array[:, :, start : start + units * columns]
            self.layers.append(view.reshape(*array.shape[:2], units, columns, copy=False))
            start += units * columns


class _HiddenLayer:
    """Buffers of one hidden layer for one batch size, and the views that products use."""

    def __init__(self, shape: tuple[int, int], units: int, batch: int, dtype: np.dtype[Any]):
        # One unit more than the layer has: the constant 1 that carries the next bias.
        self.activations = np.ones((*shape, units + 1, batch), dtype)
        self.units = self.activations[:, :, :-1]
        self.constant = self.activations[:, :, -1]
        self.activations_by_row = self.activations.swapaxes(2, 3)
        # The same for errors, so that both are contiguous: the errors of the 1 stay 0.
        self.errors = np.zeros_like(self.activations)
        self.unit_errors = self.errors[:, :, :-1]


class _Workspace:
    """Buffers of a stack for one batch size."""

    def __init__(self, stack: "Stack", batch: int) -> None:
        shape = (stack.replicates, stack.cells)
        architecture = stack.architecture
        self.hidden = [
            _HiddenLayer(shape, units, batch, stack.dtype) for units in architecture.hidden
        ]
        self.outputs = np.empty(
            (stack.replicates, architecture.outputs, stack.cells, batch), stack.dtype
        )
        self.outputs_by_cell = self.outputs.swapaxes(1, 2)


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
        shape = (self.replicates, cells, architecture.parameters)
        self.weights = Parameters(architecture, np.empty(shape, self.dtype))
        for replicate, layers in enumerate(weights):
            for view, layer in zip(self.weights.layers, layers, strict=True):
                view[replicate] = layer
        self._activation = ACTIVATIONS[architecture.activation]
        self._loss = LOSSES[architecture.loss]
        self._prepare()

    def keep_cells(self, cells: NDArray[np.intp]) -> None:
        """Drop all cells but these, with their buffers."""
        self.cells = len(cells)
        self.weights = Parameters(self.architecture, self.weights.array.take(cells, axis=1))
        self._prepare()

    def outputs(self, inputs: Array) -> Array:
        """Return the outputs ``(R, K, C, B)`` for inputs ``(R, inputs + 1, B)``.

        The last input must be 1. The result is a buffer that the next call overwrites. Products
        are fastest when the batch is the contiguous axis.
        """
        space = self._workspace(inputs.shape[2])
        below = inputs[:, None]
        for weights, layer in zip(self.weights.layers, space.hidden, strict=False):
            np.matmul(weights, below, out=layer.units)
            # Over the whole contiguous buffer, which is faster than over a view; then reset the 1.
            self._activation.apply(layer.activations, layer.activations)
            if not self._activation.keeps_one:
                layer.constant[...] = 1
            below = layer.activations
        np.matmul(self.weights.layers[-1], below, out=space.outputs_by_cell)
        return space.outputs

    def backpropagate(self, rows: Array) -> None:
        """Fill ``gradients`` from the errors in the buffer of :meth:`outputs`.

        The caller has turned the outputs into errors ``(R, K, C, B)``, each row's ∂ℓ/∂z times
        any factor (1/B, gain, learning rate) that the gradient shall carry. ``rows`` are the inputs
        transposed, ``(R, B, inputs + 1)``; the product is fast if the last axis is contiguous.
        """
        space = self._workspace(rows.shape[1])
        error = space.outputs_by_cell
        for index in range(len(space.hidden), 0, -1):
            below = space.hidden[index - 1]
            np.matmul(error, below.activations_by_row, out=self.gradients.layers[index])
            np.matmul(self._weights_by_input[index], error, out=below.unit_errors)
            self._activation.multiply_derivative(below.errors, below.activations)
            error = below.unit_errors
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
        # The last slice gets one row more if that row were alone (see `pair_single_row`).
        for start in range(0, rows - 1, rows_at_once):
            stop = start + rows_at_once
            chunk = slice(start, stop if stop < rows - 1 else rows)
            z = self.outputs(batch_last(inputs[:, chunk]))
            chunk_loss, chunk_score = self._loss.evaluate(
                z, batch_last(targets[:, chunk])[:, :, None]
            )
            loss += chunk_loss
            score += chunk_score
        if self._loss.task == "classification":
            return loss / rows, score / rows
        centred = targets - targets.mean(axis=1, keepdims=True)
        total = np.sum(np.square(centred, dtype=np.float64), axis=(1, 2))
        return loss / rows, 1.0 - score / total[:, None]

    def _prepare(self) -> None:
        """Allocate what depends on the number of cells."""
        self.gradients = Parameters(self.architecture, np.empty_like(self.weights.array))
        # Errors pass through these.
        self._weights_by_input = [by_input(layer) for layer in self.weights.layers]
        self._workspaces: dict[int, _Workspace] = {}

    def _workspace(self, batch: int) -> _Workspace:
        if batch not in self._workspaces:
            self._workspaces[batch] = _Workspace(self, batch)
        return self._workspaces[batch]


def by_input(layer: Array) -> Array:
    """Return a view of weights ``(R, C, units, inputs + 1)``, transposed and without the biases."""
    return layer[:, :, :, :-1].swapaxes(2, 3)


def batch_last(rows: Array) -> Array:
    """Return a contiguous copy of ``(…, B, m)`` as ``(…, m, B)``, the order of all activations."""
    return np.ascontiguousarray(rows.swapaxes(-2, -1))


def pair_single_row(batch: Array, axis: int) -> Array:
    """Return the batch, with a single row repeated; means stay the same.

    NumPy computes products with a single column by other routines of BLAS, which round differently
    for different strides, and so for different numbers of networks in the stack.
    """
    return batch.repeat(2, axis=axis) if batch.shape[axis] == 1 else batch
