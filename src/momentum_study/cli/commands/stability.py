"""``stability``: collect the followed eigenvalues and compare the stability limit with the runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.analysis.stability import RUN_COLUMNS, stability_table
from momentum_study.statistics.intervals import Intervals
from momentum_study.tables.files import joined_tables, read_table, write_table
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.schemas.sharpness import SHARPNESS
from momentum_study.tables.schemas.stability import STABILITY


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    runs: Annotated[Path, "table of runs"]
    initial: Annotated[Path, "table of initial sharpness"]
    followed: Annotated[tuple[Path, ...], "tables of followed eigenvalues, one per shard"]
    sharpness: Annotated[Path, "table of eigenvalues to write"]
    stability: Annotated[Path, "table of predictions to write"]
    intervals: Intervals


def run(options: Options) -> None:
    """Write both tables and print the accuracy of the predictions."""
    followed = [read_table(path, SHARPNESS) for path in options.followed]
    write_table(joined_tables(followed, SHARPNESS), options.sharpness, SHARPNESS)
    table = stability_table(
        read_table(options.runs, RUNS, RUN_COLUMNS),
        read_table(options.initial, INITIAL_SHARPNESS),
        options.intervals,
    )
    write_table(table, options.stability, STABILITY)
    diverged = table[table["outcome"] == "diverged"]
    for row in diverged.itertuples():
        print(
            f"{row.grid}, {row.dataset}, batch {row.batch}: correct in {row.accuracy:.1%} of "
            f"{row.n_runs} runs [{row.accuracy_low:.1%}, {row.accuracy_high:.1%}]"
        )
