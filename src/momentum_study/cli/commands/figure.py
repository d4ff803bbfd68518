"""``figure``: draw one figure from the tables."""

import importlib
import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pandas as pd

from momentum_study.figures.files import save_drawing, save_picture
from momentum_study.figures.style import apply_style
from momentum_study.tables.files import read_table
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.schema import load_table

COLUMNS = {"runs.parquet": [*RUN_KEYS, "null_loss"]}
"""Only the columns of large tables that figures use are read."""


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    kind: Annotated[str, "module of the figure"]
    texts: Annotated[dict[str, str], "alternative text (alt), what to look for (see), as JSON"]
    confidence: Annotated[float, "level of the intervals"]
    tables: Annotated[Path, "folder of the tables"]
    svg: Annotated[Path, "drawing to write (.svg)"]
    png: Annotated[Path, "picture to write (.png)"]
    words: Annotated[Path, "texts to write (.json)"]
    grid: Annotated[str | None, "grid to draw"] = None
    batch: Annotated[str | None, "batch size to draw"] = None


def run(options: Options) -> None:
    """Draw the rows of the grid and batch size and write the files."""
    apply_style()
    module = importlib.import_module(f"momentum_study.figures.{options.kind}")
    names = inspect.signature(module.draw).parameters
    sheet = module.draw(
        **{
            name: options.confidence if name == "confidence" else _rows(options, name)
            for name in names
        }
    )
    if sheet.notes:  # otherwise there is nothing to draw
        sheet.notes.append(f"Check {options.texts['see']}")
    save_picture(sheet, options.png)
    save_drawing(sheet, options.svg, options.words, options.texts["alt"])


def _rows(options: Options, name: str) -> pd.DataFrame:
    """Rows of a table, of the grid and batch if it has these columns."""
    schema = load_table(name)
    table = read_table(options.tables / schema.file, schema, COLUMNS.get(schema.file))
    for key, value in (("grid", options.grid), ("batch", options.batch)):
        if value is not None and key in table:
            table = table[table[key] == value]
    return table.reset_index(drop=True)
