"""The design of a study: a pure function from its configuration to shards of runs.

A *run* is one network trained once. A *cell* is a combination of factor values; its runs differ by
replicate. A *sweep* is trained at once: one data set, network, rule, β, batch size and schedule,
with all learning rates and a block of replicates inside. A *shard* is what one job trains: the
sweeps of all schedules and values of β if they are short, else one sweep or a part of its
replicates. Blocks are cut at multiples of `replicates_per_shard`. More replicates, another rule,
batch size or data set are more shards; another β or schedule is more shards, or more sweeps in
shards that keep those that they have.
"""

import math
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

from momentum_study.config.grids import Grid
from momentum_study.config.study import Study
from momentum_study.core.text import format_number
from momentum_study.datasets.recipe import Recipe
from momentum_study.datasets.splits import FRACTIONS
from momentum_study.engine.optimizers import get_rule
from momentum_study.runs.settings import (
    RunSettings,
    ShardSettings,
    StartSettings,
    SweepSettings,
    settings_in,
)


@dataclass(frozen=True)
class Block:
    """Replicates ``first`` … ``last``, both included."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first:03d}-{self.last:03d}"

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.last + 1))

    def __len__(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True)
class Sweep(SweepSettings):
    """Runs that are trained at once, and their block of replicates."""

    block: Block

    @property
    def name(self) -> str:
        """Path of its files, relative to a folder of them and without suffix."""
        factors = f"{self.rule}_beta{format_number(self.beta)}_batch{self.batch}_{self.schedule}"
        return f"{self.grid}/{self.dataset}/{self.network}/{factors}_{self.block}"

    @property
    def settings(self) -> SweepSettings:
        """Everything its numbers depend on, besides the data."""
        return settings_in(self, SweepSettings)


@dataclass(frozen=True)
class Shard(ShardSettings):
    """What one job trains and one file holds: some sweeps on the same data.

    Attributes
    ----------
    name
        Path of its file, relative to the study's ``runs/`` and without suffix.
    block
        Its replicates.
    data
        The block of replicates that its data set is prepared for, which contains its own.
    """

    name: str
    block: Block
    data: Block

    @property
    def path(self) -> str:
        """Path of its file, relative to the study's ``runs/``."""
        return f"{self.name}.parquet"

    @property
    def sweep_count(self) -> int:
        """Number of its sweeps."""
        return len(self.schedules) * len(self.betas)

    @property
    def run_count(self) -> int:
        """Number of its runs."""
        return self.sweep_count * len(self.learning_rates) * len(self.block)

    @property
    def settings(self) -> ShardSettings:
        """Everything its numbers depend on, besides the data."""
        return settings_in(self, ShardSettings)

    def runs(self) -> Iterator[tuple[str | float | int, ...]]:
        """Yield the keys of its runs, in the order of `keys.RUN_KEYS`."""
        for sweep in self.sweeps():
            yield from sweep.runs_of(self.block)


def sweeps(study: Study) -> list[Sweep]:
    """List the sweeps of a study, in the order of its configuration."""
    return [
        replace(sweep, block=block)
        for name, grid in study.grids.items()
        for group in _grid_sweeps(study, name, grid)
        for sweep in group
        for block in blocks(grid.replicates, study.replicates_per_shard)
    ]


ALONE_SECONDS = 5.0
"""A sweep that takes at least this time, as estimated, is a shard alone."""

LONG_SECONDS = 12.0
"""A sweep that takes longer, as estimated, is cut into shards of fewer replicates."""


def shards(study: Study) -> list[Shard]:
    """List the shards of a study, in the order of its configuration.

    The size of a shard depends on its sweeps one by one, so that another β, schedule, rule, batch
    size or data set leaves the shards of the others as they are, or adds sweeps to them.
    """
    found: list[Shard] = []
    for name, grid in study.grids.items():
        for data, group in product(
            blocks(grid.replicates, study.replicates_per_shard), _grid_sweeps(study, name, grid)
        ):
            found += _shards_of(study, group, data)
    return found


def _shards_of(study: Study, group: Sequence[Sweep], data: Block) -> Iterator[Shard]:
    first = group[0]
    full = Block(data.first, data.first + study.replicates_per_shard - 1)
    seconds = estimated_seconds(replace(first, block=full), study.datasets[first.dataset])
    shared = vars(settings_in(first, RunSettings))
    if seconds < ALONE_SECONDS:
        place = f"{first.grid}/{first.dataset}/{first.network}"
        schedules = tuple(dict.fromkeys(sweep.schedule for sweep in group))
        betas = tuple(dict.fromkeys(sweep.beta for sweep in group))
        name = f"{place}/{first.rule}_batch{first.batch}_{data}"
        yield Shard(**shared, schedules=schedules, betas=betas, name=name, block=data, data=data)
        return
    size = (
        len(full)
        if math.isinf(seconds)
        else math.ceil(len(full) / math.ceil(seconds / LONG_SECONDS))
    )
    for sweep in group:
        for block in blocks(len(data), size):
            own = Block(data.first + block.first, data.first + block.last)
            yield Shard(
                **shared,
                schedules=(sweep.schedule,),
                betas=(sweep.beta,),
                name=replace(sweep, block=own).name,
                block=own,
                data=data,
            )


