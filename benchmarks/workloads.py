"""The workloads: data sets, networks for them, and how long these are trained.

How many updates are made follows from a formula, not from a measurement, so that every run does
the same work.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_digits, load_iris
from sklearn.preprocessing import StandardScaler

from benchmarks.problems import Case, Problem, grid_shape
from momentum_study.engine.networks import Architecture, initial_weights
from momentum_study.engine.optimizers import RULES
from momentum_study.engine.training import STACK_BYTES, networks_per_stack

Array = NDArray[Any]

BETAS = (0.5, 0.95)
# Small, so that all runs are far from divergence: near it rounding errors grow, and no two programs
# agree. Rounding determines the sign of a gradient near zero, which Adam turns into a step of α: 2α
# must be below the tolerance of the comparison.
RATES = {"momentum": (1e-4, 1e-3), "adam": (3e-6, 3e-5)}

SECONDS = 0.25
FEWEST_STEPS = 10
# Fewer than SECONDS allows for the smallest networks, to limit the time of the loops.
MOST_STEPS = 600


@dataclass(frozen=True)
class Workload:
    """A data set and the networks trained on it.

    Attributes
    ----------
    load
        Loads features and labels.
    hidden
        Units of the hidden layers.
    rows, batch
        Rows used, a multiple of the rows of a minibatch.
    """

    load: Callable[..., tuple[Array, Array]]
    hidden: tuple[int, ...]
    rows: int
    batch: int


WORKLOADS = {
    "digits": Workload(load_digits, (32,), 1280, 32),
    "iris": Workload(load_iris, (16,), 144, 16),
    "breast_cancer": Workload(load_breast_cancer, (32,), 455, 455),
    "wide": Workload(load_digits, (256,), 1280, 128),
    "deep": Workload(load_digits, (64, 64, 64), 640, 64),
}


def make_problem(case: Case, steps: int | None = None) -> Problem:
    """Return the arrays of a case, to be trained for ``steps`` updates or as long as it takes."""
    workload = WORKLOADS[case.workload]
    generator = np.random.default_rng(0)
    features, labels = workload.load(return_X_y=True)
    features = StandardScaler().fit_transform(features)
    chosen = generator.permutation(len(labels))[: workload.rows]
    features, labels = features[chosen], labels[chosen]
    classes = int(labels.max()) + 1
    architecture = Architecture(features.shape[1], workload.hidden, classes)
    betas_count, rates_count = grid_shape(case.networks)
    betas = np.linspace(*BETAS, betas_count)
    rates = np.geomspace(*RATES[case.rule], rates_count)
    epoch = workload.rows // workload.batch
    return Problem(
        architecture=architecture,
        inputs=features.astype(case.dtype),
        labels=labels,
        targets=np.eye(classes, dtype=case.dtype)[labels],
        batch=workload.batch,
        weights=initial_weights(architecture, "he", generator),
        rule=case.rule,
        betas=np.repeat(betas, rates_count),
        rates=np.tile(rates, betas_count),
        steps=steps or steps_for(case, architecture, workload.batch, epoch),
    )


def flops(architecture: Architecture, batch: int) -> int:
    """Floating-point operations of the products of one update of one network."""
    forward = architecture.parameters
    back = sum(units * (columns - 1) for units, columns in architecture.shapes[1:])
    return 2 * batch * (2 * forward + back)


def steps_for(case: Case, architecture: Architecture, batch: int, epoch: int) -> int:
    """Updates that take the engine roughly :data:`SECONDS`, in complete epochs.

    The estimate of an update is 70 µs per stack for Python, and for each network its products at
    50 GFLOP/s in float32 and its passes over the weights at 20 GB/s.
    """
    dtype = np.dtype(case.dtype)
    rule = RULES[case.rule]
    stacks = -(-case.networks // networks_per_stack(architecture, rule, batch, dtype, STACK_BYTES))
    products = flops(architecture, batch) * dtype.itemsize / 4 / 50e9
    passes = 6 * len(rule.state) * architecture.parameters * dtype.itemsize / 20e9
    update = 70e-6 * stacks + (products + passes) * case.networks
    steps = min(max(SECONDS / update, FEWEST_STEPS), MOST_STEPS)
    return max(round(steps / epoch), -(-FEWEST_STEPS // epoch)) * epoch
