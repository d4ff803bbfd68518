"""The design of a study: a pure function from its configuration to shards of runs.

A *run* is one network trained once. A *cell* is a combination of factor values; its runs differ by
replicate. A *shard* is what one job trains: one data set, network, rule, β, batch size and
schedule, with all learning rates and a block of replicates inside. Blocks are cut at multiples of
`replicates_per_shard`, so that more replicates, another β, rule, batch size or data set are more
shards and leave the finished ones as they are.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from itertools import product

from momentum_study.config.grids import Grid
from momentum_study.config.study import Study
from momentum_study.core.text import format_number
from momentum_study.datasets.recipe import Recipe
from momentum_study.engine.optimizers import get_rule
from momentum_study.runs.settings import ShardSettings, StartSettings


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
class Shard(ShardSettings):
    """What one job trains: the settings of its runs, and the block of replicates."""

    block: Block

    @property
    def path(self) -> str:
        """Path of the shard's file, relative to the study's `runs/`."""
        factors = (
            self.rule,
            f"beta{format_number(self.beta)}",
            f"batch{self.batch}",
            self.schedule,
            str(self.block),
        )
        return f"{self.grid}/{self.dataset}/{self.network}/{'_'.join(factors)}.parquet"

    @property
    def settings(self) -> ShardSettings:
        """Everything its numbers depend on, besides the data."""
        return ShardSettings(**{name: getattr(self, name) for name in _SETTINGS})

    def runs(self) -> Iterator[tuple[str | float | int, ...]]:
        """Yield the keys of its runs, in the order of `keys.RUN_KEYS`."""
        for learning_rate, replicate in product(self.learning_rates, self.block):
            yield (*self.factors, learning_rate, replicate)


_SETTINGS = tuple(field.name for field in fields(ShardSettings))


def shards(study: Study) -> list[Shard]:
    """List the shards of a study, in the order of its configuration."""
    return [
        shard for name, grid in study.grids.items() for shard in _grid_shards(study, name, grid)
    ]


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


def followed_shards(study: Study) -> list[Shard]:
    """List the shards whose sharpness is followed, with only the learning rates to follow."""
    return [
        replace(shard, learning_rates=rates)
        for shard in shards(study)
        if (follow := study.grids[shard.grid].sharpness)
        and shard.rule in follow.rules
        and (shard.beta in follow.beta or not get_rule(shard.rule).uses_beta)
        and shard.batch in map(str, follow.batch_sizes)
        and shard.schedule == "constant"
        and shard.block.first < follow.replicates
        and (rates := tuple(r for r in shard.learning_rates if r in follow.learning_rates))
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


def _grid_shards(study: Study, name: str, grid: Grid) -> Iterator[Shard]:
    for dataset, network, (rule, rule_grid), batch, schedule in product(
        grid.datasets, grid.networks, grid.rules.items(), grid.batch_sizes, grid.schedules
    ):
        start = start_settings(study, name, dataset, network)
        betas = rule_grid.beta if get_rule(rule).uses_beta else [0.0]
        rates = tuple(grid.rates(rule_grid))
        for beta, block in product(betas, blocks(grid.replicates, study.replicates_per_shard)):
            yield Shard(
                **vars(start),
                rule=rule,
                beta=beta,
                batch=str(batch),
                schedule=schedule,
                learning_rates=rates,
                steps=grid.steps,
                gradient_noise=grid.gradient_noise,
                evaluations=grid.evaluations,
                targets=tuple(study.targets),
                loss_limit=study.loss_limit,
                kernels=study.kernels,
                block=block,
            )


def prepare_flags(study: Study, name: str, block: str) -> str:
    """Flags of the command ``prepare`` for a data set and a block such as ``000-009``."""
    recipe = study.datasets[name].model_dump_json(exclude_defaults=True)
    first, last = map(int, block.split("-"))
    words = ["--name", name, "--recipe", recipe, "--seed", str(study.seed)]
    return shlex.join([*words, "--first", str(first), "--last", str(last)])
