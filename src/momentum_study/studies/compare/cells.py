"""Compared cells of two studies: effects and outcomes, and a summary of each problem."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from momentum_study.analysis.comparison.problems import Problem
from momentum_study.core.errors import StudyError
from momentum_study.core.text import counted
from momentum_study.statistics.estimates import FloatArray, bootstrap_interval, median, six_digits
from momentum_study.studies.compare.effects import OUTCOMES, adjusted, compared_costs, outcomes
from momentum_study.studies.compare.matching import NO_CELL, ProblemPair, matched_cells
from momentum_study.studies.compare.metrics import Settings, costs_of, floor_of
from momentum_study.studies.compare.schemas import BOTH, PROBLEM, SIDES
from momentum_study.tables.keys import best_first

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
        Their problems, as `matching.problem_pairs` yields them.
    settings
        How.

    Returns
    -------
    pandas.DataFrame
        A table of the schema `schemas.CELLS`, its rows in no particular order. p-values are
        adjusted over all matched cells of a metric.

    Raises
    ------
    StudyError
        If no cell is on both sides.
    """
    parts = [part for pair in pairs for part in _compared(pair, settings)]
    table = pd.concat(parts, ignore_index=True).astype(dict.fromkeys(_WHOLE, "Int64"))
    both = table["side"] == BOTH
    if not both.any():
        raise StudyError(
            "nothing can be compared, because no cell is on both sides: name grids that have a "
            "data set, network, batch size, rule, schedule, β and learning rate in common"
        )
    by_metric = table.groupby("metric", sort=False)["p_value"]
    table["p_adjusted"] = by_metric.transform(lambda p_values: adjusted(p_values.to_numpy()))
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
    """Return the values at some positions, NaN for `NO_CELL`."""
    found = np.full(len(places), np.nan)
    found[places != NO_CELL] = values[places[places != NO_CELL]]
    return found


def compared_runs(cells: pd.DataFrame) -> str:
    """Say which runs of a table of cells were compared: ``in the 3 replicates that both have``."""
    both = cells[cells["side"] == BOTH]
    texts = []
    for side in SIDES:
        fewest, most = both[f"{side}_n"].min(), both[f"{side}_n"].max()
        start = f"{fewest:,} to " if fewest < most else ""
        texts.append(start + counted(most, "replicate"))
    if both["paired"].all():
        return f"in the {texts[0]} that both have"
    return f"between {texts[0]} of the baseline and {texts[1]} of the candidate"


_BEST = ("beta", "learning_rate", "alpha", "value", "low", "high")


def summary_table(
    cells: pd.DataFrame, pairs: Sequence[ProblemPair], settings: Settings
) -> pd.DataFrame:
    """Summarise a comparison.

    Parameters
    ----------
    cells
        What was compared, as `cells.compared_cells` gives it.
    pairs
        The problems that it was compared on.
    settings
        As for `cells.compared_cells`. Intervals of medians are percentile bootstraps over
        replicates, from one stream for all rows, as in a study's own table of cells.

    Returns
    -------
    pandas.DataFrame
        A table of the schema `schemas.SUMMARY`.
    """
    keys = [*PROBLEM, "metric"]
    problems = _counts(cells, keys).merge(_best_cells(pairs, settings), on=keys, validate="1:1")
    with np.errstate(invalid="ignore"):
        problems["alpha_ratio"] = six_digits(
            problems["candidate_alpha"] / problems["baseline_alpha"]
        )
    for name in (f"{side}_{name}" for side in SIDES for name in ("value", "low", "high")):
        problems[name] = six_digits(problems[name])
    problems["beta_difference"] = six_digits(problems["candidate_beta"] - problems["baseline_beta"])
    everything = _counts(cells, ["metric"]).assign(**dict.fromkeys(PROBLEM, ""))
    return pd.concat([problems, everything], ignore_index=True)


def _counts(cells: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Count cells by outcome, and those of one side, a row for each combination of keys."""
    columns = {"n_cells": cells["side"] == BOTH}
    columns |= {f"n_{outcome}": cells["outcome"] == outcome for outcome in OUTCOMES}
    columns |= {f"n_only_{side}": cells["side"] == side for side in SIDES}
    flags = pd.concat([cells[keys], pd.DataFrame(columns)], axis="columns")
    counted: pd.DataFrame = flags.groupby(keys, sort=False).sum().reset_index()
    for outcome in OUTCOMES:
        shares = counted[f"n_{outcome}"] / counted["n_cells"].where(counted["n_cells"] > 0)
        counted[f"share_{outcome}"] = six_digits(shares)
    return counted


def _best_cells(pairs: Sequence[ProblemPair], settings: Settings) -> pd.DataFrame:
    """Best cell of each side, a row for each problem and metric."""
    keys = [*PROBLEM, "metric"]
    of_sides = [
        pd.DataFrame(
            [row for pair in pairs for row in _best_of(pair.keys, pair.sides[place], settings)],
            columns=[*keys, *_BEST],
        ).rename(columns={name: f"{side}_{name}" for name in _BEST})
        for place, side in enumerate(SIDES)
    ]
    both: pd.DataFrame = of_sides[0].merge(of_sides[1], on=keys, how="outer", validate="1:1")
    return both


def _best_of(
    keys: dict[str, str], problem: Problem, settings: Settings
) -> Iterator[dict[str, Any]]:
    """Yield the best cell of each rule, schedule and metric, with its median and interval."""
    groups = list(problem.cells.groupby(["rule", "schedule"], sort=True))
    for metric, costs in costs_of(problem, settings.metrics).items():
        costs = np.maximum(costs, floor_of(metric, settings.floor))
        medians = problem.cells.assign(median=median(costs))
        order = best_first(medians, "median")
        firsts = [order[order.isin(own.index)][0] for _, own in groups]
        generator = np.random.Generator(np.random.PCG64(settings.seed))
        low, high = bootstrap_interval(
            costs[firsts], median, settings.confidence, settings.resamples, generator
        )
        for place, ((rule, schedule), _) in enumerate(groups):
            cell = medians.loc[firsts[place]]
            row = {**keys, "rule": rule, "schedule": schedule, "metric": metric}
            if np.isfinite(cell["median"]):
                row |= {name: cell[name] for name in ("beta", "learning_rate", "alpha")}
                row |= {"value": cell["median"], "low": low[place], "high": high[place]}
            yield row
