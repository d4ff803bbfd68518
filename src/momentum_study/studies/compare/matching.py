"""Which grids, problems and cells of two studies belong together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from momentum_study.analysis.comparison.problems import Problem
from momentum_study.statistics.estimates import FloatArray
from momentum_study.studies.compare.request import Match
from momentum_study.studies.compare.studies import FinishedStudy

SAME_RATE = 1e-9
"""Largest relative difference of learning rates that are the same."""

NO_CELL = -1

GROUP = ["rule", "schedule", "beta"]


def grid_pairs(
    baseline: Sequence[str], candidate: Sequence[str]
) -> list[tuple[str | None, str | None]]:
    """Pair the grids of two studies: by name, or the only one with the only one.

    Parameters
    ----------
    baseline, candidate
        Names of grids, in order.

    Returns
    -------
    list
        Pairs in the order of the baseline, then the candidate's other grids; None for no partner.
    """
    if len(baseline) == len(candidate) == 1:
        return [(baseline[0], candidate[0])]
    return [
        *((name, name if name in candidate else None) for name in baseline),
        *((None, name) for name in candidate if name not in baseline),
    ]


def common_grids(baseline: Sequence[str], candidate: Sequence[str]) -> list[tuple[str, str]]:
    """Return the pairs of `grid_pairs` that have both partners."""
    pairs = grid_pairs(baseline, candidate)
    return [(one, two) for one, two in pairs if one is not None and two is not None]


def matched_cells(baseline: pd.DataFrame, candidate: pd.DataFrame, match: Match) -> pd.DataFrame:
    """Match the cells of two grids on one data set, network and batch size.

    Cells of one rule, schedule and β form a group. In a group learning rates match by their value.
    If it has no value on both sides, but as many on each, they match by position: the smallest with
    the smallest, and so on.

    Parameters
    ----------
    baseline, candidate
        ``(b,)`` and ``(c,)`` cells, with the columns `GROUP` and ``learning_rate``.
    match
        ``auto`` as above; ``value`` or ``position`` for that way alone. By position the rates of
        groups that are not as long as each other do not match at all.

    Returns
    -------
    pandas.DataFrame
        A row for each cell or pair of cells: the columns `GROUP`; ``baseline`` and ``candidate``,
        their positions, `NO_CELL` where there is none; ``matched_by``, ``value``, ``position`` or
        empty.
    """
    groups = [dict(list(cells.groupby(GROUP, sort=True))) for cells in (baseline, candidate)]
    nothing = baseline.iloc[:0]
    rows = [
        (*key, *row)
        for key in sorted(groups[0].keys() | groups[1].keys())
        for row in _matched(groups[0].get(key, nothing), groups[1].get(key, nothing), match)
    ]
    return pd.DataFrame(rows, columns=[*GROUP, "baseline", "candidate", "matched_by"])


def _matched(
    baseline: pd.DataFrame, candidate: pd.DataFrame, match: Match
) -> Iterator[tuple[int, int, str]]:
    """Match the cells of one group: their positions, and how."""
    sides = [cells.sort_values("learning_rate", kind="stable") for cells in (baseline, candidate)]
    places = [side.index.to_list() for side in sides]
    rates = [side["learning_rate"].to_numpy() for side in sides]
    pairs = _same_values(*rates)
    how = "value"
    if match == "position" or (match == "auto" and not pairs):
        as_many = len(rates[0]) == len(rates[1])
        pairs = {place: place for place in range(len(rates[0]))} if as_many else {}
        how = "position"
    for first, second in pairs.items():
        yield places[0][first], places[1][second], how
    for first in range(len(rates[0])):
        if first not in pairs:
            yield places[0][first], NO_CELL, ""
    for second in set(range(len(rates[1]))) - set(pairs.values()):
        yield NO_CELL, places[1][second], ""


def _same_values(baseline: FloatArray, candidate: FloatArray) -> dict[int, int]:
    """Positions of rates on both sides, of ascending rates without repetition."""
    same = np.isclose(baseline[:, np.newaxis], candidate, rtol=SAME_RATE, atol=0)
    # Where rates lie even closer to each other, each is matched once at most.
    once = same & (same.cumsum(axis=0) == 1) & (same.cumsum(axis=1) == 1)
    return {int(first): int(second) for first, second in np.argwhere(once)}


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
