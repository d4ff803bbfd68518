"""Problems on which update rules are compared, with the results of every cell as arrays.

A *problem* is a data set, a network, a batch size and a level of injected noise, within a family of
grids with the same budget for every run. All runs of a replicate on a problem have the same initial
weights and the same minibatches, even if they are from different grids.
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
    """A problem and all runs on it.

    Attributes
    ----------
    keys
        Its `PROBLEM_KEYS` and ``batch_size``.
    cells
        A row per cell, with `CELL_COLUMNS`, sorted by rule, schedule, α and β.
    replicates
        ``(R,)`` numbers of the replicates.
    columns
        Name of a column of runs → ``(cells, R)``, NaN for missing runs.
    completed
        ``(cells, R)``: runs that are present and did not diverge.
    """

    keys: dict[str, Any]
    cells: pd.DataFrame
    replicates: NDArray[np.int64]
    columns: dict[str, FloatArray]
    completed: Mask

    @cached_property
    def cell_columns(self) -> dict[str, NDArray[Any]]:
        """The columns of ``cells`` as arrays, which are faster to index."""
        return {name: self.cells[name].to_numpy() for name in CELL_COLUMNS}

    @property
    def steps(self) -> int:
        """Budget of every run, in updates."""
        return int(np.nanmax(self.columns["steps"]))

    def fold(self, name: str) -> Mask:
        """Return which replicates ``(R,)`` are in the fold ``even`` or ``odd``."""
        mask: Mask = self.replicates % 2 == (1 if name == "odd" else 0)
        return mask


def problems(runs: pd.DataFrame, families: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the problems of a study in the order of their keys.

    Parameters
    ----------
    runs
        A table of the schema `RUNS`, or its required columns.
    families
        Grid → its family, as returned by `momentum_study.runs.design.families`. A cell that is in
        several grids of a family is the same in all. It is taken from the first grid by name.
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
