"""``collect``: gather the shards of a study into tables of runs and curves."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pandas as pd

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
from momentum_study.tables.files import write_large_table, write_table
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
    """Check the shards against the design and write the tables, curves shard by shard."""
    study = load_study(options.configfile)
    parts = []

    def curves() -> Iterator[pd.DataFrame]:
        for table in read_shards(study, options.shards, options.data):
            parts.append(collect_runs(table))
            yield collect_curves(table)

    try:
        write_large_table(curves(), options.curves, CURVES)
    except UnusableShardsError as error:
        set_aside(error.unusable)
        raise StudyError(
            f"{error}. Files that cannot be used now end in .unusable. Run the same command again: "
            "it trains these shards again"
        ) from None
    runs = pd.concat(parts, ignore_index=True)
    write_table(runs, options.runs, RUNS)
    diverged = int((runs["status"] == "diverged").sum())
    print(f"{options.runs}: {counted(len(runs), 'run')}, {diverged:,} of them diverged")