def estimated_seconds(sweep: Sweep, dataset: Recipe) -> float:
    """Estimate the time of training a sweep, from its configuration alone.

    An update of one network takes about 1 + b (0.01 + 0.003 h + 0.0001 w) microseconds for a batch
    of b rows, h hidden units and w weights between hidden layers. This is a fit to the shards of
    the published study, right within a factor of about two. The result is infinite for a full batch
    of an unknown number of rows.
    """
    rows = FRACTIONS[0] * (dataset.known_rows or math.inf)
    if sweep.batch != "full":
        rows = min(rows, int(sweep.batch))
    weights = sum(a * b for a, b in pairwise(sweep.hidden))
    microseconds = 1 + rows * (0.01 + 0.003 * sum(sweep.hidden) + 0.0001 * weights)
    return 1e-6 * microseconds * sweep.steps * len(sweep.learning_rates) * len(sweep.block)


def start_settings(study: Study, grid: str, dataset: str, network: str) -> StartSettings:
    """Return what the initial weights and the data of runs depend on."""
    layers = study.networks[network]
    return StartSettings(
        seed=study.seed,
        grid=grid,
        dataset=dataset,
        network=network,
        hidden=tuple(layers.hidden),
        activation=layers.activation,
        initialization=layers.initialization,
        loss=study.grids[grid].loss or default_loss(study.datasets[dataset]),
        precision=study.grids[grid].precision,
    )


def starts(study: Study) -> list[tuple[StartSettings, Block]]:
    """List the starting points at which the sharpness is measured, by blocks of replicates.

    They belong to the grids that compare momentum with plain gradient descent, whose maps show the
    stability limit, and to those that follow the sharpness of some of their runs. The limit does
    not apply with injected noise.
    """
    return [
        (start_settings(study, name, dataset, network), block)
        for name, grid in study.grids.items()
        if (grid.compares and not grid.gradient_noise) or grid.sharpness
        for dataset, network in product(grid.datasets, grid.networks)
        for block in blocks(grid.replicates, study.replicates_per_shard)
    ]


def followed_sweeps(study: Study) -> list[Sweep]:
    """List the sweeps whose sharpness is followed, with only the learning rates to follow."""
    return [
        replace(sweep, learning_rates=rates)
        for sweep in sweeps(study)
        if (follow := study.grids[sweep.grid].sharpness)
        and sweep.rule in follow.rules
        and (sweep.beta in follow.beta or not get_rule(sweep.rule).uses_beta)
        and sweep.batch in map(str, follow.batch_sizes)
        and sweep.schedule == "constant"
        and sweep.block.first < follow.replicates
        and (rates := tuple(r for r in sweep.learning_rates if r in follow.learning_rates))
    ]


def families(study: Study) -> dict[str, str]:
    """Return the family of each grid: the first grid with the same training.

    Grids of a family agree in steps, evaluations, loss and precision. Their runs on the same data
    set, network and batch size are comparable, and those of one replicate are paired: they start
    at the same weights and use the same minibatches. Injected noise does not split a family; runs
    of one replicate have the same noise, times their grid's `gradient_noise`.
    """
    first: dict[tuple[int, int, str | None, str], str] = {}
    return {
        name: first.setdefault(
            (grid.steps, grid.evaluations, _own_loss(study, grid), grid.precision), name
        )
        for name, grid in study.grids.items()
    }


def _own_loss(study: Study, grid: Grid) -> str | None:
    """Return the grid's loss, or None if it is the default of its data sets."""
    defaults = {default_loss(study.datasets[name]) for name in grid.datasets}
    return None if defaults == {grid.loss} else grid.loss


def default_loss(dataset: Recipe) -> str:
    """Cross-entropy for classes, squared error for numbers."""
    return "mse" if dataset.task == "regression" else "cross_entropy"


def blocks(replicates: int, per_shard: int) -> list[Block]:
    """Cut ``replicates`` into blocks at multiples of ``per_shard``."""
    return [
        Block(first, min(first + per_shard, replicates) - 1)
        for first in range(0, replicates, per_shard)
    ]


def prepared_path(dataset: str, block: Block) -> str:
    """Path of the data prepared for a block of replicates, relative to the study's `datasets/`."""
    return f"{dataset}_{block}.npz"


def _grid_sweeps(study: Study, name: str, grid: Grid) -> Iterator[list[Sweep]]:
    """Yield the sweeps of all replicates that differ in schedule and β only."""
    every = Block(0, grid.replicates - 1)
    for dataset, network, (rule, rule_grid), batch in product(
        grid.datasets, grid.networks, grid.rules.items(), grid.batch_sizes
    ):
        start = start_settings(study, name, dataset, network)
        betas = rule_grid.beta if get_rule(rule).uses_beta else [0.0]
        yield [
            Sweep(
                **vars(start),
                rule=rule,
                beta=beta,
                batch=str(batch),
                schedule=schedule,
                learning_rates=tuple(grid.rates(rule_grid)),
                steps=grid.steps,
                gradient_noise=grid.gradient_noise,
                evaluations=grid.evaluations,
                targets=tuple(study.targets),
                loss_limit=study.loss_limit,
                kernels=study.kernels,
                block=every,
            )
            for schedule, beta in product(grid.schedules, betas)
        ]


def prepare_flags(study: Study, name: str, block: str) -> str:
    """Flags of the command ``prepare`` for a data set and a block such as ``000-009``."""
    recipe = study.datasets[name].model_dump_json(exclude_defaults=True)
    first, last = map(int, block.split("-"))
    words = ["--name", name, "--recipe", recipe, "--seed", str(study.seed)]
    return shlex.join([*words, "--first", str(first), "--last", str(last)])
