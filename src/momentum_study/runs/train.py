"""Training one sweep: a table with one row per run.

A row has the run's keys, facts and metrics, and its curves as lists over the evaluations.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from momentum_study.core.errors import StudyError
from momentum_study.core.seeds import generator
from momentum_study.datasets.prepared import (
    Outputs,
    PreparedDataset,
    TrainingArrays,
    training_arrays,
)
from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.gradient_noise import GradientNoise
from momentum_study.engine.history import CURVES, History
from momentum_study.engine.losses import LOSSES
from momentum_study.engine.minibatches import MinibatchOrder
from momentum_study.engine.networks import Architecture, initial_weights
from momentum_study.engine.optimizers import get_rule
from momentum_study.engine.training import RunSpec, evaluation_steps, train
from momentum_study.runs.metrics import run_metrics
from momentum_study.runs.settings import StartSettings, SweepSettings
from momentum_study.tables.keys import RUN_KEYS

Array = NDArray[Any]

# Curves that go to the tables; the displacement is for the path ratio only.
TABLE_CURVES = tuple(name for name in CURVES if name != "displacement")
CURVE_PREFIX = "curve_"


def counts_steps(column: str) -> bool:
    """Whether a column of runs is a number of steps: an integer, or missing."""
    return column in ("first_bad_step", "step_best_validation") or column.startswith("steps_to_")


@dataclass(frozen=True)
class Start:
    """Networks before their first update, one per replicate, and their data."""

    architecture: Architecture
    weights: list[list[Array]]
    arrays: TrainingArrays


@dataclass(frozen=True)
class TrainedSweep:
    """A sweep's table, and the cost of its training: wall-clock seconds, updates of networks."""

    table: pa.Table
    training_seconds: float
    net_updates: int


def make_start(settings: StartSettings, prepared: PreparedDataset) -> Start:
    """Return the data and the initial weights of each replicate.

    Replicate r draws its initial weights from a generator named after data set, network and r: the
    same for every rule, β, α and batch size.
    """
    outputs: Outputs = "single" if LOSSES[settings.loss].single_output else "per_class"
    arrays = training_arrays(prepared, settings.precision, outputs)
    architecture = Architecture(
        inputs=arrays.train.inputs.shape[2] - 1,
        hidden=settings.hidden,
        outputs=arrays.train.targets.shape[2],
        activation=settings.activation,
        loss=settings.loss,
    )
    weights = [
        initial_weights(
            architecture,
            settings.initialization,
            generator(settings.seed, "weights", settings.dataset, settings.network, int(replicate)),
        )
        for replicate in prepared.replicates
    ]
    return Start(architecture, weights, arrays)


def make_run_spec(
    settings: SweepSettings, replicates: Sequence[int], rows: int, keep_snapshots: bool = False
) -> RunSpec:
    """Return the specification of a sweep's runs, for a training set of that many rows.

    Replicate r draws the order of its minibatches from a generator named after data set and r; for
    the noise in its gradients, if there is any, see `GradientNoise`.

    Raises
    ------
    StudyError
        If a batch is larger than the training set.
    """
    if settings.batch != "full" and int(settings.batch) > rows:
        raise StudyError(
            f"dataset {settings.dataset!r}: a batch of {settings.batch} rows, but only {rows} rows "
            "to train on; choose a smaller batch size, or full"
        )
    noise = GradientNoise(
        settings.gradient_noise,
        settings.seed,
        settings.dataset,
        settings.network,
        tuple(replicates),
    )
    return RunSpec(
        steps=settings.steps,
        evaluation_steps=evaluation_steps(settings.steps, settings.evaluations),
        batch_size=None if settings.batch == "full" else int(settings.batch),
        order=MinibatchOrder(settings.seed, settings.dataset, replicates, rows),
        schedule=settings.schedule,
        noise=noise if settings.gradient_noise else None,
        loss_limit=settings.loss_limit,
        keep_snapshots=keep_snapshots,
    )


