"""``cells``: summarise the runs of each cell."""

import argparse
from pathlib import Path

from momentum_study.analysis.cells import cells_table
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.cells import CELLS
from momentum_study.tables.schemas.runs import RUNS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--runs", type=Path, required=True, help="table of runs")
    parser.add_argument("--output", type=Path, required=True, help="table to write")
    parser.add_argument("--confidence", type=float, required=True, help="level of intervals")
    parser.add_argument("--resamples", type=int, required=True, help="bootstrap resamples")
    parser.add_argument("--seed", type=int, required=True, help="of the bootstrap")


def run(options: argparse.Namespace) -> None:
    """Read, summarise, write."""
    runs = read_table(options.runs, RUNS)
    cells = cells_table(runs, options.confidence, options.resamples, options.seed)
    write_table(cells, options.output, CELLS)
    print(f"{options.output}: {len(cells)} cells")
