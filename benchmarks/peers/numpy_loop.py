"""One network at a time in plain NumPy, with dictionaries of parameters, as in tutorials.

Trains a few networks spread over the grid (:data:`benchmarks.problems.LOOP_NETWORKS`); its
time is reported per network-update. Momentum is this project's
`update_parameters_with_momentum`, Adam a textbook one.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import Prepared
from benchmarks.problems import Problem
from momentum_study.engine.momentum import initialize_velocity, update_parameters_with_momentum
from momentum_study.engine.optimizers import ADAM_BETA2, ADAM_EPSILON

Array = NDArray[Any]
Parameters = dict[str, Array]


def prepare(problem: Problem) -> Prepared:
    """Copy the initial weights to a dictionary and split the data into minibatches."""
    start: Parameters = {}
    for layer, weights in enumerate(problem.weights, start=1):
        start[f"W{layer}"] = np.ascontiguousarray(weights[:, :-1].T, problem.dtype)
        start[f"b{layer}"] = weights[:, -1].astype(problem.dtype)
    count = len(problem.inputs) // problem.batch
    batches = list(
        zip(np.split(problem.inputs, count), np.split(problem.targets, count), strict=True)
    )
    train = {"momentum": _train_with_momentum, "adam": _train_with_adam}[problem.rule]

    def run() -> list[Parameters]:
        return [
            train(dict(start), batches, problem.steps, float(beta), float(rate))
            for beta, rate in zip(problem.betas, problem.rates, strict=True)
        ]

    return Prepared(run, _weights)


def _train_with_momentum(
    parameters: Parameters,
    batches: list[tuple[Array, Array]],
    steps: int,
    beta: float,
    learning_rate: float,
) -> Parameters:
    v = initialize_velocity(parameters)
    for step in range(steps):
        grads = _gradients(parameters, *batches[step % len(batches)])
        parameters, v = update_parameters_with_momentum(parameters, grads, v, beta, learning_rate)
    return parameters


def _train_with_adam(
    parameters: Parameters,
    batches: list[tuple[Array, Array]],
    steps: int,
    beta: float,
    learning_rate: float,
) -> Parameters:
    m = {name: np.zeros_like(value) for name, value in parameters.items()}
    s = {name: np.zeros_like(value) for name, value in parameters.items()}
    for step in range(steps):
        grads = _gradients(parameters, *batches[step % len(batches)])
        m_share, s_share = 1 - beta ** (step + 1), 1 - ADAM_BETA2 ** (step + 1)
        for name in parameters:
            g = grads[f"d{name}"]
            m[name] = beta * m[name] + (1 - beta) * g
            s[name] = ADAM_BETA2 * s[name] + (1 - ADAM_BETA2) * g**2
            mean, square = m[name] / m_share, s[name] / s_share
            parameters[name] = parameters[name] - learning_rate * mean / (
                np.sqrt(square) + ADAM_EPSILON
            )
    return parameters


def _gradients(parameters: Parameters, x: Array, targets: Array) -> Parameters:
    """Gradients of the mean cross-entropy, by a forward and a backward pass."""
    layers = len(parameters) // 2
    activations = [x]
    for layer in range(1, layers + 1):
        z = activations[-1] @ parameters[f"W{layer}"] + parameters[f"b{layer}"]
        activations.append(np.maximum(z, 0) if layer < layers else z)
    z = activations.pop()
    exponentials = np.exp(z - z.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)
    error = (probabilities - targets) / len(x)
    grads = {}
    for layer in range(layers, 0, -1):
        below = activations[layer - 1]
        grads[f"dW{layer}"] = below.T @ error
        grads[f"db{layer}"] = error.sum(axis=0)
        if layer > 1:
            error = (error @ parameters[f"W{layer}"].T) * (below > 0)
    return grads


def _weights(networks: list[Parameters]) -> list[Array]:
    return [
        np.array([np.column_stack([p[f"W{layer}"].T, p[f"b{layer}"]]) for p in networks])
        for layer in range(1, len(networks[0]) // 2 + 1)
    ]
