"""Problems of two studies side by side."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from momentum_study.analysis.comparison.problems import Problem
from momentum_study.studies.compare.matching import grid_pairs
from momentum_study.studies.compare.studies import FinishedStudy


@dataclass(frozen=True)
class ProblemPair:
    """A data set, network and batch size, and what each side trained on it.

    Attributes
    ----------
    keys
        Names of both grids, empty for none; data set, network and batch size.
    baseline, candidate
        Without cells where that side has nothing.
    """

    keys: dict[str, str]
    baseline: Problem
    candidate: Problem

    @property
    def sides(self) -> tuple[Problem, Problem]:
        """Both."""
        return self.baseline, self.candidate


def problem_pairs(
    baseline: FinishedStudy, candidate: FinishedStudy, *, paired: bool
) -> Iterator[ProblemPair]:
    """Yield the problems of two studies, those of one name together.

    Parameters
    ----------
    baseline, candidate
        Studies that may be compared (`comparability.refuse_incomparable`).
    paired
        Whether their runs are paired; they are then cut down to the replicates that both have.
    """
    for grids in grid_pairs(baseline.grids, candidate.grids):
        found = [
            {_place(problem): problem for problem in side.problems(grid)} if grid else {}
            for side, grid in zip((baseline, candidate), grids, strict=True)
        ]
        for place in sorted(found[0].keys() | found[1].keys()):
            names = dict(zip(("dataset", "network", "batch"), place, strict=True))
            keys = {"baseline_grid": grids[0] or "", "candidate_grid": grids[1] or "", **names}
            first, second = (problems.get(place) for problems in found)
            if first is not None and second is not None:
                common = np.intersect1d(first.replicates, second.replicates)
                if paired:
                    first, second = (_on_replicates(one, common) for one in (first, second))
                yield ProblemPair(keys, first, second)
            elif first is not None:
                yield ProblemPair(keys, first, _without_cells(first))
            elif second is not None:
                yield ProblemPair(keys, _without_cells(second), second)


def _place(problem: Problem) -> tuple[str, ...]:
    return tuple(problem.keys[name] for name in ("dataset", "network", "batch"))


def _without_cells(problem: Problem) -> Problem:
    return replace(
        problem,
        cells=problem.cells.iloc[:0],
        columns={name: values[:0] for name, values in problem.columns.items()},
        completed=problem.completed[:0],
    )


def _on_replicates(problem: Problem, replicates: NDArray[np.int64]) -> Problem:
    chosen = np.isin(problem.replicates, replicates)
    return replace(
        problem,
        replicates=replicates,
        columns={name: values[:, chosen] for name, values in problem.columns.items()},
        completed=problem.completed[:, chosen],
    )
