"""From shards of a design to the work in their trainings."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from momentum_study.config.study import Study
from momentum_study.engine.losses import LOSSES
from momentum_study.engine.networks import Architecture
from momentum_study.engine.optimizers import get_rule
from momentum_study.engine.training import evaluation_steps
from momentum_study.runs.design import Shard, default_loss, followed_shards
from momentum_study.studies.plan.sizes import Sizes
from momentum_study.studies.plan.work import Training

Kind = tuple[str | int, ...]


def kind_of(shard: Shard) -> Kind:
    """Return what shards of equal work share, within a study: all but β and schedule."""
    return (
        *(shard.grid, shard.dataset, shard.network, shard.rule, shard.batch),
        *(len(shard.learning_rates), len(shard.block)),
    )


def training_of(study: Study, shard: Shard, sizes: Sizes) -> Training:
    """Return what the work in a shard depends on."""
    grid = study.grids[shard.grid]
    network = study.networks[shard.network]
    loss = grid.loss or default_loss(study.datasets[shard.dataset])
    return Training(
        architecture=Architecture(
            inputs=sizes.features,
            hidden=tuple(network.hidden),
            outputs=1 if LOSSES[loss].single_output else sizes.outputs,
            activation=network.activation,
            loss=loss,
        ),
        rule=get_rule(shard.rule),
        precision=grid.precision,
        replicates=len(shard.block),
        cells=len(shard.learning_rates),
        rows=(sizes.train, sizes.validation, sizes.test),
        batch=None if shard.batch == "full" else int(shard.batch),
        steps=grid.steps,
        evaluations=len(evaluation_steps(grid.steps, grid.evaluations)),
        noise=grid.gradient_noise > 0,
    )


def trainings(
    study: Study, shards: Sequence[Shard], sizes: Mapping[str, Sizes]
) -> dict[Kind, Training]:
    """Return one training for each kind of shard whose data set is known."""
    found: dict[Kind, Training] = {}
    for shard in shards:
        kind = kind_of(shard)
        if kind not in found and shard.dataset in sizes:
            found[kind] = training_of(study, shard, sizes[shard.dataset])
    return found


def followed_trainings(study: Study, sizes: Mapping[str, Sizes]) -> list[Training]:
    """Return the trainings that are made again to follow the sharpness, where sizes are known."""
    found = []
    for shard in followed_shards(study):
        follow = study.grids[shard.grid].sharpness
        if follow and shard.dataset in sizes:
            training = training_of(study, shard, sizes[shard.dataset])
            followed = min(training.replicates, follow.replicates - shard.block.first)
            found.append(replace(training, replicates=followed))
    return found
