"""Problems: what update rules are compared on, with every cell's costs as arrays.

A *problem* is a data set, a network, a batch size and a level of injected noise, within a family of
grids that give every run the same budget. On a problem all runs of a replicate start at the same
weights and see the same minibatches, whatever grid they come from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from momentum_study.statistics.estimates import FloatArray
from momentum_study.tables.keys import PROBLEM_KEYS

CELL_COLUMNS = ["rule", "schedule", "beta", "learning_rate", "alpha", "eta"]

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Problem:
    """A problem and all that was trained on it.

    Attributes
    ----------
    keys
        Its `PROBLEM_KEYS` and ``batch_size``.
    cells
        A row per cell, with `CELL_COLUMNS`, by rule, schedule, α and β.
    replicates
        ``(R,)`` numbers of the replicates.
    columns
        Name of a column of runs → ``(cells, R)``, NaN where a run is not there.
    completed
        ``(cells, R)``: there, and not diverged.
    """

    keys: dict[str, Any]
    cells: pd.DataFrame
    replicates: NDArray[np.int64]
    columns: dict[str, FloatArray]
    completed: Mask

    @cached_property
    def cell_columns(self) -> dict[str, NDArray[Any]]:
        """The columns of ``cells`` as arrays, which are quicker to pick from."""
        return {name: self.cells[name].to_numpy() for name in CELL_COLUMNS}

    @property
    def steps(self) -> int:
        """Budget of every run, in updates."""
        return int(np.nanmax(self.columns["steps"]))

    def fold(self, name: str) -> Mask:
        """Return which replicates ``(R,)`` belong to the fold ``even`` or ``odd``."""
        mask: Mask = self.replicates % 2 == (1 if name == "odd" else 0)
        return mask


def problems(runs: pd.DataFrame, families: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the problems of a study in the order of their keys.

    Parameters
    ----------
    runs
        A table of the schema `RUNS`, or those of its columns that matter.
    families
        Grid → its family, as `momentum_study.runs.design.families` gives them. A cell that several
        grids of a family have is taken from the first in the order of their names: it is the same.
    """
    named = runs.assign(family=runs["grid"].map(families)).sort_values("grid", kind="stable")
    named = named.drop_duplicates([*PROBLEM_KEYS, *CELL_COLUMNS, "replicate"])
    for key, group in named.groupby(list(PROBLEM_KEYS), sort=True):
        yield _problem(dict(zip(PROBLEM_KEYS, key, strict=True)), group)


def _problem(keys: dict[str, Any], runs: pd.DataFrame) -> Problem:
    ordered = runs.sort_values(["rule", "schedule", "alpha", "beta"], kind="stable")
    cell = ordered.groupby(CELL_COLUMNS, sort=False).ngroup().to_numpy()
    replicates, place = np.unique(ordered["replicate"].to_numpy(), return_inverse=True)
    shape = (int(cell.max()) + 1, len(replicates))
    columns = {}
    numeric = ordered.select_dtypes("number").columns.difference([*CELL_COLUMNS, "replicate"])
    for name in numeric:
        columns[name] = np.full(shape, np.nan)
        columns[name][cell, place] = ordered[name].to_numpy("float64", na_value=np.nan)
    completed = np.zeros(shape, dtype=bool)
    completed[cell, place] = (ordered["status"] == "completed").to_numpy()
    cells = ordered[CELL_COLUMNS].drop_duplicates().reset_index(drop=True)
    keys = {**keys, "batch_size": int(ordered["batch_size"].median())}
    return Problem(keys, cells, replicates, columns, completed)
