"""Momentum over dictionaries of parameters: the two functions the study starts from.

They work on ``parameters = {"W1", "b1", …, "WL", "bL"}``, ``grads`` and ``v`` with the keys
``{"dW1", "db1", …, "dWL", "dbL"}`` and NumPy arrays of any shape, and use the same update
rule as the networks of the study.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from momentum_study.engine.optimizers import RULES

Array = NDArray[Any]


def initialize_velocity(parameters: Mapping[str, Array]) -> dict[str, Array]:
    """Return a velocity of zeros for every parameter.

    Parameters
    ----------
    parameters
        ``{"W1": …, "b1": …, …, "WL": …, "bL": …}``, arrays of any shape.

    Returns
    -------
    dict
        ``{"dW1": …, "db1": …, …}``: zeros of the parameters' shapes and floating-point types
        (float64 for a parameter of integers).

    Raises
    ------
    KeyError
        If the keys are not W1, b1, …, WL, bL without a gap.

    Examples
    --------
    >>> initialize_velocity({"W1": np.ones((1, 2)), "b1": np.ones((1, 1))})
    {'dW1': array([[0., 0.]]), 'db1': array([[0.]])}
    """
    return {
        f"d{name}": np.zeros(np.shape(parameters[name]), _floating_type(parameters[name]))
        for name in _parameter_names(parameters)
    }


def update_parameters_with_momentum(
    parameters: dict[str, Array],
    grads: Mapping[str, Array],
    v: dict[str, Array],
    beta: float,
    learning_rate: float,
    *,
    bias_correction: bool = False,
    t: int | None = None,
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Make one update by gradient descent with momentum.

    For every parameter W with gradient dW (likewise b with db)::

        v_dW ← β v_dW + (1 − β) dW
        W    ← W − α v_dW                      without bias correction
        W    ← W − α v_dW / (1 − βᵗ)           with it

    Parameters
    ----------
    parameters
        ``{"W1": …, "b1": …, …}``.
    grads
        ``{"dW1": …, "db1": …, …}``, of the parameters' shapes.
    v
        The velocity, from :func:`initialize_velocity` or from the update before.
    beta
        Momentum coefficient β, 0 ≤ β < 1. β = 0 is gradient descent without momentum.
    learning_rate
        Learning rate α > 0.
    bias_correction
        Divide the velocity by 1 − βᵗ in the update of the parameters (not in ``v``).
    t
        Number of this update, from 1; needed for the bias correction only.

    Returns
    -------
    parameters, v
        The dictionaries passed in, *updated in place*: their entries are new arrays; the former
        arrays and ``grads`` are not changed. After an error nothing has been changed.

    Raises
    ------
    KeyError
        If a parameter, its gradient or its velocity is missing.
    ValueError
        If a gradient or velocity has not the shape of its parameter, β is outside [0, 1), the
        learning rate is not finite and positive, or t is no positive integer when needed.
    """
    if not 0.0 <= beta < 1.0:
        raise ValueError(f"beta must be in [0, 1), got {beta!r}")
    if not (math.isfinite(learning_rate) and learning_rate > 0.0):
        raise ValueError(f"learning_rate must be finite and positive, got {learning_rate!r}")
    if bias_correction and (t is None or not t >= 1 or t % 1 != 0):
        raise ValueError(f"bias_correction needs t, the number of the update from 1; got t={t!r}")
    names = _parameter_names(parameters)
    for name in names:
        _check_entry("grads", grads, name, parameters[name])
        _check_entry("v", v, name, parameters[name])

    rule = RULES["momentum_corrected" if bias_correction else "momentum"]
    coefficients = rule.coefficients(beta, learning_rate, t or 1)
    for name in names:
        kind = _floating_type(parameters[name])
        weights = np.array(parameters[name], dtype=kind)
        velocity = np.array(v[f"d{name}"], dtype=kind)
        gradient = np.asarray(np.multiply(grads[f"d{name}"], rule.gain(beta), dtype=kind))
        rule.update(weights, gradient, [velocity], np.empty_like(weights), coefficients)
        parameters[name] = weights
        v[f"d{name}"] = velocity
    return parameters, v


def _parameter_names(parameters: Mapping[str, Array]) -> list[str]:
    layers = len(parameters) // 2
    names = [f"{kind}{layer}" for layer in range(1, layers + 1) for kind in "Wb"]
    wrong = set(parameters) ^ set(names)
    if wrong or not names:
        raise KeyError(
            "parameters must have the keys W1, b1, …, WL, bL without a gap, "
            f"got {', '.join(map(str, parameters)) or 'none'}; "
            f"wrong or missing: {', '.join(sorted(map(str, wrong))) or 'W1, b1'}"
        )
    return names


def _check_entry(argument: str, values: Mapping[str, Array], name: str, parameter: Array) -> None:
    key = f"d{name}"
    if key not in values:
        raise KeyError(f"{argument} lacks the key {key!r} for parameter {name!r}")
    if np.shape(values[key]) != np.shape(parameter):
        raise ValueError(
            f"{argument}[{key!r}] has shape {np.shape(values[key])}, but parameter {name!r} has "
            f"shape {np.shape(parameter)}"
        )


def _floating_type(array: Array) -> np.dtype[Any]:
    kind = np.asarray(array).dtype
    return kind if np.issubdtype(kind, np.floating) else np.dtype(np.float64)
