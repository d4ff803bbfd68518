"""Finished studies in the results folder, with their recorded configurations.

A recorded configuration is checked for damage only: a data file may have moved since, or a rule
file may be missing. Keys that an older study does not have get the default values.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import ValidationError

from momentum_study.analysis.comparison.problems import CELL_COLUMNS, Problem, problems
from momentum_study.config.difference import Tree, with_defaults
from momentum_study.config.study import Study
from momentum_study.core.errors import StudyError
from momentum_study.core.text import plain, suggest
from momentum_study.studies.compare.request import Name, check_finished
from momentum_study.studies.formats import recorded
from momentum_study.studies.record import PROVENANCE, RUNS_FILE, no_record, read_provenance
from momentum_study.tables.files import read_table
from momentum_study.tables.keys import RUN_KEYS, target_columns
from momentum_study.tables.schemas.runs import RUNS

DEFAULT_LOSSES = ("cross_entropy", "mse")
"""Losses of classifications and regressions if the configuration names none."""


# Errors that are no damage: values that this version does not know.
_NO_DAMAGE = ("value_error", "extra_forbidden")


def check(tree: Tree) -> None:
    """Refuse a recorded configuration with values of wrong types.

    Raises
    ------
    ValueError
        If a value is of a wrong type; it names the key.
    """
    try:
        # Without rule files, because loading them would run their code.
        Study.model_validate_json(json.dumps({**tree, "rule_files": []}))
    except ValidationError as error:
        for item in error.errors(include_url=False):
            if item["type"] not in _NO_DAMAGE:
                key = ".".join(map(str, item["loc"]))
                raise ValueError(f"{key}: {item['msg']}") from None
    for kind in ("datasets", "networks", "grids"):
        for name in tree[kind]:
            plain(name)
    for name, grid in tree["grids"].items():
        for kind in ("datasets", "networks"):
            if unknown := [one for one in grid[kind] if one not in tree[kind]]:
                raise ValueError(f"grids.{name}.{kind}: there is no {unknown[0]!r} under {kind}")


def loss_of(grid: Tree) -> str:
    """Return the loss of a grid, or ``default`` for the default of its data."""
    loss = grid["loss"]
    return "default" if loss is None or loss in DEFAULT_LOSSES else str(loss)


def rates_of(grid: Tree, rule: str) -> list[float]:
    """Return the learning rates of a rule, ascending."""
    return sorted(grid["rules"][rule]["learning_rates"] or grid["learning_rates"])


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
        Its name in the request.
    configuration
        Configuration of the whole study, with defaults.
    formats
        Versions of the formats of its results.
    runs
        Runs of the compared grids, with the compared columns.
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
        """Yield the problems of a grid, with its cells.

        Raises
        ------
        StudyError
            If a cell lacks replicates of its grid.
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
        Name of the study, and of the grid if only one is compared.

    Raises
    ------
    StudyError
        If it is missing, unfinished or damaged, or has no grid of that name.
    """
    folder = results / name.study
    check_finished(results, name)
    provenance = read_provenance(folder / PROVENANCE)
    try:
        check(provenance["study"])
        configuration = with_defaults(provenance["study"])
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
