"""``validation``: compare the code with numbers that others published."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pandas as pd

from momentum_study.experiments.references.findings import needed_runs
from momentum_study.experiments.references.table import validation_table
from momentum_study.tables.files import read_large_table, write_table
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.schemas.validation import VALIDATION


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    runs: Annotated[Path, "table of runs, for findings of the literature"]
    epochs: Annotated[int, "maximum number of epochs"]
    confidence: Annotated[float, "level of intervals"]
    output: Annotated[Path, "table to write (.csv)"]


def run(options: Options) -> None:
    """Write the table and print the rows that do not hold and what could not be decided."""
    runs = pd.concat(map(needed_runs, read_large_table(options.runs, RUNS)), ignore_index=True)
    table, reasons = validation_table(runs, options.epochs, options.confidence)
    write_table(table, options.output, VALIDATION)
    print(f"{options.output}: {table['holds'].sum()} of {len(table)} rows hold")
    if not table["holds"].all():
        print(table[~table["holds"]].to_string(index=False))
    for reason in reasons:
        print(f"left out: {reason}")
