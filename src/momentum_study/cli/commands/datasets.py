"""``datasets``: describe the data sets as prepared."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.datasets.description import described
from momentum_study.datasets.prepared import load_prepared
from momentum_study.tables.files import joined_tables, write_table
from momentum_study.tables.schemas.datasets import DATASETS


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    data: Annotated[tuple[Path, ...], "prepared data sets (.npz)"]
    output: Annotated[Path, "table to write (.csv)"]


def run(options: Options) -> None:
    """Describe each data set and write the table."""
    rows = [described(load_prepared(path)) for path in options.data]
    write_table(joined_tables(rows, DATASETS), options.output, DATASETS)
