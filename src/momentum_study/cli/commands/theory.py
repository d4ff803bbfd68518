"""``theory``: hold the update rules against closed forms on quadratics."""

import argparse
from pathlib import Path

from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.theory import THEORY
from momentum_study.theory.table import theory_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--draws", type=int, required=True, help="chains behind a variance")
    parser.add_argument("--seed", type=int, required=True, help="of the noise")
    parser.add_argument("--output", type=Path, required=True, help="table to write (.csv)")


def run(options: argparse.Namespace) -> None:
    """Measure, write, and name the rows that do not hold."""
    table = theory_table(options.draws, options.seed)
    write_table(table, options.output, THEORY)
    print(f"{options.output}: {table['holds'].sum()} of {len(table)} rows hold")
    if not table["holds"].all():
        print(table[~table["holds"]].to_string(index=False))
        print("Of simulated rows one in 370 misses by chance.")
