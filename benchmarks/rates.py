"""Measure the rates from which ``plan`` reckons how long trainings take.

Run it by hand with ``python -m benchmarks.rates`` from the root of the repository. It rewrites
``src/momentum_study/studies/plan/rates.csv`` in about three minutes. Networks of all sorts are
trained by the engine itself, as many at a time as there are cores; the seconds of each kind of work
are fitted to the processor's time by non-negative least squares. In the midst of a study the clock
runs faster than that, for the workflow and the start of other jobs take their share: by how much is
the median over the shards of a small finished study, the smoke study of ``make smoke``.
"""

import gc
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import nnls

from momentum_study.core import kernels
from momentum_study.engine.activations import ACTIVATIONS
from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.gradient_noise import GradientNoise
from momentum_study.engine.losses import LOSSES
from momentum_study.engine.minibatches import MinibatchOrder
from momentum_study.engine.networks import Architecture, initial_weights
from momentum_study.engine.optimizers import RULES, USUAL_BETA
from momentum_study.engine.training import RunSpec, evaluation_steps, train
from momentum_study.studies.plan.calibration import study_ratios
from momentum_study.studies.plan.rates import RATES, Rates, record_file
from momentum_study.studies.plan.work import Training, Work, work
from momentum_study.tables.files import write_table

STUDY = Path("results/smoke/tables/cost.csv")

TRAININGS = 240
ROUNDS = 3
SECONDS = 0.15
FEWEST_STEPS, MOST_STEPS = 6, 1000
# So much and no more for one update of all networks, about a fifth of a second.
MOST_MULTIPLY_ADDS = 2e9
# So small that no network diverges: dead ones leave the stack, and then there is less to do.
LEARNING_RATE = 1e-5

INPUTS = (1, 2, 4, 8, 13, 20, 30, 64, 128, 300)
HIDDEN = ((), (8,), (16,), (32,), (32,), (64,), (256,), (30, 30), (64, 32), (64, 64, 64))
OUTPUTS = {"cross_entropy": (2, 3, 10), "mse": (1,), "logistic": (1,)}
ROWS = (20, 90, 180, 350, 1000, 5000)
BATCHES = (4, 16, 32, 64, 256, None, None)
REPLICATES = (1, 3, 10)
CELLS = (1, 5, 14, 30)
EVALUATIONS = (0, 0, 2, 8, 40)
PRECISIONS = ("float32", "float32", "float64")


