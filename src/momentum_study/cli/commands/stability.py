"""``stability``: gather what was followed, and hold the stability line against the runs."""

import argparse
from pathlib import Path

from momentum_study.analysis.stability import RUN_COLUMNS, stability_table
from momentum_study.tables.files import joined_tables, read_table, write_table
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.schemas.sharpness import SHARPNESS
from momentum_study.tables.schemas.stability import STABILITY


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--runs", type=Path, required=True, help="table of runs")
    parser.add_argument("--initial", type=Path, required=True, help="table of initial sharpness")
    parser.add_argument("--followed", type=Path, nargs="*", required=True, help="of each shard")
    parser.add_argument("--sharpness", type=Path, required=True, help="table to write")
    parser.add_argument("--stability", type=Path, required=True, help="table to write")
    parser.add_argument("--confidence", type=float, required=True, help="level of intervals")
    parser.add_argument("--resamples", type=int, required=True, help="bootstrap resamples")
    parser.add_argument("--seed", type=int, required=True, help="of the bootstrap")


def run(options: argparse.Namespace) -> None:
    """Gather, compare, write."""
    followed = [read_table(path, SHARPNESS) for path in options.followed]
    write_table(joined_tables(followed, SHARPNESS), options.sharpness, SHARPNESS)
    table = stability_table(
        read_table(options.runs, RUNS, RUN_COLUMNS),
        read_table(options.initial, INITIAL_SHARPNESS),
        options.confidence,
        options.resamples,
        options.seed,
    )
    write_table(table, options.stability, STABILITY)
    diverged = table[table["outcome"] == "diverged"]
    for row in diverged.itertuples():
        print(
            f"{row.grid}, {row.dataset}, batch {row.batch}: right in {row.accuracy:.1%} of "
            f"{row.n_runs} runs [{row.accuracy_low:.1%}, {row.accuracy_high:.1%}]"
        )
