"""Record the cost of an update by each rule: processor time and arrays in memory.

Run it by hand with ``python -m benchmarks.step_costs`` from the root of the repository. It rewrites
``src/momentum_study/analysis/claims/step_costs.csv`` in about two minutes. The rules take turns,
each round in another order, so that other load on the machine affects all of them: compare ratios
within rounds.
"""

import gc
import time
import tracemalloc
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.analysis.claims.step_costs import record_file
from momentum_study.config.loading import load_study
from momentum_study.config.study import Study
from momentum_study.core import kernels
from momentum_study.datasets.preparation import prepare
from momentum_study.engine.minibatches import MinibatchOrder
from momentum_study.engine.networks import Architecture
from momentum_study.engine.optimizers import RULES, USUAL_BETA, Rule
from momentum_study.engine.training import STACK_BYTES, RunSpec, train
from momentum_study.runs.design import start_settings
from momentum_study.runs.train import Start, make_start
from momentum_study.tables.arms import DESCENT
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.step_costs import STEP_COSTS

STUDY = Path(__file__).parents[1] / "config" / "paper.yaml"
GRID, NETWORK = "momentum", "medium"
BETAS = {DESCENT: 0.0, "momentum": USUAL_BETA, "nesterov": USUAL_BETA, "adam": USUAL_BETA}
# Small, so that no network diverges: the engine drops diverged networks, which would save time.
RATES = tuple(np.geomspace(1e-4, 1e-2, 14).tolist())
REPLICATES = 10
ROUNDS = 15

ARRAYS_OF_ALL = 2
"""Arrays of the parameters' size that every rule needs: the weights and the gradient."""

# After this number of updates all arrays are allocated.
UPDATES_TRACED = 3
ONE_STACK = 2**30


@dataclass(frozen=True)
class Setting:
    """A data set and a batch size of the published study, and how many updates to time."""

    dataset: str
    batch: str
    steps: int


# A run takes some tenths of a second; the numbers are multiples of the engine's 32.
SETTINGS = (
    Setting("iris", "16", 640),
    Setting("iris", "full", 320),
    Setting("breast_cancer", "64", 160),
    Setting("digits", "16", 160),
    Setting("digits", "64", 96),
    Setting("digits", "full", 32),
)


@dataclass(frozen=True)
class Prepared:
    """A setting ready to be trained: initial weights, data and the specification of the runs."""

    start: Start
    plan: RunSpec
    dtype: np.dtype[Any]

    @property
    def architecture(self) -> Architecture:
        """Of every network."""
        return self.start.architecture

    def run(self, rule: Rule, stack_bytes: int = STACK_BYTES) -> None:
        """Train all cells on all replicates, without evaluations."""
        beta = BETAS[rule.name]
        train(
            self.architecture,
            self.start.weights,
            rule,
            [beta] * len(RATES),
            RATES,
            {"train": self.start.arrays.train},
            self.plan,
            self.dtype,
            stack_bytes,
        )


def prepare_setting(study: Study, setting: Setting, replicates: int, steps: int) -> Prepared:
    """Split the data, draw the initial weights, and plan the training."""
    recipe = study.datasets[setting.dataset]
    prepared = prepare(setting.dataset, recipe, study.seed, range(replicates))
    settings = start_settings(study, GRID, setting.dataset, NETWORK)
    start = make_start(settings, prepared)
    rows = start.arrays.train.inputs.shape[1]
    plan = RunSpec(
        steps=steps,
        evaluation_steps=(),
        batch_size=None if setting.batch == "full" else int(setting.batch),
        order=MinibatchOrder(study.seed, setting.dataset, range(replicates), rows),
    )
    return Prepared(start, plan, np.dtype(settings.precision))


def seconds_per_update(prepared: Prepared, rule: Rule) -> float:
    """Processor seconds of a training per update of one network, its start included."""
    gc.collect()
    start = time.process_time()
    prepared.run(rule)
    updates = prepared.plan.steps * len(prepared.start.weights) * len(RATES)
    return (time.process_time() - start) / updates


def arrays_per_parameter(prepared: Prepared) -> dict[str, float]:
    """Arrays of the parameters' size that each rule keeps in memory during an update.

    Weights and gradient count as `ARRAYS_OF_ALL`. The excess over gradient descent without momentum
    is measured: the arrays in memory at the start of an update, divided by the weights. With one
    replicate the engine's scratch space, which is limited, is the same for all rules.
    """
    kept = {name: _bytes_kept(prepared, RULES[name]) for name in BETAS}
    weights = len(RATES) * prepared.architecture.parameters * prepared.dtype.itemsize
    return {name: ARRAYS_OF_ALL + (own - kept[DESCENT]) / weights for name, own in kept.items()}


def _bytes_kept(prepared: Prepared, rule: Rule) -> int:
    """Bytes of the arrays that a run has made, at the start of its last update."""
    snapshots = []

    def update(*arguments: Any) -> None:
        snapshots.append(tracemalloc.take_snapshot())
        rule.update(*arguments)

    prepared.run(rule)  # draws the orders of the minibatches, which are cached
    tracemalloc.start()
    try:
        prepared.run(replace(rule, update=update), ONE_STACK)
    finally:
        tracemalloc.stop()
    arrays = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
    return sum(trace.size for trace in snapshots[-1].filter_traces([arrays]).traces)


def measure(settings: tuple[Setting, ...] = SETTINGS, rounds: int = ROUNDS) -> pd.DataFrame:
    """Return the table of the schema `STEP_COSTS`."""
    study = load_study(STUDY)
    rows = []
    for setting in settings:
        arrays = arrays_per_parameter(prepare_setting(study, setting, 1, UPDATES_TRACED))
        prepared = prepare_setting(study, setting, REPLICATES, setting.steps)
        seconds_per_update(prepared, RULES[DESCENT])  # draws the same orders
        architecture = prepared.architecture
        sizes = (architecture.inputs, *architecture.hidden, architecture.outputs)
        for number in range(rounds):
            shift = number % len(BETAS)
            for name in [*BETAS][shift:] + [*BETAS][:shift]:
                seconds = seconds_per_update(prepared, RULES[name])
                rows.append(
                    {
                        "network": f"{setting.dataset} {'-'.join(map(str, sizes))}",
                        "batch": setting.batch,
                        "rule": name,
                        "round": number,
                        "parameters": architecture.parameters,
                        "seconds_per_update": float(f"{seconds:.4g}"),
                        "arrays_per_parameter": float(f"{arrays[name]:.4g}"),
                    }
                )
        print(f"{setting.dataset}, batch {setting.batch}", flush=True)
    return pd.DataFrame(rows)


def ratios(table: pd.DataFrame) -> pd.DataFrame:
    """Median and quartiles over rounds of a rule's time divided by that of gradient descent."""
    keys = ["network", "batch", "round"]
    seconds = table.set_index([*keys, "rule"])["seconds_per_update"]
    descent = seconds.xs(DESCENT, level="rule")
    relative = (seconds / descent).rename("ratio").reset_index()
    quartiles = relative.groupby(["network", "batch", "rule"])["ratio"].describe()
    return quartiles[["50%", "25%", "75%", "min", "max"]]


if __name__ == "__main__":
    kernels.choose("portable")
    # In a new interpreter: the choice affects only libraries that are imported later.
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        table = process.submit(measure).result()
    write_table(table, record_file(), STEP_COSTS)
    print(ratios(table).to_string())
