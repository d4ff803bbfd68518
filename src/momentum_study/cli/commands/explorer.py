"""``explorer``: write the page on which the cells and their curves can be looked at."""

import argparse
import json
from pathlib import Path

from momentum_study.core.atomic import replacing
from momentum_study.documents.explorer.data import About, cells_document, curves_document
from momentum_study.documents.explorer.page import explorer_page
from momentum_study.tables.files import read_table
from momentum_study.tables.schemas.cell_curves import CELL_CURVES
from momentum_study.tables.schemas.cells import CELLS
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.runs import RUNS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--tables", type=Path, required=True, help="folder of the tables")
    parser.add_argument("--output", type=Path, required=True, help="page to write")
    parser.add_argument("--study", required=True, help="name of the study")
    parser.add_argument("--description", default="", help="one sentence about it")
    parser.add_argument("--families", type=json.loads, required=True, help="JSON: grid → family")
    parser.add_argument("--confidence", type=float, required=True, help="level of the intervals")


def run(options: argparse.Namespace) -> None:
    """Read, put together, write."""
    cells = read_table(options.tables / "cells.parquet", CELLS)
    runs = read_table(options.tables / "runs.parquet", RUNS, ["grid", "dataset", "null_loss"])
    cell_curves = read_table(options.tables / "cell_curves.parquet", CELL_CURVES)
    initial = read_table(options.tables / "initial_sharpness.csv", INITIAL_SHARPNESS)
    about = About(options.study, options.description, options.confidence, options.families)
    page = explorer_page(
        about,
        len(runs),
        len(cells),
        cells_document(about, cells, runs, initial),
        curves_document(cells, cell_curves),
    )
    with replacing(options.output) as file:
        file.write(page.encode())
    print(f"{options.output}: {len(cells)} cells")
