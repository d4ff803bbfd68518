"""``landscapes``: run the update rules on two-dimensional landscapes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.experiments.landscapes.tables import landscapes_tables
from momentum_study.statistics.intervals import Intervals
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.landscapes import LANDSCAPES
from momentum_study.tables.schemas.trajectories import TRAJECTORIES


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    draws: Annotated[int, "number of draws of the gradient noise"]
    beta: Annotated[float, "momentum coefficient in comparisons at a fixed rate"]
    intervals: Intervals
    landscapes: Annotated[Path, "table of times to write"]
    trajectories: Annotated[Path, "table of trajectories to write"]


def run(options: Options) -> None:
    """Run the rules and write the tables."""
    landscapes, trajectories = landscapes_tables(options.draws, options.beta, options.intervals)
    write_table(landscapes, options.landscapes, LANDSCAPES)
    write_table(trajectories, options.trajectories, TRAJECTORIES)
    print(f"{options.landscapes}: {len(landscapes)} rows")