def train_runs(
    settings: SweepSettings, start: Start, splits: dict[str, ArraySplit], spec: RunSpec
) -> History:
    """Train the runs of a sweep, and evaluate them on these splits."""
    return train(
        start.architecture,
        start.weights,
        get_rule(settings.rule),
        [settings.beta] * len(settings.learning_rates),
        settings.learning_rates,
        splits,
        spec,
        np.dtype(settings.precision),
    )


def train_sweep(settings: SweepSettings, prepared: PreparedDataset) -> TrainedSweep:
    """Train the runs of a sweep."""
    rule = get_rule(settings.rule)
    loss = LOSSES[settings.loss]
    start = make_start(settings, prepared)
    arrays = start.arrays
    replicates = [int(replicate) for replicate in prepared.replicates]
    rows = arrays.train.inputs.shape[1]
    spec = make_run_spec(settings, replicates, rows)
    started = time.perf_counter()
    history = train_runs(settings, start, vars(arrays), spec)
    training_seconds = time.perf_counter() - started
    null_loss = np.array([loss.null_loss(t) for t in arrays.train.targets])
    metrics = run_metrics(history, null_loss, settings.targets)
    shape = history.first_bad_step.shape
    rates = np.array(settings.learning_rates)
    columns: dict[str, Any] = {
        "replicate": np.broadcast_to(np.array(replicates)[:, None], shape),
        "learning_rate": np.broadcast_to(rates, shape),
        "alpha": np.broadcast_to(
            [rule.effective_rate(rate, settings.beta) for rate in rates], shape
        ),
        "eta": np.broadcast_to(
            [rule.heavy_ball_rate(rate, settings.beta) for rate in rates], shape
        ),
        "null_loss": np.broadcast_to(null_loss[:, None], shape),
        "status": np.where(history.first_bad_step < 0, "completed", "diverged"),
        "reason": history.reason,
        "first_bad_step": np.where(history.first_bad_step < 0, np.nan, history.first_bad_step),
        **{name: _in_single_precision(name, values) for name, values in metrics.items()},
    }
    constants = {
        **dict(zip(RUN_KEYS, settings.factors, strict=False)),
        "batch_size": spec.batch_size or rows,
        "steps": settings.steps,
        "gradient_noise": settings.gradient_noise,
        "parameters": start.architecture.parameters,
    }
    updates = np.where(history.first_bad_step < 0, settings.steps, history.first_bad_step)
    table = _as_table(constants, columns, history)
    return TrainedSweep(table, training_seconds, int(updates.sum()))


def _in_single_precision(name: str, values: Array) -> Array:
    """Round a metric to the usual precision of training; float64 would double the file."""
    with np.errstate(over="ignore"):
        return values if counts_steps(name) else values.astype(np.float32)


def _as_table(constants: dict[str, Any], columns: dict[str, Array], history: History) -> pa.Table:
    size = history.first_bad_step.size
    columns = {name: np.full(size, constant) for name, constant in constants.items()} | columns
    arrays = {name: _column(name, values.reshape(-1)) for name, values in columns.items()}
    evaluations = len(history.steps)
    offsets = _numbers(np.arange(size + 1, dtype=np.int32) * np.int32(evaluations))
    curves: dict[str, Array] = {"step": np.tile(history.steps, size).astype(np.int32)}
    for name in TABLE_CURVES:
        curves[name] = history.curves[name].astype(np.float32).reshape(-1)
    for name, values in curves.items():
        arrays[f"{CURVE_PREFIX}{name}"] = pa.ListArray.from_arrays(offsets, _numbers(values))
    return pa.table(arrays)


def _column(name: str, values: Array) -> pa.Array:
    if counts_steps(name):
        missing = np.isnan(values)
        return _numbers(np.where(missing, 0, values).astype(np.int64), missing)
    return _texts(values.tolist()) if values.dtype.kind == "U" else _numbers(values)


# From buffers: `pa.array` and `pa.scalar` import pandas, which takes longer than many trainings.


def _numbers(values: Array, missing: Array | None = None) -> pa.Array:
    valid = None
    if missing is not None and missing.any():
        valid = pa.py_buffer(np.packbits(~missing, bitorder="little"))
    buffers = [valid, pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), buffers)


def _texts(texts: list[str]) -> pa.Array:
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)
