"""``figure``: draw one figure from the tables."""

import argparse
import importlib
from pathlib import Path

from momentum_study.figures.catalogue import KINDS, FigureJob
from momentum_study.figures.files import save_drawing, save_picture
from momentum_study.figures.style import apply_style
from momentum_study.tables.catalogue import SCHEMAS
from momentum_study.tables.files import read_table
from momentum_study.tables.keys import RUN_KEYS

COLUMNS = {"runs.parquet": [*RUN_KEYS, "null_loss"]}
"""Only the columns of large tables that figures use are read."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--kind", choices=KINDS, required=True, help="which figure")
    parser.add_argument("--grid", default=None, help="grid to draw")
    parser.add_argument("--batch", default=None, help="batch size to draw")
    parser.add_argument("--confidence", type=float, required=True, help="level of the intervals")
    parser.add_argument("--tables", type=Path, required=True, help="folder of the tables")
    parser.add_argument("--svg", type=Path, required=True, help="drawing to write")
    parser.add_argument("--png", type=Path, required=True, help="picture to write")
    parser.add_argument("--words", type=Path, required=True, help="words to write, as JSON")


def run(options: argparse.Namespace) -> None:
    """Read the rows of the grid and batch, draw, write."""
    tables = {}
    for name in KINDS[options.kind].tables:
        table = read_table(options.tables / name, SCHEMAS[name], COLUMNS.get(name))
        for key, value in (("grid", options.grid), ("batch", options.batch)):
            if value is not None and key in table:
                table = table[table[key] == value]
        tables[Path(name).stem] = table.reset_index(drop=True)
    apply_style()
    module = importlib.import_module(f"momentum_study.figures.{options.kind}")
    level = {"confidence": options.confidence} if KINDS[options.kind].intervals else {}
    sheet = module.draw(**tables, **level)
    save_picture(sheet, options.png)
    job = FigureJob(options.kind, options.grid, options.batch)
    save_drawing(sheet, options.svg, options.words, job.alt)
