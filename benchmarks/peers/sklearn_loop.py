"""scikit-learn's `MLPClassifier`, one network after the other.

Trains a few networks spread over the grid (:data:`benchmarks.problems.LOOP_NETWORKS`); its
time is reported per network-update. Three overrides make it train the same networks: they start
from the given weights, networks for two classes end in a softmax too, and Adam's ε is scaled,
because scikit-learn adds it to a second moment without bias correction.
"""

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.peers import Prepared
from benchmarks.problems import Problem
from momentum_study.engine.optimizers import ADAM_BETA2, ADAM_EPSILON

Array = NDArray[Any]


class _FromGivenWeights(MLPClassifier):  # type: ignore[misc]
    """`MLPClassifier` that starts from given weights and ends in a softmax."""

    start: list[Array]

    def _initialize(self, y: Array, layer_units: list[int], dtype: np.dtype[Any]) -> None:
        super()._initialize(y, layer_units, dtype)
        # Targets have a column per class, which would otherwise mean independent labels.
        self.out_activation_ = "softmax"
        self.coefs_ = [np.ascontiguousarray(layer[:, :-1].T, dtype) for layer in self.start]
        self.intercepts_ = [layer[:, -1].astype(dtype) for layer in self.start]

    def _backprop(self, *arguments: Any) -> Any:
        if self.solver == "adam":
            t = self._optimizer.t + 1
            self._optimizer.epsilon = ADAM_EPSILON * math.sqrt(1 - ADAM_BETA2**t)
        return super()._backprop(*arguments)


def prepare(problem: Problem) -> Prepared:
    """Convert the targets to indicators of classes."""
    indicators = problem.targets.astype(int)

    def run() -> list[MLPClassifier]:
        with warnings.catch_warnings():
            # It warns that the last epoch was reached, as intended.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return [
                _network(problem, float(beta), float(rate)).fit(problem.inputs, indicators)
                for beta, rate in zip(problem.betas, problem.rates, strict=True)
            ]

    return Prepared(run, _weights)


def _network(problem: Problem, beta: float, rate: float) -> MLPClassifier:
    epochs = problem.steps * problem.batch // len(problem.inputs)
    solver = {
        # Its momentum is a sum of gradients, not an average.
        "momentum": {
            "solver": "sgd",
            "learning_rate_init": (1 - beta) * rate,
            "momentum": beta,
            "nesterovs_momentum": False,
        },
        "adam": {
            "solver": "adam",
            "learning_rate_init": rate,
            "beta_1": beta,
            "beta_2": ADAM_BETA2,
        },
    }[problem.rule]
    network = _FromGivenWeights(
        problem.architecture.hidden,
        alpha=0.0,
        batch_size=problem.batch,
        max_iter=epochs,
        shuffle=False,
        tol=0.0,
        n_iter_no_change=epochs + 1,
        **solver,
    )
    network.start = problem.weights
    return network


def _weights(networks: list[MLPClassifier]) -> list[Array]:
    layers = range(len(networks[0].coefs_))
    return [
        np.array([np.column_stack([n.coefs_[layer].T, n.intercepts_[layer]]) for n in networks])
        for layer in layers
    ]
