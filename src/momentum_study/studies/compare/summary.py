"""What a comparison says of each problem: the best cells of both sides, and counts of outcomes."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.analysis.comparison.problems import Problem
from momentum_study.statistics.estimates import bootstrap_interval, median, six_digits
from momentum_study.studies.compare.effects import OUTCOMES
from momentum_study.studies.compare.metrics import costs_of, floor_of
from momentum_study.studies.compare.pairing import ProblemPair
from momentum_study.studies.compare.schemas import BOTH, PROBLEM, SIDES
from momentum_study.studies.compare.settings import Settings

_BEST = ("beta", "learning_rate", "alpha", "value", "low", "high")


def summary_table(
    cells: pd.DataFrame, pairs: Sequence[ProblemPair], settings: Settings
) -> pd.DataFrame:
    """Sum up a comparison.

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
        order = medians.sort_values(["median", "alpha", "beta"], kind="stable").index
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
