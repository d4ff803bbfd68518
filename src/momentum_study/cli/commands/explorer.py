"""``explorer``: write the page that shows cells and learning curves."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.core.atomic import replacing
from momentum_study.core.text import counted
from momentum_study.documents.explorer.data import About, explorer_content
from momentum_study.documents.explorer.page import explorer_page
from momentum_study.tables.files import read_large_table, read_table
from momentum_study.tables.schemas.cell_curves import CELL_CURVES
from momentum_study.tables.schemas.cells import CELLS
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.runs import RUNS


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    tables: Annotated[Path, "folder of the tables"]
    output: Annotated[Path, "page to write"]
    about: About


def run(options: Options) -> None:
    """Write the page."""
    cells = read_table(options.tables / "cells.parquet", CELLS)
    runs = read_table(options.tables / "runs.parquet", RUNS, ["grid", "dataset", "null_loss"])
    initial = read_table(options.tables / "initial_sharpness.csv", INITIAL_SHARPNESS)
    cell_curves = read_large_table(options.tables / "cell_curves.parquet", CELL_CURVES)
    content = explorer_content(options.about, cells, runs, initial, cell_curves)
    page = explorer_page(options.about, len(runs), len(cells), content)
    with replacing(options.output) as file:
        file.write(page.encode())
    print(f"{options.output}: {counted(len(cells), 'cell')}")
