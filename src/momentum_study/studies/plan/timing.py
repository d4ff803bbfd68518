"""Seconds and memory of trainings: a few updates of each kind are made and timed."""

import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from momentum_study.config.study import Study
from momentum_study.core.errors import StudyError
from momentum_study.datasets.preparation import load
from momentum_study.datasets.raw import ColumnUse
from momentum_study.datasets.splits import make_split
from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.gradient_noise import GradientNoise
from momentum_study.engine.history import CURVES
from momentum_study.engine.losses import LOSSES
from momentum_study.engine.minibatches import MinibatchOrder
from momentum_study.engine.networks import Architecture, initial_weights
from momentum_study.engine.optimizers import Rule, get_rule
from momentum_study.engine.training import (
    STACK_BYTES,
    RunSpec,
    evaluation_steps,
    network_bytes,
    networks_per_stack,
    train,
)
from momentum_study.runs.design import Shard

MOST_TIMED = 48
"""How many kinds of training are timed; the others are interpolated."""

# Of a sample: multiply-adds of one update and of all of them, and rows of one evaluation.
_MOST_WORK = 2.0**24
_LEAST_WORK = 2.0**21
_MOST_ROWS = 1024
_REPEATS = 2
# No network diverges at it.
_SMALL_RATE = 1e-6


@dataclass(frozen=True)
class Sizes:
    """Rows of the parts of a data set, its features, and its classes (1 in a regression)."""

    train: int
    validation: int
    test: int
    features: int
    outputs: int

    @property
    def rows(self) -> int:
        """Rows of all parts."""
        return self.train + self.validation + self.test


@dataclass(frozen=True)
class DataPlan:
    """What is known of the data sets of a study before it runs.

    Attributes
    ----------
    sizes
        Sizes of the data sets that can be loaded.
    columns
        What becomes of the columns of those that are tables.
    unknown
        Why the others cannot be loaded.
    """

    sizes: Mapping[str, Sizes]
    columns: Mapping[str, ColumnUse]
    unknown: Mapping[str, str]


def data_plan(study: Study, names: Iterable[str]) -> DataPlan:
    """Load data sets, and return what is known of them."""
    sizes, columns, unknown = {}, {}, {}
    for name in names:
        try:
            loaded = load(name, study.datasets[name], study.seed)
        except StudyError as error:
            unknown[name] = str(error)
            continue
        raw = loaded.raw
        # The sizes of the parts depend on the class counts alone, so any shuffle will do.
        split = make_split(raw.targets, raw.task, np.random.default_rng(0))
        parts = (len(split.train), len(split.validation), len(split.test))
        sizes[name] = Sizes(*parts, raw.features.shape[1], max(len(raw.classes), 1))
        if loaded.columns:
            columns[name] = loaded.columns
    return DataPlan(sizes, columns, unknown)


@dataclass(frozen=True)
class Kind:
    """Everything that the time of an update and of an evaluation of a sweep depends on.

    A sweep trains R × C networks: ``replicates`` times ``cells``. ``batch`` is None for the full
    batch. β and the schedule do not matter.
    """

    architecture: Architecture
    rule: Rule
    precision: str
    sizes: Sizes
    batch: int | None
    replicates: int
    cells: int
    noise: bool

    @property
    def batch_rows(self) -> int:
        """Rows of a batch."""
        return self.batch or self.sizes.train

    @property
    def work(self) -> float:
        """Multiply-adds of one update of all networks, forward pass only."""
        networks = self.replicates * self.cells
        return float(networks * self.architecture.parameters * self.batch_rows)

    @property
    def stack(self) -> int:
        """How many networks a stack may have."""
        dtype = np.dtype(self.precision)
        return networks_per_stack(self.architecture, self.rule, self.batch_rows, dtype, STACK_BYTES)


def kind_of(shard: Shard, sizes: Sizes) -> Kind:
    """Return the kind of the training of each sweep of a shard."""
    outputs = 1 if LOSSES[shard.loss].single_output else sizes.outputs
    return Kind(
        Architecture(sizes.features, shard.hidden, outputs, shard.activation, shard.loss),
        get_rule(shard.rule),
        shard.precision,
        sizes,
        None if shard.batch == "full" else int(shard.batch),
        len(shard.block),
        len(shard.learning_rates),
        shard.gradient_noise > 0,
    )


@dataclass(frozen=True)
class Timing:
    """Processor seconds of an update and of an evaluation of all networks of a sweep."""

    update: float
    evaluation: float

    def seconds(self, steps: int, evaluations: int) -> float:
        """Return the seconds of a training of so many updates and evaluations."""
        count = len(evaluation_steps(steps, evaluations))
        return self.update * steps + self.evaluation * count

    def times(self, updates: float, evaluations: float) -> "Timing":
        """Multiply both."""
        return Timing(self.update * updates, self.evaluation * evaluations)


def timings(kinds: Iterable[Kind], most: int = MOST_TIMED) -> dict[Kind, Timing]:
    """Time kinds of training.

    Parameters
    ----------
    kinds
        The kinds, each as often as a study has it.
    most
        How many are timed at most: of each combination of network, batch and data set the one
        with the most work, then the others by their work. One that is not timed takes as long per
        multiply-add as the timed one that is most alike.
    """
    by_work = sorted(dict.fromkeys(kinds), key=lambda kind: -kind.work)
    groups: set[object] = set()
    first: list[Kind] = []
    other: list[Kind] = []
    for kind in by_work:
        group = (kind.architecture, kind.sizes, kind.batch, kind.precision)
        (other if group in groups else first).append(kind)
        groups.add(group)
    chosen = [*first, *other][:most]
    timed = {kind: _timed(kind) for kind in chosen}
    return timed | {kind: _interpolated(kind, timed) for kind in by_work if kind not in timed}


