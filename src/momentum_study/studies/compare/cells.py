"""Cells of two studies side by side: every metric of every cell, with effect and outcome."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from momentum_study.statistics.estimates import FloatArray, median, six_digits
from momentum_study.studies.compare.effects import adjusted, compared_costs, outcomes
from momentum_study.studies.compare.matching import NO_CELL, matched_cells
from momentum_study.studies.compare.metrics import costs_of, floor_of
from momentum_study.studies.compare.pairing import ProblemPair
from momentum_study.studies.compare.schemas import BOTH, SIDES
from momentum_study.studies.compare.settings import Settings

_WHOLE = [f"{side}_{name}" for side in SIDES for name in ("n", "failures")] + ["n_pairs"]
_ESTIMATES = [
    *(f"{side}_{name}" for side in SIDES for name in ("divergence_rate", "median")),
    *("effect", "low", "high", "p_value", "p_adjusted"),
]


def compared_cells(pairs: Sequence[ProblemPair], settings: Settings) -> pd.DataFrame:
    """Compare all cells of two studies.

    Parameters
    ----------
    pairs
        Their problems, as `pairing.problem_pairs` yields them.
    settings
        How.

    Returns
    -------
    pandas.DataFrame
        A table of the schema `schemas.CELLS`, its rows in no particular order. p-values are
        adjusted over all matched cells of a metric.
    """
    parts = [part for pair in pairs for part in _compared(pair, settings)]
    table = pd.concat(parts, ignore_index=True).astype(dict.fromkeys(_WHOLE, "Int64"))
    by_metric = table.groupby("metric", sort=False)["p_value"]
    table["p_adjusted"] = by_metric.transform(lambda p_values: adjusted(p_values.to_numpy()))
    both = table["side"] == BOTH
    found = outcomes(
        table["effect"].to_numpy(),
        table["p_adjusted"].to_numpy(),
        table.pop("same").eq(True).to_numpy(),  # missing where one side alone has the cell
        settings.level,
    )
    table["outcome"] = np.where(both, found, "")
    table["kind"] = table["kind"].where(both, "").astype("str")
    for name in _ESTIMATES:
        table[name] = six_digits(table[name])
    return table


def _compared(pair: ProblemPair, settings: Settings) -> Iterator[pd.DataFrame]:
    """Yield the cells of one pair of problems, a table for each metric."""
    matched = matched_cells(pair.baseline.cells, pair.candidate.cells, settings.match)
    places = [matched[side].to_numpy() for side in SIDES]
    there = [place != NO_CELL for place in places]
    both = there[0] & there[1]
    facts = matched[["rule", "schedule", "beta", "matched_by"]].assign(
        **pair.keys,
        side=np.select([both, there[0]], [BOTH, SIDES[0]], SIDES[1]),
        paired=settings.paired & both,
    )
    for side, problem, place in zip(SIDES, pair.sides, places, strict=True):
        for name in ("learning_rate", "alpha"):
            facts[f"{side}_{name}"] = _at(place, problem.cells[name].to_numpy())
        facts[f"{side}_divergence_rate"] = _at(place, 1 - problem.completed.mean(axis=1))
    all_costs = [costs_of(problem, settings.metrics) for problem in pair.sides]
    for metric in settings.metrics:
        floor = floor_of(metric, settings.floor)
        costs = [by_metric[metric] for by_metric in all_costs]
        columns: dict[str, Any] = {"metric": metric}
        for side, cost, place in zip(SIDES, costs, places, strict=True):
            columns[f"{side}_n"] = _at(place, np.full(len(cost), cost.shape[1]))
            columns[f"{side}_failures"] = _at(place, np.isinf(cost).sum(axis=1))
            columns[f"{side}_median"] = _at(place, median(np.maximum(cost, floor)))
        found = compared_costs(
            costs[0][places[0][both]],
            costs[1][places[1][both]],
            floor,
            settings.confidence,
            paired=settings.paired,
        )
        compared = pd.DataFrame(vars(found), index=facts.index[both])
        yield facts.assign(**columns).join(compared)


def _at(places: NDArray[np.intp], values: NDArray[Any]) -> FloatArray:
    """Return values at some places, NaN for `NO_CELL`."""
    found = np.full(len(places), np.nan)
    found[places != NO_CELL] = values[places[places != NO_CELL]]
    return found
