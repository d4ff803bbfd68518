"""``initial_sharpness``: measure the largest Hessian eigenvalue where runs start."""

import argparse
import json
from pathlib import Path

from momentum_study.datasets.prepared import load_prepared
from momentum_study.runs.settings import StartSettings
from momentum_study.runs.sharpness import initial_sharpness
from momentum_study.tables.files import joined_tables, write_table
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument(
        "--starts",
        type=json.loads,
        required=True,
        help="JSON list: for each, the path of its `data` and the fields of StartSettings",
    )
    parser.add_argument("--output", type=Path, required=True, help="table to write (.csv)")


def run(options: argparse.Namespace) -> None:
    """Measure each, write all."""
    tables = []
    for start in options.starts:
        data = load_prepared(Path(start.pop("data")))
        settings = StartSettings(**{**start, "hidden": tuple(start["hidden"])})
        tables.append(initial_sharpness(settings, data))
    table = joined_tables(tables, INITIAL_SHARPNESS)
    write_table(table, options.output, INITIAL_SHARPNESS)
    print(f"{options.output}: {len(table)} starting points")
