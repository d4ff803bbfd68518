"""Hessians of stacks of networks: exact products with vectors, and the largest eigenvalue.

The Hessian H of a network's mean loss over a data set is never formed. Its product with a vector v
is the derivative of the gradient in the direction v, by Pearlmutter's rule: every line of the
forward and of the backward pass is differentiated. It costs as much as two to three gradients.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator, eigsh

from momentum_study.engine.activations import ACTIVATIONS
from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.losses import LOSSES
from momentum_study.engine.networks import Architecture, Parameters, batch_last, by_input

Array = NDArray[Any]

# Relative accuracy of an eigenvalue, far finer than any threshold or figure needs.
TOLERANCE = 1e-6


class Hessian:
    """The Hessians of R × C networks at given weights, as linear maps.

    What does not depend on the vector (activations, errors, derivatives) is computed once.

    Parameters
    ----------
    architecture
        Of every network.
    weights
        ``(R, C, P)``, a row per network as in :class:`momentum_study.engine.networks.Parameters`.
    data
        Of the R replicates: the loss is the mean over all its rows.

    References
    ----------
    Pearlmutter (1994), Fast exact multiplication by the Hessian, Neural Computation 6(1).
    """

    def __init__(self, architecture: Architecture, weights: Array, data: ArraySplit) -> None:
        self.architecture = architecture
        self._weights = Parameters(architecture, np.ascontiguousarray(weights, dtype=np.float64))
        activation = ACTIVATIONS[architecture.activation]
        loss = LOSSES[architecture.loss]
        inputs = batch_last(data.inputs.astype(np.float64))[:, None]
        targets = batch_last(data.targets.astype(np.float64))[:, :, None]
        self._rows = inputs.shape[-1]

        # Forward: the input of each layer, (R, C, inputs + 1, B), the constant 1 last.
        self._below = [inputs]
        for layer in self._weights.layers[:-1]:
            activations = layer @ self._below[-1]
            activation.apply(activations, activations)
            ones = np.ones_like(activations[:, :, :1])
            self._below.append(np.concatenate([activations, ones], axis=2))
        self._outputs = (self._weights.layers[-1] @ self._below[-1]).swapaxes(1, 2)
        self._curve = loss.curve

        # Backward: error of each layer, and of hidden layers σ' and the error above times σ''.
        top = self._outputs.copy()
        loss.loss_gradient(top, targets)
        self._errors = [top.swapaxes(1, 2) / self._rows]
        self._slopes: list[Array] = []
        self._bends: list[Array] = []
        for layer, below in zip(
            reversed(self._weights.layers[1:]), reversed(self._below[1:]), strict=True
        ):
            units = below[:, :, :-1]
            slope = np.ones_like(units)
            activation.multiply_derivative(slope, units)
            error = by_input(layer) @ self._errors[0]
            self._slopes.insert(0, slope)
            self._bends.insert(0, error * activation.second_derivative(units))
            self._errors.insert(0, error * slope)

    def product(self, vectors: Array) -> Array:
        """Return ``H v`` of each network, ``(R, C, P)`` for vectors ``(R, C, P)``, in float64."""
        direction = Parameters(self.architecture, np.ascontiguousarray(vectors, dtype=np.float64))
        result = Parameters(self.architecture, np.empty_like(direction.array))
        weights, moves = self._weights.layers, direction.layers

        # Forward: how pre-activations and activations change. Inputs and constants do not.
        changes = [moves[0] @ self._below[0]]
        changed: list[Array] = []
        for index, slope in enumerate(self._slopes):
            changed.append(slope * changes[-1])
            changes.append(
                moves[index + 1] @ self._below[index + 1]
                + weights[index + 1][:, :, :, :-1] @ changed[-1]
            )

        # Backward: how errors, and with them the gradients, change.
        curved = self._curve(self._outputs, changes[-1].swapaxes(1, 2))
        error_change = curved.swapaxes(1, 2) / self._rows
        for index in range(len(weights) - 1, 0, -1):
            layer = result.layers[index]
            layer[...] = error_change @ self._below[index].swapaxes(2, 3)
            layer[:, :, :, :-1] += self._errors[index] @ changed[index - 1].swapaxes(2, 3)
            through = (
                by_input(moves[index]) @ self._errors[index]
                + by_input(weights[index]) @ error_change
            )
            error_change = (
                through * self._slopes[index - 1] + self._bends[index - 1] * changes[index - 1]
            )
        result.layers[0][...] = error_change @ self._below[0].swapaxes(2, 3)
        return result.array


def largest_eigenvalue(architecture: Architecture, weights: Array, data: ArraySplit) -> float:
    """Return λ_max, the largest (signed) eigenvalue of one network's Hessian, by Lanczos.

    Parameters
    ----------
    architecture
        Of the network.
    weights
        ``(P,)``.
    data
        Of one replicate.

    Returns
    -------
    float
        To a relative accuracy of 1e-6. Deterministic: the iteration starts from a fixed vector.
    """
    hessian = Hessian(architecture, weights[None, None], data)
    count = architecture.parameters

    def product(vector: Array) -> Array:
        return hessian.product(vector.reshape(1, 1, count)).reshape(count)

    if count <= 2:  # too few for Lanczos, which needs more rows than eigenvalues
        columns = [product(unit) for unit in np.eye(count)]
        return float(np.linalg.eigvalsh(np.array(columns))[-1])
    operator = LinearOperator((count, count), matvec=product, dtype=np.float64)
    start = np.random.Generator(np.random.PCG64(0)).standard_normal(count)
    values = eigsh(operator, 1, which="LA", v0=start, tol=TOLERANCE, return_eigenvectors=False)
    return float(values[0])
