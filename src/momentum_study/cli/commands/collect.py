"""``collect``: gather the shards of a study into tables of runs and curves."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.config.loading import load_study
from momentum_study.core.errors import StudyError
from momentum_study.core.text import counted
from momentum_study.runs.collect import (
    UnusableShardsError,
    collect_curves,
    collect_runs,
    read_shards,
    set_aside,
)
from momentum_study.tables.files import large_table
from momentum_study.tables.schemas.curves import CURVES
from momentum_study.tables.schemas.runs import RUNS


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    configfile: Annotated[Path, "configuration of the study"]
    shards: Annotated[Path, "folder of shards"]
    data: Annotated[Path, "folder of prepared data sets"]
    runs: Annotated[Path, "table of runs to write"]
    curves: Annotated[Path, "table of curves to write"]


def run(options: Options) -> None:
    """Check the shards against the design and write both tables, some sweeps at a time."""
    study = load_study(options.configfile)
    count = diverged = 0
    try:
        with (
            large_table(options.curves, CURVES) as add_curves,
            large_table(options.runs, RUNS) as add_runs,
        ):
            for table in read_shards(study, options.shards, options.data):
                runs = collect_runs(table)
                count += len(runs)
                diverged += int((runs["status"] == "diverged").sum())
                add_runs(runs)
                add_curves(collect_curves(table))
    except UnusableShardsError as error:
        set_aside(error.unusable)
        raise StudyError(
            f"{error}. Files that cannot be used now end in .unusable. Run the same command again: "
            "it trains these shards again"
        ) from None
    print(f"{options.runs}: {counted(count, 'run')}, {diverged:,} of them diverged")
