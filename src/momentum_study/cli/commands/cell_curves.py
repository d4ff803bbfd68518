"""``cell_curves``: summarise the learning curves of each cell."""

import argparse
from pathlib import Path

from momentum_study.analysis.curves import cell_curves_table, whole_cells
from momentum_study.tables.files import read_large_table, read_table, write_large_table
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.schemas.cell_curves import CELL_CURVES, CURVE_LOSSES
from momentum_study.tables.schemas.curves import CURVES
from momentum_study.tables.schemas.runs import RUNS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--runs", type=Path, required=True, help="table of runs")
    parser.add_argument("--curves", type=Path, required=True, help="table of their curves")
    parser.add_argument("--output", type=Path, required=True, help="table to write")


def run(options: argparse.Namespace) -> None:
    """Read, summarise, write: a part at a time, for the curves are the largest table."""
    runs = read_table(options.runs, RUNS, [*RUN_KEYS, "null_loss"])
    curves = read_large_table(options.curves, CURVES, [*RUN_KEYS, "step", *CURVE_LOSSES])
    tables = (cell_curves_table(runs, cells) for cells in whole_cells(curves))
    write_large_table(tables, options.output, CELL_CURVES)
    print(f"{options.output}: written")
