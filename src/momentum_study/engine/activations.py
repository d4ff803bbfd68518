"""Activation functions of hidden layers, written for preallocated buffers.

Each activation is a pair of in-place operations: ``apply`` maps pre-activations ``z`` to
activations ``a``, and ``multiply_derivative`` multiplies an error by ``dσ/dz``, which for these
three functions is a function of ``a`` alone, so that ``z`` need not be kept. The second derivative
is for Hessians, where speed matters less.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Activation:
    """One activation function.

    Attributes
    ----------
    apply
        ``apply(z, out)`` writes ``σ(z)`` to ``out``, which may be ``z``; ``z`` may be overwritten.
    multiply_derivative
        ``multiply_derivative(error, a)`` replaces ``error`` by ``error · σ'(z)``, where
        ``a = σ(z)``.
    second_derivative
        ``second_derivative(a)`` returns σ''(z), where ``a = σ(z)``.
    keeps_one
        True if σ(1) = 1, so that a constant unit may pass through ``apply``.
    """

    apply: Callable[[Array, Array], None]
    multiply_derivative: Callable[[Array, Array], None]
    second_derivative: Callable[[Array], Array]
    keeps_one: bool = False


def _relu(z: Array, out: Array) -> None:
    # Several times as fast as `np.maximum`, whose loop with a number is not vectorised.
    z.clip(0, np.inf, out=out)


def _relu_derivative(error: Array, a: Array) -> None:
    np.multiply(error, a > 0, out=error)


def _relu_second_derivative(a: Array) -> Array:
    # 0 at the kink too, as the derivative to its left.
    return np.zeros_like(a)


def _tanh(z: Array, out: Array) -> None:
    np.tanh(z, out=out)


def _tanh_derivative(error: Array, a: Array) -> None:
    derivative = a * a
    np.subtract(1, derivative, out=derivative)
    np.multiply(error, derivative, out=error)


def _tanh_second_derivative(a: Array) -> Array:
    bend: Array = -2 * a * (1 - a * a)
    return bend


def _sigmoid(z: Array, out: Array) -> None:
    # 1/(1 + e^-z) = (1 + tanh(z/2))/2: one transcendental that cannot overflow.
    np.multiply(z, 0.5, out=z)
    np.tanh(z, out=out)
    np.add(out, 1, out=out)
    np.multiply(out, 0.5, out=out)


def _sigmoid_derivative(error: Array, a: Array) -> None:
    np.multiply(error, a - a * a, out=error)


def _sigmoid_second_derivative(a: Array) -> Array:
    bend: Array = (a - a * a) * (1 - 2 * a)
    return bend


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(_relu, _relu_derivative, _relu_second_derivative, keeps_one=True),
    "tanh": Activation(_tanh, _tanh_derivative, _tanh_second_derivative),
    "sigmoid": Activation(_sigmoid, _sigmoid_derivative, _sigmoid_second_derivative),
}
