"""``theory``: compare the update rules with closed forms on quadratics."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.theory import THEORY
from momentum_study.theory.table import theory_table


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    draws: Annotated[int, "number of chains behind each simulated variance"]
    seed: Annotated[int, "seed of the noise"]
    output: Annotated[Path, "table to write (.csv)"]


def run(options: Options) -> None:
    """Write the table and print the rows that do not hold."""
    table = theory_table(options.draws, options.seed)
    write_table(table, options.output, THEORY)
    print(f"{options.output}: {table['holds'].sum()} of {len(table)} rows hold")
    if not table["holds"].all():
        print(table[~table["holds"]].to_string(index=False))
        print("One simulated row in 370 fails by chance.")