def _interpolated(kind: Kind, timed: Mapping[Kind, Timing]) -> Timing:
    def distance(other: Kind) -> tuple[int, float]:
        alike = ("architecture", "sizes", "batch", "precision", "rule", "noise")
        differing = sum(getattr(kind, name) != getattr(other, name) for name in alike)
        return differing, abs(math.log(kind.work / other.work))

    nearest = min(timed, key=distance)
    return timed[nearest].times(kind.work / nearest.work, _evaluated(kind) / _evaluated(nearest))


def _evaluated(kind: Kind) -> float:
    return kind.work / kind.batch_rows * kind.sizes.rows


def _timed(kind: Kind) -> Timing:
    """Train a sample, one stack, for a few updates, with and without evaluations."""
    own = _sample(kind)
    part = min(own.sizes.train, 2 * own.batch_rows)
    epoch = max(1, part // own.batch_rows)
    rest = min(own.sizes.rows - part, _MOST_ROWS)
    generator = np.random.default_rng(0)
    parts = {
        name: _random_split(generator, own, rows)
        for name, rows in (("train", part), ("validation", rest))
    }
    weights = [initial_weights(own.architecture, "he", generator)] * own.replicates
    numbers = range(own.replicates)
    noise = GradientNoise(1e-6, 0, "", "", tuple(numbers)) if own.noise else None

    def seconds(epochs: int, evaluated: tuple[int, ...]) -> float:
        order = MinibatchOrder(0, "", numbers, part)
        spec = RunSpec(epochs * epoch, evaluated, own.batch, order, noise=noise)
        rates = [_SMALL_RATE] * own.cells
        beta = 0.5 if own.rule.uses_beta else 0.0
        arguments = (own.architecture, weights, own.rule, [beta] * own.cells, rates)
        start = time.process_time()
        train(*arguments, parts, spec, np.dtype(own.precision))
        return time.process_time() - start

    # More updates where they take microseconds.
    more = min(64, max(4, int(_LEAST_WORK / own.work)))
    short, long, watched = (
        min(seconds(epochs, evaluated) for _ in range(_REPEATS))
        for epochs, evaluated in (
            (1, ()),
            (more, ()),
            (more, (0, 2 * epoch, more * epoch)),
        )
    )
    sampled = Timing(max(0.0, long - short) / ((more - 1) * epoch), max(0.0, watched - long) / 3)
    evaluated_rows = own.work / own.batch_rows * (part + rest)
    return sampled.times(kind.work / own.work, _evaluated(kind) / evaluated_rows)


def _sample(kind: Kind) -> Kind:
    """Return one stack of a kind; of very large networks and batches, a smaller one."""
    replicates = _even(kind.replicates, max(1, kind.stack // kind.cells))
    own = replace(kind, replicates=replicates, cells=_even(kind.cells, kind.stack))
    while own.work > _MOST_WORK and own.batch_rows > 64:
        sizes = replace(own.sizes, train=own.sizes.train // 2)
        own = replace(own, sizes=sizes, batch=own.batch and own.batch // 2)
    while own.work > _MOST_WORK and max(own.architecture.hidden, default=0) > 1:
        hidden = tuple(max(1, units // 2) for units in own.architecture.hidden)
        own = replace(own, architecture=replace(own.architecture, hidden=hidden))
    return own


def _even(count: int, most: int) -> int:
    """Return the size of the largest part when ``count`` is cut evenly into parts of ``most``."""
    return -(-count // -(-count // most))


def _random_split(generator: np.random.Generator, kind: Kind, rows: int) -> ArraySplit:
    inputs = generator.standard_normal((kind.replicates, rows, kind.architecture.inputs + 1))
    targets = np.zeros((kind.replicates, rows, kind.architecture.outputs))
    targets[:, np.arange(rows), np.arange(rows) % kind.architecture.outputs] = 1
    dtype = np.dtype(kind.precision)
    return ArraySplit(inputs.astype(dtype), targets.astype(dtype))


def training_bytes(kind: Kind, steps: int, evaluations: int) -> int:
    """Return the bytes of a training job's arrays, without Python and its libraries."""
    dtype = np.dtype(kind.precision)
    architecture, sizes = kind.architecture, kind.sizes
    networks = kind.replicates * kind.cells
    row = dtype.itemsize * (architecture.inputs + 1 + architecture.outputs)
    data = 8 * sizes.rows * (sizes.features + 1 + kind.replicates)
    # As laid out for training, and the minibatches of an epoch, also transposed.
    data += kind.replicates * row * (sizes.rows + 2 * sizes.train)
    # Evaluations and copies of weights take as much again.
    stack = 2 * min(kind.stack, networks)
    stack *= network_bytes(architecture, kind.rule, kind.batch_rows, dtype)
    orders = 0
    if kind.batch:
        epochs = -(-steps // -(-sizes.train // kind.batch))
        orders = 4 * kind.replicates * sizes.train * epochs
    # In double precision, and once more in single precision for the table.
    curves = 16 * len(CURVES) * networks * evaluations
    return data + stack + orders + curves + networks * architecture.parameters * dtype.itemsize
