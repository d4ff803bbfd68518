"""Which grids of two studies belong together, and which of their cells."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from momentum_study.statistics.estimates import FloatArray
from momentum_study.studies.compare.request import Match

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
