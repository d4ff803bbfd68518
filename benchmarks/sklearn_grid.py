"""The stacked engine against scikit-learn's `MLPClassifier` on a grid of digits networks, one core.

Both train the same 49 networks (64-32-10, seven momentum coefficients by seven learning rates) for
the same epochs, from the same weights and on the same minibatches, in float32 with one thread.
Their final losses are compared before anything is timed. Prints the ratio of times, round by round,
for minibatches of 16, 32 and 64.

Run it with ``python benchmarks/sklearn_grid.py``.
"""

from momentum_study import kernels

kernels.pin()

import statistics  # noqa: E402
import time  # noqa: E402
import warnings  # noqa: E402
from collections.abc import Callable  # noqa: E402
from itertools import product  # noqa: E402

import numpy as np  # noqa: E402
from sklearn.datasets import load_digits  # noqa: E402
from sklearn.exceptions import ConvergenceWarning  # noqa: E402
from sklearn.metrics import log_loss  # noqa: E402
from sklearn.neural_network import MLPClassifier  # noqa: E402

from momentum_study.data import Data  # noqa: E402
from momentum_study.networks import Architecture, initial_weights  # noqa: E402
from momentum_study.optimizers import RULES  # noqa: E402
from momentum_study.training import Plan, train  # noqa: E402

BETAS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
# Well below the edge of divergence: near it, rounding errors grow and no two programs agree.
RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
CELLS = tuple(product(BETAS, RATES))
BATCHES = (16, 32, 64)
EPOCHS = 10
ROUNDS = 5
ARCHITECTURE = Architecture(64, (32,), 10)


def load() -> tuple[np.ndarray, np.ndarray]:
    """Digits scaled to [0, 1], cut to whole minibatches."""
    features, labels = load_digits(return_X_y=True)
    rows = len(labels) // max(BATCHES) * max(BATCHES)
    return (features[:rows] / 16).astype(np.float32), labels[:rows]


def run_stack(features: np.ndarray, labels: np.ndarray, batch: int) -> np.ndarray:
    """Final training losses of the cells by this project's engine."""
    rows = len(labels)
    inputs = np.hstack([features, np.ones((rows, 1), np.float32)])
    targets = np.eye(10, dtype=np.float32)[labels]
    steps = EPOCHS * rows // batch
    betas, rates = zip(*CELLS, strict=True)
    history = train(
        ARCHITECTURE,
        [initial_weights(ARCHITECTURE, "xavier", np.random.default_rng(0))],
        RULES["momentum"],
        betas,
        rates,
        {"train": Data(inputs[None], targets[None])},
        Plan(steps, (0, steps), batch, lambda epoch: np.arange(rows)[None]),
        np.float32,
    )
    return history.curves["train_loss"][0, :, -1]


class _FromGivenWeights(MLPClassifier):
    """`MLPClassifier` that starts from this project's initial weights."""

    def _initialize(self, y, layer_units, dtype):  # type: ignore[no-untyped-def]
        super()._initialize(y, layer_units, dtype)
        layers = initial_weights(ARCHITECTURE, "xavier", np.random.default_rng(0))
        self.coefs_ = [np.ascontiguousarray(layer[:, :-1].T, dtype) for layer in layers]
        self.intercepts_ = [layer[:, -1].astype(dtype) for layer in layers]


def run_sklearn(features: np.ndarray, labels: np.ndarray, batch: int) -> np.ndarray:
    """Final training losses of the cells by scikit-learn, one network after the other."""
    losses = []
    for beta, rate in CELLS:
        network = _FromGivenWeights(
            (32,),
            solver="sgd",
            alpha=0.0,
            batch_size=batch,
            learning_rate_init=(1 - beta) * rate,
            momentum=beta,
            nesterovs_momentum=False,
            max_iter=EPOCHS,
            shuffle=False,
            tol=0.0,
            n_iter_no_change=EPOCHS + 1,
        )
        losses.append(log_loss(labels, network.fit(features, labels).predict_proba(features)))
    return np.array(losses)


def seconds(run: Callable[..., np.ndarray], *arguments: object) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    run(*arguments)
    return time.perf_counter() - start


def main() -> None:
    """Compare results, then time both sides in turn."""
    warnings.simplefilter("ignore", ConvergenceWarning)
    features, labels = load()
    for batch in BATCHES:
        work = (features, labels, batch)
        difference = np.abs(run_stack(*work) - run_sklearn(*work)).max()
        if difference > 1e-4:
            raise SystemExit(f"batch {batch}: final losses differ by {difference:.1e}")
        ratios = []
        for _ in range(ROUNDS):
            stack = seconds(run_stack, *work)
            ratios.append(seconds(run_sklearn, *work) / stack)
        print(
            f"batch {batch}: scikit-learn takes {statistics.median(ratios):.1f} times as long "
            f"(median of {ROUNDS}; {min(ratios):.1f} to {max(ratios):.1f}), "
            f"final losses agree to {difference:.0e}"
        )


if __name__ == "__main__":
    main()
