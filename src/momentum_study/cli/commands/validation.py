"""``validation``: hold the code against numbers that others published."""

import argparse
from pathlib import Path

from momentum_study.experiments.references.table import validation_table
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.schemas.validation import VALIDATION


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--runs", type=Path, required=True, help="table of runs, for findings")
    parser.add_argument(
        "--epochs", type=int, required=True, help="limit to the length of trainings"
    )
    parser.add_argument("--confidence", type=float, required=True, help="level of intervals")
    parser.add_argument("--output", type=Path, required=True, help="table to write (.csv)")


def run(options: argparse.Namespace) -> None:
    """Compare, write, name the rows that do not hold and what could not be decided."""
    runs = read_table(options.runs, RUNS)
    table, reasons = validation_table(runs, options.epochs, options.confidence)
    write_table(table, options.output, VALIDATION)
    print(f"{options.output}: {table['holds'].sum()} of {len(table)} rows hold")
    if not table["holds"].all():
        print(table[~table["holds"]].to_string(index=False))
    for reason in reasons:
        print(f"left out: {reason}")
