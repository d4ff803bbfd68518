"""One network, trained one update at a time, straight from the formulas: the engine must agree.

Rows are the first axis, ``(B, units)``, everything is float64, and nothing is optimized.
Weights are a list of layers ``(units, inputs + 1)``, the bias in the last column.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.networks import Architecture, initial_weights

Weights = list[np.ndarray]


@dataclass(frozen=True)
class Problem:
    """Data, starting weights and orders of minibatches for R replicates, drawn at random."""

    architecture: Architecture
    inputs: np.ndarray  # (R, n, d)
    targets: np.ndarray  # (R, n, K)
    weights: list[Weights]  # one a replicate
    seed: int

    @classmethod
    def draw(cls, architecture: Architecture, rows: int, replicates: int = 1, seed: int = 0):
        generator = np.random.default_rng(seed)
        inputs = generator.standard_normal((replicates, rows, architecture.inputs))
        outputs = architecture.outputs
        if architecture.loss == "mse":
            targets = generator.standard_normal((replicates, rows, outputs))
        elif architecture.loss == "logistic":
            targets = generator.integers(0, 2, (replicates, rows, outputs)).astype(float)
        else:
            targets = np.eye(outputs)[generator.integers(0, outputs, (replicates, rows))]
        weights = [initial_weights(architecture, "he", generator) for _ in range(replicates)]
        for layers in weights:
            for layer in layers:
                layer[:, -1] = 0.1 * generator.standard_normal(len(layer))
        return cls(architecture, inputs, targets, weights, seed)

    def splits(
        self, dtype: type = np.float64, replicates: slice = slice(None)
    ) -> dict[str, ArraySplit]:
        """Return all rows to train on, and some of them as validation and test part."""
        ones = np.ones((*self.inputs.shape[:2], 1))
        inputs = np.concatenate([self.inputs, ones], axis=2).astype(dtype)[replicates]
        targets = self.targets.astype(dtype)[replicates]
        return {
            "train": ArraySplit(inputs, targets),
            "validation": ArraySplit(inputs[:, ::2], targets[:, ::2]),
            "test": ArraySplit(inputs[:, 1::2], targets[:, 1::2]),
        }

    def order(self, replicates: slice = slice(None)) -> Callable[[int], np.ndarray]:
        """Return the ``order`` of a plan: permutations that depend on replicate and epoch alone."""
        count, rows = self.inputs.shape[:2]

        def permutations(epoch: int) -> np.ndarray:
            return np.array(
                [
                    np.random.default_rng([self.seed, replicate, epoch]).permutation(rows)
                    for replicate in range(count)[replicates]
                ]
            )

        return permutations

    def batches(self, replicate: int, size: int | None, steps: int) -> list[np.ndarray]:
        """Return the row numbers of each update's minibatch."""
        rows = self.inputs.shape[1]
        if size is None:
            return [np.arange(rows)] * steps
        batches: list[np.ndarray] = []
        epoch = 0
        while len(batches) < steps:
            order = self.order()(epoch)[replicate]
            batches += [order[start : start + size] for start in range(0, rows, size)]
            epoch += 1
        return batches[:steps]


def forward(architecture: Architecture, weights: Weights, inputs: np.ndarray) -> list[np.ndarray]:
    """Return the inputs, the activations of every hidden layer, and the outputs."""
    activation = {
        "relu": lambda z: np.where(z > 0, z, 0.0),
        "tanh": np.tanh,
        "sigmoid": special.expit,
    }[architecture.activation]
    layers = [inputs]
    for layer in weights[:-1]:
        layers.append(activation(layers[-1] @ layer[:, :-1].T + layer[:, -1]))
    layers.append(layers[-1] @ weights[-1][:, :-1].T + weights[-1][:, -1])
    return layers


def kink_distance(architecture: Architecture, weights: Weights, inputs: np.ndarray) -> float:
    """Return the smallest absolute pre-activation of the hidden layers."""
    below = forward(architecture, weights, inputs)
    distances = [
        np.abs(a @ layer[:, :-1].T + layer[:, -1]).min()
        for a, layer in zip(below, weights[:-1], strict=False)
    ]
    return min(distances, default=np.inf)


def mean_loss(
    architecture: Architecture, weights: Weights, inputs: np.ndarray, targets: np.ndarray
) -> float:
    z = forward(architecture, weights, inputs)[-1]
    if architecture.loss == "mse":
        return float(np.mean((z - targets) ** 2))
    if architecture.loss == "logistic":
        return float(np.mean(np.logaddexp(0, z) - targets * z))
    return float(np.mean(special.logsumexp(z, axis=1) - np.sum(z * targets, axis=1)))


