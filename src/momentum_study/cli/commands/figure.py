"""``figure``: draw one figure from the tables."""

import argparse
import importlib
import inspect
from pathlib import Path

import pandas as pd

from momentum_study.figures.files import save_drawing, save_picture
from momentum_study.figures.style import apply_style
from momentum_study.tables.catalogue import SCHEMAS
from momentum_study.tables.files import read_table
from momentum_study.tables.keys import RUN_KEYS

COLUMNS = {"runs.parquet": [*RUN_KEYS, "null_loss"]}
"""Only the columns of large tables that figures use are read."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--kind", required=True, help="module of the figure")
    parser.add_argument("--grid", default=None, help="grid to draw")
    parser.add_argument("--batch", default=None, help="batch size to draw")
    parser.add_argument("--alt", required=True, help="alternative text")
    parser.add_argument("--see", required=True, help="what to look for")
    parser.add_argument("--confidence", type=float, required=True, help="level of the intervals")
    parser.add_argument("--tables", type=Path, required=True, help="folder of the tables")
    parser.add_argument("--svg", type=Path, required=True, help="drawing to write")
    parser.add_argument("--png", type=Path, required=True, help="picture to write")
    parser.add_argument("--words", type=Path, required=True, help="words to write, as JSON")


def run(options: argparse.Namespace) -> None:
    """Read the rows of the grid and batch, draw, write."""
    apply_style()
    module = importlib.import_module(f"momentum_study.figures.{options.kind}")
    names = inspect.signature(module.draw).parameters
    sheet = module.draw(
        **{
            name: options.confidence if name == "confidence" else _rows(options, name)
            for name in names
        }
    )
    sheet.notes.append(f"Check {options.see}")
    save_picture(sheet, options.png)
    save_drawing(sheet, options.svg, options.words, options.alt)


def _rows(options: argparse.Namespace, name: str) -> pd.DataFrame:
    """Rows of a table, of the grid and batch if it has these columns."""
    file = next(file for file in SCHEMAS if Path(file).stem == name)
    table = read_table(options.tables / file, SCHEMAS[file], COLUMNS.get(file))
    for key, value in (("grid", options.grid), ("batch", options.batch)):
        if value is not None and key in table:
            table = table[table[key] == value]
    return table.reset_index(drop=True)
