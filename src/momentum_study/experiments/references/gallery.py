"""Comparison of scikit-learn's `MLPClassifier` with the engine, on an example of scikit-learn.

The settings are those of its gallery example that compares learning strategies: four data sets
with features scaled to [0, 1], one hidden layer of 100 rectified linear units, minibatches of 200
rows or all rows if there are fewer, 400 epochs (digits 15), and the initial weights and the order
of rows that it draws from seed 0. Three settings differ from the example:

* the L2 penalty ``alpha`` is 0, because the engine has none;
* training never stops early;
* Adam's ε is scaled by √(1 − β₂ᵗ) at every update, because `MLPClassifier` adds it to the second
  moment before bias correction, Kingma & Ba (2015) and the engine after it.

Its ``momentum`` is the heavy ball: v ← βv − ηg, w ← w + v, whose velocity is −η times the sum that
:func:`momentum_study.engine.optimizers.momentum` keeps. With ``nesterovs_momentum`` it computes
w ← w + βv − ηg with the new v, that is w ← w − η(g + β · sum): its weights are the look-ahead
points, as those of :func:`momentum_study.engine.optimizers.nesterov`, so both have the same w.
"""

import copy
import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits, load_iris, make_circles, make_moons
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import LabelBinarizer, MinMaxScaler
from sklearn.utils import shuffle

from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.networks import Architecture
from momentum_study.engine.optimizers import ADAM_BETA2, ADAM_EPSILON, RULES
from momentum_study.engine.training import RunSpec, train
from momentum_study.experiments.references.rows import Row, exact

Array = NDArray[Any]

SOURCE = "scikit-learn MLPClassifier"
HIDDEN = (100,)
LARGEST_BATCH = 200
SEED = 0
EPOCHS = 400
EPOCHS_DIGITS = 15


@dataclass(frozen=True)
class Strategy:
    """A learning strategy: settings of scikit-learn, and the same rule of the engine."""

    settings: Mapping[str, Any]
    rule: str
    beta: float
    rate: float


_SGD = {"solver": "sgd", "learning_rate_init": 0.2}
_HEAVY_BALL = {**_SGD, "momentum": 0.9, "nesterovs_momentum": False}

STRATEGIES = {
    "constant learning rate": Strategy({**_SGD, "momentum": 0.0}, "gd", 0.0, 0.2),
    "momentum": Strategy(_HEAVY_BALL, "heavy_ball", 0.9, 0.2),
    "momentum, as an average": Strategy(_HEAVY_BALL, "momentum", 0.9, 0.2 / (1 - 0.9)),
    "Nesterov": Strategy(
        {**_SGD, "momentum": 0.9, "nesterovs_momentum": True}, "nesterov", 0.9, 0.2
    ),
    "Adam": Strategy({"solver": "adam", "learning_rate_init": 0.01}, "adam", 0.9, 0.01),
}

# Name → loader of features and labels, and epochs.
DATASETS: dict[str, tuple[Callable[[], tuple[Array, Array]], int]] = {
    "iris": (lambda: load_iris(return_X_y=True), EPOCHS),
    "digits": (lambda: load_digits(return_X_y=True), EPOCHS_DIGITS),
    "circles": (lambda: make_circles(noise=0.2, factor=0.5, random_state=1), EPOCHS),
    "moons": (lambda: make_moons(noise=0.3, random_state=0), EPOCHS),
}


class _Watched(MLPClassifier):  # type: ignore[misc]
    """`MLPClassifier` that keeps its initial weights and the random state of its shuffles.

    Attributes
    ----------
    start
        Initial layers ``(units, inputs + 1)``, the bias last.
    source
        Random state after drawing the weights.
    """

    def _initialize(self, y: Array, layer_units: list[int], dtype: np.dtype[Any]) -> None:
        super()._initialize(y, layer_units, dtype)
        self.start = _layers(self)
        self.source = copy.deepcopy(self._random_state)

    def _backprop(self, *arguments: Any) -> Any:
        if self.solver == "adam":
            t = self._optimizer.t + 1
            self._optimizer.epsilon = ADAM_EPSILON * math.sqrt(1 - ADAM_BETA2**t)
        return super()._backprop(*arguments)


def gallery_rows(most_epochs: int = EPOCHS) -> list[Row]:
    """Train every strategy on every data set with both, and compare losses and weights.

    Each comparison has two rows: the final training loss, and the largest difference of any weight,
    whose published number is 0.

    Parameters
    ----------
    most_epochs
        Maximum number of epochs.
    """
    rows = []
    for name, (load, own_epochs) in DATASETS.items():
        epochs = min(own_epochs, most_epochs)
        features, labels = load()
        features = MinMaxScaler().fit_transform(features)
        for label, strategy in STRATEGIES.items():
            network = _fit(features, labels, strategy, epochs)
            loss, layers = _train(features, labels, strategy, epochs, network)
            theirs = float(log_loss(labels, network.predict_proba(features)))
            difference = max(
                float(np.abs(own - other).max())
                for own, other in zip(layers, _layers(network), strict=True)
            )
            rows.append(exact(SOURCE, f"training loss at the end, {name}, {label}", theirs, loss))
            rows.append(
                exact(SOURCE, f"largest weight difference, {name}, {label}", 0.0, difference)
            )
    return rows


def _fit(features: Array, labels: Array, strategy: Strategy, epochs: int) -> _Watched:
    network = _Watched(
        HIDDEN,
        alpha=0.0,
        random_state=SEED,
        max_iter=epochs,
        tol=0.0,
        n_iter_no_change=epochs + 1,
        **strategy.settings,
    )
    with warnings.catch_warnings():
        # The warning that the last epoch was reached is expected.
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(features, labels)
    return network


def _train(
    features: Array, labels: Array, strategy: Strategy, epochs: int, network: _Watched
) -> tuple[float, list[Array]]:
    """Train by the engine from the network's start: training loss and layers at the end."""
    count = len(features)
    targets = LabelBinarizer().fit_transform(labels).astype(np.float64)
    outputs = targets.shape[1]
    loss = "logistic" if outputs == 1 else "cross_entropy"
    inputs = np.hstack([features, np.ones((count, 1))])
    batch = min(LARGEST_BATCH, count)
    steps = epochs * -(-count // batch)
    order = _orders(network.source, count, epochs)
    history = train(
        Architecture(features.shape[1], HIDDEN, outputs, loss=loss),
        [network.start],
        RULES[strategy.rule],
        [strategy.beta],
        [strategy.rate],
        {"train": ArraySplit(inputs[None], targets[None])},
        RunSpec(steps, (0, steps), batch, lambda epoch: order[epoch, None]),
        np.float64,
    )
    return float(history.curves["train_loss"][0, 0, -1]), history.weights[0][0]


def _orders(source: np.random.RandomState, rows: int, epochs: int) -> Array:
    """Orders ``(epochs, rows)``: each shuffles the one before."""
    orders = [np.arange(rows)]
    for _ in range(epochs):
        orders.append(shuffle(orders[-1], random_state=source))
    return np.array(orders[1:])


def _layers(network: MLPClassifier) -> list[Array]:
    """Weights and biases as the engine's layers, copied."""
    return [
        np.column_stack([weights.T, biases])
        for weights, biases in zip(network.coefs_, network.intercepts_, strict=True)
    ]
