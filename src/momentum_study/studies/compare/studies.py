"""Finished studies as they lie in the folder of results."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from momentum_study.analysis.comparison.problems import CELL_COLUMNS, Problem, problems
from momentum_study.core.errors import StudyError
from momentum_study.core.text import suggest
from momentum_study.studies.compare.configurations import Tree, check, filled
from momentum_study.studies.compare.names import RUNS_FILE, Name, check_finished
from momentum_study.studies.formats import recorded
from momentum_study.studies.record import PROVENANCE, no_record, read_provenance
from momentum_study.tables.files import read_table
from momentum_study.tables.keys import RUN_KEYS, target_columns
from momentum_study.tables.schemas.runs import RUNS

_COLUMNS = (
    *RUN_KEYS,
    *("alpha", "eta", "batch_size", "steps", "gradient_noise", "null_loss", "status"),
    *("train_loss_final", "validation_loss_best", "test_loss_at_best"),
)


@dataclass(frozen=True)
class FinishedStudy:
    """One side of a comparison.

    Attributes
    ----------
    name
        What it was asked for by.
    configuration
        Of the whole study, defaults written out.
    formats
        Versions of what its results mean.
    runs
        Those of the grids compared, with the columns that are.
    """

    name: Name
    configuration: Tree
    formats: dict[str, int]
    runs: pd.DataFrame

    @property
    def grids(self) -> list[str]:
        """Grids that are compared, in the order of the configuration."""
        return list(self.configuration["grids"]) if self.name.grid is None else [self.name.grid]

    @property
    def targets(self) -> list[str]:
        """Columns of targets, the easiest first."""
        return target_columns(self.runs.columns)

    def problems(self, grid: str) -> Iterator[Problem]:
        """Yield what a grid was trained on, with its cells.

        Raises
        ------
        StudyError
            If a cell has not all the replicates of its grid.
        """
        for problem in problems(self.runs[self.runs["grid"] == grid], {grid: grid}):
            missing = np.isnan(problem.columns["steps"])
            if missing.any():
                cell = problem.cells.iloc[int(missing.any(axis=1).argmax())]
                where = " ".join(f"{key}={cell[key]}" for key in CELL_COLUMNS[:4])
                raise StudyError(
                    f"{self.name}: {missing.sum()} runs of the grid {grid} are missing from "
                    f"{RUNS_FILE} (the first in {where}); run the workflow of this study again"
                )
            yield problem


def read_study(results: Path, name: Name) -> FinishedStudy:
    """Read a finished study.

    Parameters
    ----------
    results
        Folder of all results.
    name
        Of the study, and of the grid if one alone is compared.

    Raises
    ------
    StudyError
        If it is not there, not finished or damaged, or has no grid of that name.
    """
    folder = results / name.study
    check_finished(results, name)
    provenance = read_provenance(folder / PROVENANCE)
    try:
        check(provenance["study"])
        configuration = filled(provenance["study"])
        grids = dict(configuration["grids"])
        formats = recorded(provenance)
    except ValueError as error:
        raise no_record(folder / PROVENANCE, error) from None
    if name.grid is not None and name.grid not in grids:
        raise StudyError(f"{name}: {name.study} has no such grid; {suggest(name.grid, grids)}")
    runs = read_table(folder / RUNS_FILE, RUNS)
    chosen = runs[[*_COLUMNS, *target_columns(runs.columns)]]
    if name.grid is not None:
        chosen = chosen[chosen["grid"] == name.grid]
    return FinishedStudy(name, configuration, formats, chosen.reset_index(drop=True))
