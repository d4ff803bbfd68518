"""``cell_curves``: summarize the learning curves of each cell, of a study or of a part of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.analysis.curves import cell_curves_table, whole_cells
from momentum_study.cli.options import Scope
from momentum_study.tables.files import join_parts, read_large_table, read_table, write_large_table
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.part_rows import rows_of_cells
from momentum_study.tables.schemas.cell_curves import CELL_CURVES, CURVE_LOSSES
from momentum_study.tables.schemas.curves import CURVES
from momentum_study.tables.schemas.runs import RUNS


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    runs: Annotated[Path, "table of runs"]
    curves: Annotated[Path, "table of the runs' curves"]
    output: Annotated[Path, "table to write"]
    scope: Scope


def run(options: Options) -> None:
    """Read, summarize and write by row groups, as the curves are the largest table."""
    if options.scope.parts:
        join_parts(options.scope.parts, options.output, CELL_CURVES)
        return
    rows = rows_of_cells(options.scope)
    runs = read_table(options.runs, RUNS, [*RUN_KEYS, "null_loss"], rows)
    curves = read_large_table(options.curves, CURVES, [*RUN_KEYS, "step", *CURVE_LOSSES], rows)
    tables = (cell_curves_table(runs, cells) for cells in whole_cells(curves))
    write_large_table(tables, options.output, CELL_CURVES)
    print(f"{options.output}: written")
