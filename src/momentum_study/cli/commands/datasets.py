"""``datasets``: describe the data sets as they were prepared."""

import argparse
from pathlib import Path

from momentum_study.datasets.description import described
from momentum_study.datasets.prepared import load_prepared
from momentum_study.tables.files import joined_tables, write_table
from momentum_study.tables.schemas.datasets import DATASETS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="prepared data sets")
    parser.add_argument("--output", type=Path, required=True, help="table to write (.csv)")


def run(options: argparse.Namespace) -> None:
    """Describe each, write all."""
    rows = [described(load_prepared(path)) for path in options.data]
    write_table(joined_tables(rows, DATASETS), options.output, DATASETS)
