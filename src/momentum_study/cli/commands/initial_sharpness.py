"""``initial_sharpness``: measure the largest Hessian eigenvalue at the start of runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from momentum_study.cli.option_types import UsedKernels
from momentum_study.core.text import counted
from momentum_study.datasets.prepared import load_prepared
from momentum_study.runs.settings import StartSettings
from momentum_study.runs.sharpness import initial_sharpness
from momentum_study.tables.files import joined_tables, write_table
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    starts: Annotated[
        list[dict[str, Any]],
        "starting points as a JSON list: path of `data` and the fields of StartSettings",
    ]
    output: Annotated[Path, "table to write (.csv)"]
    kernels: UsedKernels = "portable"


def run(options: Options) -> None:
    """Measure each starting point and write the table."""
    tables = []
    for start in options.starts:
        data = load_prepared(Path(start.pop("data")))
        settings = StartSettings(**{**start, "hidden": tuple(start["hidden"])})
        tables.append(initial_sharpness(settings, data))
    table = joined_tables(tables, INITIAL_SHARPNESS)
    write_table(table, options.output, INITIAL_SHARPNESS)
    print(f"{options.output}: {counted(len(table), 'starting point')}")
