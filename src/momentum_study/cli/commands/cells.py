"""``cells``: summarize the runs of each cell."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.analysis.cells import cells_table
from momentum_study.core.text import counted
from momentum_study.statistics.intervals import Intervals
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.cells import CELLS
from momentum_study.tables.schemas.runs import RUNS


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    runs: Annotated[Path, "table of runs"]
    output: Annotated[Path, "table to write"]
    intervals: Intervals


def run(options: Options) -> None:
    """Summarize the runs and write the table."""
    runs = read_table(options.runs, RUNS)
    cells = cells_table(runs, options.intervals)
    write_table(cells, options.output, CELLS)
    print(f"{options.output}: {counted(len(cells), 'cell')}")
