"""``cost``: collect time, memory and updates of the jobs of a study."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.config.loading import load_study
from momentum_study.runs.costs import cost_table, training_phase
from momentum_study.runs.design import shards
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.cost import COST


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    configfile: Annotated[Path, "configuration of the study"]
    benchmarks: Annotated[Path, "folder of timings"]
    output: Annotated[Path, "table to write (.csv)"]


def run(options: Options) -> None:
    """Write the table and print the share of the training phase spent in training."""
    paths = [shard.path for shard in shards(load_study(options.configfile))]
    costs = cost_table(options.benchmarks, paths)
    write_table(costs, options.output, COST)
    phase = training_phase(costs)
    print(
        f"{options.output}: {phase['training_share']:.0%} of {phase['jobs_at_once']} jobs at once "
        f"for {phase['wall_seconds']:.0f} s was spent inside training"
    )
