"""``collect``: gather the shards of a study into tables of runs and curves."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from momentum_study.config.loading import load_study
from momentum_study.core.errors import StudyError
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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--configfile", type=Path, required=True, help="the study")
    parser.add_argument("--shards", type=Path, required=True, help="folder of the shards")
    parser.add_argument("--data", type=Path, required=True, help="folder of the prepared data")
    parser.add_argument("--runs", type=Path, required=True, help="table of runs to write")
    parser.add_argument("--curves", type=Path, required=True, help="table of curves to write")


def run(options: argparse.Namespace) -> None:
    """Read, check against the design, write: the curves as they come, they are the larger part."""
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
    print(f"{options.runs}: {len(runs)} runs, {diverged} of them diverged")
