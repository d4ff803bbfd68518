"""``sharpness``: follow the largest Hessian eigenvalue along the runs of a sweep."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np

from momentum_study.core.text import counted
from momentum_study.datasets.prepared import load_prepared
from momentum_study.runs.settings import SweepSettings
from momentum_study.runs.sharpness import followed_sharpness
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.sharpness import SHARPNESS


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    data: Annotated[Path, "prepared data set (.npz)"]
    output: Annotated[Path, "table to write (.csv)"]
    replicates: Annotated[int, "number of replicates to follow"]
    checkpoints: Annotated[int, "number of measurements per run"]
    settings: SweepSettings


def run(options: Options) -> None:
    """Train, measure and write the table."""
    prepared = load_prepared(options.data)
    followed = prepared.take(slice(np.count_nonzero(prepared.replicates < options.replicates)))
    table = followed_sharpness(options.settings, followed, options.checkpoints)
    write_table(table, options.output, SHARPNESS)
    print(f"{options.output}: {counted(table['lambda_max'].count(), 'eigenvalue')}")
