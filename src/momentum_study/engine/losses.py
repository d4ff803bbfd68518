"""Losses on class-major outputs: the error that backpropagation starts from, and evaluation.

Outputs ``z`` have shape ``(R, K, C, B)``: replicates, outputs (classes), cells, rows of the batch.
With the classes ahead of cells and rows, a softmax reduces over long contiguous rows. Targets
``(R, K, 1, B)`` are shared by all cells of a replicate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Loss:
    """One loss function, averaged over rows.

    Attributes
    ----------
    task
        ``"classification"`` or ``"regression"``.
    single_output
        True if a two-class problem has one output instead of two.
    loss_gradient
        ``loss_gradient(z, targets)`` replaces ``z`` by ∂ℓ/∂z of each row's loss ℓ.
    curve
        ``curve(z, direction)`` returns (∂²ℓ/∂z²) · direction for each row's loss ℓ.
    evaluate
        ``evaluate(z, targets)`` returns the sums over rows ``(loss, score)``, each ``(R, C)``.
        ``score`` counts correct rows (classification) or sums squared errors over outputs
        (regression). ``z`` may be overwritten.
    null_loss
        ``null_loss(targets)`` for targets ``(n, K)``: the loss of the best constant output.
    """

    task: str
    single_output: bool
    loss_gradient: Callable[[Array, Array], None]
    curve: Callable[[Array, Array], Array]
    evaluate: Callable[[Array, Array], tuple[Array, Array]]
    null_loss: Callable[[Array], float]


@cache
def exponent_floor(dtype: np.dtype[Any]) -> float:
    """Smallest exponent that is not cut off: e to this power is far above the denormal numbers.

    A denormal number costs a hundred times a normal one in every later product. A probability of
    e^-61 (float32) or e^-496 (float64) instead of a smaller one changes no rounded sum.
    """
    return 0.7 * float(np.log(np.finfo(dtype).tiny))


def _softmax_numerators(z: Array) -> Array:
    """Replace z by exp(z − max) and return the sum over classes (R, 1, C, B)."""
    np.subtract(z, np.maximum.reduce(z, axis=1, keepdims=True), out=z)
    z.clip(exponent_floor(z.dtype), np.inf, out=z)
    np.exp(z, out=z)
    total: Array = np.add.reduce(z, axis=1, keepdims=True)
    return total


def _cross_entropy_error(z: Array, targets: Array) -> None:
    total = _softmax_numerators(z)
    np.divide(1, total, out=total)
    np.multiply(z, total, out=z)
    np.subtract(z, targets, out=z)


def _cross_entropy_curve(z: Array, direction: Array) -> Array:
    # ∂²ℓ/∂z² = diag(p) − ppᵀ
    p = z.copy()
    total = _softmax_numerators(p)
    np.divide(p, total, out=p)
    weighted = p * direction
    curved: Array = weighted - p * np.add.reduce(weighted, axis=1, keepdims=True)
    return curved


def _cross_entropy_evaluate(z: Array, targets: Array) -> tuple[Array, Array]:
    at_label = np.add.reduce(z * targets, axis=1)
    highest = np.max(z, axis=1)
    # Ties count as wrong unless the label alone is highest: a constant output scores 0.
    correct = (at_label == highest) & (np.add.reduce(z == highest[:, None], axis=1) == 1)
    total = _softmax_numerators(z)[:, 0]
    loss = np.log(total) + (highest - at_label)
    return _sum_rows(loss), correct.sum(axis=-1)


def _logistic_error(z: Array, targets: Array) -> None:
    limit = -exponent_floor(z.dtype)
    z.clip(-limit, limit, out=z)
    np.negative(z, out=z)
    np.exp(z, out=z)
    np.add(z, 1, out=z)
    np.divide(1, z, out=z)
    np.subtract(z, targets, out=z)


def _logistic_curve(z: Array, direction: Array) -> Array:
    # p(1 − p), with p = (1 + tanh(z/2))/2
    tanh = np.tanh(z / 2)
    curved: Array = (1 - tanh * tanh) / 4 * direction
    return curved


def _logistic_evaluate(z: Array, targets: Array) -> tuple[Array, Array]:
    # log(1 + e^z) − y z, the negative log-likelihood, in the form that cannot overflow.
    loss = np.maximum(z, 0) - z * targets + np.log1p(np.exp(-np.abs(z)))
    correct = ((z > 0) == (targets > 0.5)) & (z != 0)
    return _sum_rows(loss[:, 0]), correct[:, 0].sum(axis=-1)


def _squared_error(z: Array, targets: Array) -> None:
    np.subtract(z, targets, out=z)
    np.multiply(z, 2 / z.shape[1], out=z)


def _squared_curve(z: Array, direction: Array) -> Array:
    curved: Array = direction * (2 / z.shape[1])
    return curved


def _squared_evaluate(z: Array, targets: Array) -> tuple[Array, Array]:
    np.subtract(z, targets, out=z)
    np.square(z, out=z)
    squares = _sum_rows(np.add.reduce(z, axis=1))
    return squares / z.shape[1], squares


def _sum_rows(x: Array) -> Array:
    # Cast first: a reduction that casts works through a buffer, and where the buffer breaks would
    # depend on the number of networks in the stack.
    total: Array = np.add.reduce(x.astype(np.float64), axis=-1)
    return total


def _entropy_of_labels(targets: Array) -> float:
    shares = np.asarray(np.mean(targets, axis=0, dtype=np.float64))
    shares = shares[shares > 0]
    return float(-np.sum(shares * np.log(shares)))


def _entropy_of_label(targets: Array) -> float:
    return _entropy_of_labels(np.hstack([targets, 1 - targets]))


def _variance(targets: Array) -> float:
    return float(np.mean(np.var(targets, axis=0, dtype=np.float64)))


LOSSES: dict[str, Loss] = {
    "cross_entropy": Loss(
        "classification",
        False,
        _cross_entropy_error,
        _cross_entropy_curve,
        _cross_entropy_evaluate,
        _entropy_of_labels,
    ),
    "logistic": Loss(
        "classification",
        True,
        _logistic_error,
        _logistic_curve,
        _logistic_evaluate,
        _entropy_of_label,
    ),
    "mse": Loss("regression", False, _squared_error, _squared_curve, _squared_evaluate, _variance),
}