def spread(count: int) -> list[Training]:
    """Return trainings of all sorts, the same ones each time: every rule, loss and activation."""
    random = np.random.default_rng(0)

    def one_of(choice: Sequence[Any]) -> Any:
        return choice[int(random.integers(len(choice)))]

    def drawn() -> Iterator[Training]:
        sorts = zip(cycle(RULES.values()), cycle([*OUTPUTS] * 2 + ["mse"]), cycle(ACTIVATIONS))
        for rule, loss, activation in sorts:
            rows = one_of(ROWS)
            batch = one_of(BATCHES)
            training = Training(
                architecture=Architecture(
                    one_of(INPUTS), one_of(HIDDEN), one_of(OUTPUTS[loss]), activation, loss
                ),
                rule=rule,
                precision=one_of(PRECISIONS),
                replicates=one_of(REPLICATES),
                cells=one_of(CELLS),
                rows=(rows, max(2, rows // 3), max(2, rows // 3)),
                batch=batch if batch is None or batch < rows else None,
                steps=1,
                evaluations=one_of(EVALUATIONS),
                noise=random.random() < 0.15,
            )
            if work(training)["multiply_add"] < MOST_MULTIPLY_ADDS:
                yield training

    return list(islice(drawn(), count))


@dataclass(frozen=True)
class Prepared:
    """A training with its data and weights, which mean nothing: time does not depend on them."""

    training: Training
    parts: dict[str, ArraySplit]
    weights: list[list[NDArray[Any]]]

    def seconds(self, steps: int) -> float:
        """Processor seconds of so many updates, evaluations included."""
        training = self.training
        replicates = range(training.replicates)
        noise = GradientNoise(1e-9, 0, "data", "network", tuple(replicates))
        plan = RunSpec(
            steps=steps,
            evaluation_steps=_evaluations(steps, training.evaluations),
            batch_size=training.batch,
            order=MinibatchOrder(0, "data", replicates, training.rows[0]),
            noise=noise if training.noise else None,
        )
        gc.collect()
        start = time.process_time()
        train(
            training.architecture,
            self.weights,
            training.rule,
            [USUAL_BETA if training.rule.uses_beta else 0.0] * training.cells,
            np.geomspace(LEARNING_RATE / 2, LEARNING_RATE, training.cells).tolist(),
            self.parts,
            plan,
            np.dtype(training.precision),
        )
        return time.process_time() - start


def _evaluations(steps: int, count: int) -> tuple[int, ...]:
    return evaluation_steps(steps, count) if count else ()


def prepare(training: Training) -> Prepared:
    """Draw data of a training's shapes, and initial weights."""
    random = np.random.default_rng(0)
    architecture, replicates = training.architecture, training.replicates
    parts = {}
    for name, rows in zip(("train", "validation", "test"), training.rows, strict=True):
        inputs = random.standard_normal((replicates, rows, architecture.inputs + 1))
        if LOSSES[architecture.loss].task == "regression":
            targets = random.standard_normal((replicates, rows, architecture.outputs))
        elif LOSSES[architecture.loss].single_output:
            targets = random.integers(2, size=(replicates, rows, 1)).astype(float)
        else:
            classes = random.integers(architecture.outputs, size=(replicates, rows))
            targets = np.eye(architecture.outputs)[classes]
        parts[name] = ArraySplit(
            inputs.astype(training.precision), targets.astype(training.precision)
        )
    weights = [initial_weights(architecture, "he", random) for _ in range(replicates)]
    return Prepared(training, parts, weights)


def measure(training: Training) -> tuple[Training, float]:
    """Return the training with as many steps as were made, and its median seconds."""
    prepared = prepare(training)
    first = prepared.seconds(FEWEST_STEPS)
    steps = round(min(max(SECONDS / first * FEWEST_STEPS, FEWEST_STEPS), MOST_STEPS))
    seconds = statistics.median(prepared.seconds(steps) for _ in range(ROUNDS))
    evaluations = len(_evaluations(steps, training.evaluations))
    return replace(training, steps=steps, evaluations=evaluations), seconds


def fit(works: Sequence[Work], seconds: Sequence[float]) -> dict[str, float]:
    """Return the seconds of each kind of work that there is any of, none of them negative.

    The sum of squares of the *relative* errors is smallest.
    """
    kinds = sorted({kind for amounts in works for kind, amount in amounts.items() if amount})
    table = np.array([[amounts.get(kind, 0.0) for kind in kinds] for amounts in works])
    table = table / np.asarray(seconds)[:, None]
    # Amounts differ by many orders of magnitude: each column as a share of its largest.
    largest = table.max(axis=0)
    shares, _ = nnls(table / largest, np.ones(len(table)))
    return dict(zip(kinds, (shares / largest).tolist(), strict=True))


def cross_validated(works: Sequence[Work], seconds: Sequence[float], folds: int = 5) -> pd.Series:
    """Return predicted over measured of each training, by rates fitted to the other folds."""
    ratios = pd.Series(0.0, range(len(works)))
    for fold in range(folds):
        rest = [i for i in range(len(works)) if i % folds != fold]
        rates = Rates(fit([works[i] for i in rest], [seconds[i] for i in rest]))
        for i in range(fold, len(works), folds):
            ratios[i] = rates.time(works[i]) / seconds[i]
    return ratios


def main() -> None:
    """Measure, fit, write, and say how well the rates foretell what they were not fitted to."""
    kernels.pin()
    # In fresh interpreters: the pins act on libraries that are loaded later.
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes:
        measured = list(processes.map(measure, spread(TRAININGS)))
    works = [work(training) for training, _ in measured]
    seconds = [took for _, took in measured]
    print("predicted over measured, each training by the others:")
    print(cross_validated(works, seconds).describe(percentiles=[0.05, 0.25, 0.5, 0.75, 0.95]))
    rates = fit(works, seconds)
    busy = statistics.median(study_ratios(STUDY, Rates(rates)))
    print(f"in the midst of a study: {busy:.2f} times as long")
    rows = [(kind, float(f"{busy * value:.4g}")) for kind, value in rates.items()]
    write_table(pd.DataFrame(rows, columns=["kind", "seconds"]), record_file(), RATES)


if __name__ == "__main__":
    main()
