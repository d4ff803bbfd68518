"""``figure``: draw one figure from the tables."""

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.figures.catalogue import KINDS, FigureJob
from momentum_study.figures.files import save_drawing, save_picture
from momentum_study.figures.style import apply_style
from momentum_study.tables.files import read_table
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.schema import load_table

COLUMNS = {"runs.parquet": [*RUN_KEYS, "null_loss"]}
"""Columns to read of a large table: those that figures draw."""


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    kind: Annotated[str, "kind of figure", tuple(KINDS)]
    tables: Annotated[Path, "folder of the tables"]
    svg: Annotated[Path, "drawing to write (.svg)"]
    png: Annotated[Path, "picture to write (.png)"]
    words: Annotated[Path, "texts to write (.json)"]
    grid: Annotated[str | None, "grid to draw"] = None
    batch: Annotated[str | None, "batch size to draw"] = None


def run(options: Options) -> None:
    """Draw the rows of the grid and batch size and write the files."""
    tables = {}
    for name in KINDS[options.kind].tables:
        table = read_table(options.tables / name, load_table(name), COLUMNS.get(name))
        for key, value in (("grid", options.grid), ("batch", options.batch)):
            if value is not None and key in table:
                table = table[table[key] == value]
        tables[Path(name).stem] = table.reset_index(drop=True)
    apply_style()
    module = importlib.import_module(f"momentum_study.figures.{options.kind}")
    sheet = module.draw(**tables)
    save_picture(sheet, options.png)
    job = FigureJob(options.kind, options.grid, options.batch)
    save_drawing(sheet, options.svg, options.words, job.alt)
