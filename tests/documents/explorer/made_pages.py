"""Pages of the explorer from small synthetic studies, written by the command."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from momentum_study.analysis.cells import cells_table
from momentum_study.analysis.curves import cell_curves_table
from momentum_study.cli.main import main
from momentum_study.statistics.intervals import USUAL_INTERVALS
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.cell_curves import CELL_CURVES
from momentum_study.tables.schemas.cells import CELLS
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.runs import RUNS
from tests.synthetic import synthetic_curves, synthetic_initial_sharpness, synthetic_runs

DESCRIPTION = "A made-up study."


@dataclass(frozen=True)
class MadePage:
    """A page and the tables it was made of."""

    path: Path
    cells: pd.DataFrame
    cell_curves: pd.DataFrame


def several_grids() -> list[pd.DataFrame]:
    """Runs, curves and λ_max of two grids; the second has two more rules and two schedules."""
    tables = []
    for table in (synthetic_runs(), synthetic_curves()):
        momentum = table[(table["rule"] == "momentum") & (table["batch"] == "full")]
        rates = [name for name in ("learning_rate", "alpha", "eta") if name in table]
        others = [
            momentum.assign(
                grid="others", rule=rule, schedule=schedule, **(momentum[rates] * factor)
            )
            # Rates so small that they are written with an exponent.
            for rule, factor in (("nesterov", 1e-4), ("adam", 1.0))
            for schedule in ("constant", "cosine")
        ]
        tables.append(pd.concat([table, *others], ignore_index=True))
    return [*tables, synthetic_initial_sharpness()]


def made_page(
    folder: Path, tables: Sequence[pd.DataFrame], description: str = DESCRIPTION
) -> MadePage:
    """Write the tables and the page."""
    runs, curves, initial = tables
    cells, cell_curves = (
        cells_table(runs, replace(USUAL_INTERVALS, resamples=50)),
        cell_curves_table(runs, curves),
    )
    write_table(runs, folder / "runs.parquet", RUNS)
    write_table(cells, folder / "cells.parquet", CELLS)
    write_table(cell_curves, folder / "cell_curves.parquet", CELL_CURVES)
    write_table(initial, folder / "initial_sharpness.csv", INITIAL_SHARPNESS)
    path = folder / "explorer.html"
    assert main(explorer_command(folder, path, description)) == 0
    read = read_table(folder / "cells.parquet", CELLS)
    return MadePage(path, read, cell_curves)


def explorer_command(folder: Path, output: Path, description: str = DESCRIPTION) -> list[str]:
    return [
        "explorer",
        f"--tables={folder}",
        f"--output={output}",
        "--study=made",
        f"--description={description}",
        '--families={"main": "main", "others": "main"}',
        "--confidence=0.95",
    ]
