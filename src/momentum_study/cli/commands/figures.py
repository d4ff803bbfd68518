"""``figures``: draw figures from the tables, one after the other.

Imports and reading tables take as long as drawing a figure, so that several share one process.
"""

import importlib
import inspect
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pandas as pd

from momentum_study.figures.files import save_drawing, save_picture
from momentum_study.figures.style import METRIC, apply_style
from momentum_study.tables.files import joined_tables, read_large_table, read_table
from momentum_study.tables.keys import CELL_KEYS
from momentum_study.tables.schema import load_table

_CELL = ("batch_size", "steps", "alpha", "eta", "n_runs", "n_diverged")
_LOSS = (f"{METRIC}_median", f"{METRIC}_median_low", f"{METRIC}_median_high")
_CURVE = ("step", "train_loss_q25", "train_loss_median", "train_loss_q75")
COLUMNS = {
    "cells.parquet": (*CELL_KEYS, *_CELL, *_LOSS),
    "runs.parquet": ("grid", "batch", "dataset", "null_loss"),
    "cell_curves.parquet": (*CELL_KEYS, *_CURVE),
}
"""Only the columns of large tables that figures use are read, and only the rows of one figure are
kept."""


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    figures: Annotated[
        list[dict[str, str | None]],
        "figures to draw, as JSON: each with its path without suffix, its kind (module), grid and "
        "batch size or null, alternative text (alt) and what to look for (see)",
    ]
    confidence: Annotated[float, "level of the intervals"]
    tables: Annotated[Path, "folder of the tables"]
    output: Annotated[Path, "folder to write the figures to (.svg, .png, .json)"]


def run(options: Options) -> None:
    """Draw each figure from the rows of its grid and batch size, and write its files.

    Raises
    ------
    ExceptionGroup
        If figures failed: the errors, each with the path of the figure as a note. The others are
        written.
    """
    apply_style()
    tables = _Tables(options.tables)
    errors = []
    for figure in options.figures:
        try:
            _draw(figure, tables, options)
        except Exception as error:
            error.add_note(str(figure["path"]))
            errors.append(error)
        else:
            print(figure["path"])
    if errors:
        count = len(options.figures)
        raise ExceptionGroup(
            f"{len(errors)} of the {count} figures of this job failed; all are drawn again with "
            "the next run:",
            errors,
        )


def _draw(figure: dict[str, str | None], tables: "_Tables", options: Options) -> None:
    module = importlib.import_module(f"momentum_study.figures.{figure['kind']}")
    names = inspect.signature(module.draw).parameters
    sheet = module.draw(
        **{
            name: options.confidence if name == "confidence" else tables.rows(name, figure)
            for name in names
        }
    )
    if sheet.notes:  # otherwise there is nothing to draw
        sheet.notes.append(f"Check {figure['see']}")
    path = str(options.output / str(figure["path"]))
    save_picture(sheet, Path(f"{path}.png"))
    save_drawing(sheet, Path(f"{path}.svg"), Path(f"{path}.json"), str(figure["alt"]))


class _Tables:
    """The tables of a study, each read once, apart from those of `COLUMNS`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, pd.DataFrame] = {}

    def rows(self, name: str, figure: dict[str, str | None]) -> pd.DataFrame:
        """Return rows of a table, of the grid and batch of a figure if it has these columns."""
        schema = load_table(name)
        path = self._folder / schema.file
        if schema.file in COLUMNS:
            parts = read_large_table(path, schema, COLUMNS[schema.file])
            return joined_tables([_rows_of(part, figure) for part in parts], schema)
        if name not in self._read:
            self._read[name] = read_table(path, schema)
        return _rows_of(self._read[name], figure).reset_index(drop=True)


def _rows_of(table: pd.DataFrame, figure: dict[str, str | None]) -> pd.DataFrame:
    for key in ("grid", "batch"):
        if figure[key] is not None and key in table:
            table = table[table[key] == figure[key]]
    return table