def gradient(
    architecture: Architecture, weights: Weights, inputs: np.ndarray, targets: np.ndarray
) -> Weights:
    """Return the gradient of the mean loss, by backpropagation."""
    derivative = {
        "relu": lambda a: (a > 0).astype(float),
        "tanh": lambda a: 1 - a**2,
        "sigmoid": lambda a: a * (1 - a),
    }[architecture.activation]
    *layers, z = forward(architecture, weights, inputs)
    error = {
        "mse": lambda: 2 * (z - targets) / z.shape[1],
        "logistic": lambda: special.expit(z) - targets,
        "cross_entropy": lambda: special.softmax(z, axis=1) - targets,
    }[architecture.loss]() / len(z)
    gradients: Weights = []
    for layer, below in zip(reversed(weights), reversed(layers), strict=True):
        gradients.insert(0, np.hstack([error.T @ below, error.sum(axis=0)[:, None]]))
        error = (error @ layer[:, :-1]) * derivative(below)
    return gradients


def updates(
    rule: str, w: np.ndarray, gradients: Sequence[np.ndarray], rates: Sequence[float], beta: float
) -> list[np.ndarray]:
    """Return w after each update with these gradients and learning rates."""
    step = make_rule(rule)
    path = []
    for g, rate in zip(gradients, rates, strict=True):
        w = w - step(g, rate, beta)
        path.append(w)
    return path


def make_rule(name: str) -> Callable[[np.ndarray, float, float], np.ndarray]:
    """Return a function of gradient, learning rate and β: the change to subtract from w."""
    v = s = np.float64(0)
    t = 0

    def step(g: np.ndarray, rate: float, beta: float) -> np.ndarray:
        nonlocal v, s, t
        t += 1
        if name == "gd":
            return rate * g
        if name in ("momentum", "momentum_corrected"):
            v = beta * v + (1 - beta) * g
            return rate * v / (1 - beta**t if name == "momentum_corrected" else 1)
        if name == "heavy_ball":
            v = beta * v + g
            return rate * v
        if name == "nesterov":
            v = beta * v + g
            return rate * (g + beta * v)
        assert name == "adam"
        v = beta * v + (1 - beta) * g
        s = 0.999 * s + (1 - 0.999) * g**2
        return rate * (v / (1 - beta**t)) / (np.sqrt(s / (1 - 0.999**t)) + 1e-8)

    return step


@dataclass(frozen=True)
class Path:
    """Weights before each update and after the last, and the gradient of each update, flat.

    The gradients are those passed to the rule, with their noise.
    """

    weights: list[np.ndarray]
    gradients: list[np.ndarray]

    def at(self, step: int, architecture: Architecture) -> Weights:
        return unflatten(self.weights[step], architecture)


def flatten(layers: Weights) -> np.ndarray:
    return np.concatenate([layer.ravel() for layer in layers])


def unflatten(flat: np.ndarray, architecture: Architecture) -> Weights:
    sizes = [units * columns for units, columns in architecture.shapes]
    pieces = np.split(flat, np.cumsum(sizes)[:-1])
    return [piece.reshape(s) for piece, s in zip(pieces, architecture.shapes, strict=True)]


def train_reference(
    problem: Problem,
    rule: str,
    beta: float | Sequence[float],
    rates: Sequence[float],
    batch_size: int | None,
    replicate: int = 0,
    noise: np.ndarray | float = 0.0,
) -> Path:
    """Train one network for as many updates as there are learning rates.

    β may be one for all updates or one for each; the noise is added to the gradients, (T, P).
    """
    architecture = problem.architecture
    step = make_rule(rule)
    betas = np.broadcast_to(beta, len(rates))
    added = np.broadcast_to(noise, (len(rates), architecture.parameters))
    path = Path([flatten(problem.weights[replicate])], [])
    batches = problem.batches(replicate, batch_size, len(rates))
    for rows, rate, beta_now, extra in zip(batches, rates, betas, added, strict=True):
        g = extra + flatten(
            gradient(
                architecture,
                unflatten(path.weights[-1], architecture),
                problem.inputs[replicate, rows],
                problem.targets[replicate, rows],
            )
        )
        path.gradients.append(g)
        path.weights.append(path.weights[-1] - step(g, rate, beta_now))
    return path
