"""``cells``: summarize the runs of each cell, of the whole study or of a part of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.analysis.cells import cells_table
from momentum_study.cli.options import Scope
from momentum_study.core.text import counted
from momentum_study.statistics.intervals import Intervals
from momentum_study.tables.files import join_parts, read_table, write_table
from momentum_study.tables.part_rows import rows_of_cells
from momentum_study.tables.schemas.cells import CELLS
from momentum_study.tables.schemas.runs import RUNS


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    runs: Annotated[Path, "table of runs"]
    output: Annotated[Path, "table to write"]
    intervals: Intervals
    scope: Scope


def run(options: Options) -> None:
    """Summarize the runs, or join the tables of parts, and write the table."""
    if options.scope.parts:
        join_parts(options.scope.parts, options.output, CELLS)
        return
    runs = read_table(options.runs, RUNS, rows=rows_of_cells(options.scope))
    cells = cells_table(runs, options.intervals)
    write_table(cells, options.output, CELLS)
    print(f"{options.output}: {counted(len(cells), 'cell')}")
