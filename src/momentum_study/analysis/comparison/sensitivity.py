"""Sensitivity to β and α: near-best shares, widths of basins, and the best α by β."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.analysis.comparison.basins import Scores, basin_width, scaling_exponent
from momentum_study.analysis.comparison.criteria import (
    SPEED,
    TEST_LOSS,
    Costs,
    all_costs,
    targets_of,
)
from momentum_study.analysis.comparison.problems import Problem
from momentum_study.analysis.comparison.targets import hardest_target
from momentum_study.core.seeds import generator
from momentum_study.statistics.estimates import FloatArray, order_statistics
from momentum_study.statistics.intervals import USUAL_INTERVALS, Intervals
from momentum_study.tables.arms import CONSTANT
from momentum_study.tables.files import joined_tables
from momentum_study.tables.keys import PROBLEM_KEYS
from momentum_study.tables.schemas.sensitivity import SENSITIVITY


def start_curvature(initial: pd.DataFrame, problem: Problem) -> float:
    """Return the median over replicates of λ_max at the start; NaN if it was not measured.

    Parameters
    ----------
    initial
        A table of the schema `INITIAL_SHARPNESS`.
    problem
        The problem. The grid with the name of its family is used; without it, the first grid by
        name with this data set and network.
    """
    keys = problem.keys
    own = initial[(initial["dataset"] == keys["dataset"]) & (initial["network"] == keys["network"])]
    if own.empty:
        return np.nan
    of_family = (own["grid"] == keys["family"]).any()
    grid = keys["family"] if of_family else own["grid"].min()
    return float(own.loc[own["grid"] == grid, "lambda_max"].median())


def sensitivity_table(
    problems: Iterable[Problem],
    initial: pd.DataFrame,
    floor: float,
    margin: float,
    intervals: Intervals = USUAL_INTERVALS,
) -> pd.DataFrame:
    """Compute for every rule and β which share of the grid is nearly as good as the best.

    The criteria are speed and validation loss (``test_loss``). All replicates are used, because the
    table describes the grid and evaluates no chosen cell. The learning rate is constant. Speed is
    the expected running time to the hardest target that plain gradient descent reaches in every
    replicate.

    Parameters
    ----------
    problems
        The problems of the study.
    initial
        λ_max at the start, of the schema `INITIAL_SHARPNESS`.
    floor
        Smallest relative loss.
    margin
        A cell is near the best if its score exceeds the best by at most this share.
    intervals
        Settings of the bootstrap over replicates, which repeats all choices in each resample.

    Returns
    -------
    DataFrame
        Of the schema `SENSITIVITY`. Near-best shares are shares of the grid of rates at this β,
        relative to the best cell of the rule at any β. Widths are relative to the best cell at this
        β, as in `basin_width`. A rule with several β also has a row for all of them, with missing
        β: the near-best share of the whole grid, the best cell, the width at its β, and the
        `scaling_exponent`. Intervals of α and of the exponent leave out resamples in which all
        cells failed.
    """
    parts = []
    for problem in problems:
        costs = all_costs(problem, targets_of(problem), floor)
        criteria = {TEST_LOSS: costs[TEST_LOSS]}
        every = np.ones(len(problem.replicates), dtype=bool)
        if targets_of(problem):
            criteria[SPEED] = costs[hardest_target(problem, costs, every)]
        names = [str(problem.keys[name]) for name in PROBLEM_KEYS]
        uniform = generator(intervals.seed, "sensitivity", *names).random(
            (intervals.resamples, len(every))
        )
        rows = [
            {
                **{name: problem.keys[name] for name in PROBLEM_KEYS},
                "criterion": criterion,
                **row,
            }
            for criterion, own in criteria.items()
            for row in _rows(problem, own, uniform, margin, intervals.confidence)
        ]
        if rows:
            table = pd.DataFrame(rows)
            table["best_alpha_lambda_max"] = table["best_alpha"] * start_curvature(initial, problem)
            parts.append(table)
    return joined_tables(parts, SENSITIVITY)


def _rows(
    problem: Problem, costs: Costs, uniform: FloatArray, margin: float, confidence: float
) -> Iterator[dict[str, Any]]:
    """Yield the rows of every rule, one for each β and, if there are several, one for all."""
    constant = problem.cells[problem.cells["schedule"] == CONSTANT]
    for rule, cells in constant.sort_values(["alpha", "beta"]).groupby("rule", sort=True):
        selection = costs.selection[cells.index]
        selection = selection[:, ~np.isnan(selection).any(axis=0)]
        count = selection.shape[1]
        if count == 0:
            continue
        drawn = (uniform[:, :count] * count).astype(np.intp)
        scores = Scores(
            cells["beta"].to_numpy(),
            cells["alpha"].to_numpy(),
            Costs(selection, selection, costs.budget).score(np.vstack([np.arange(count), drawn])),
        )
        betas = np.unique(scores.beta)
        best_alphas = []
        for beta in betas:
            own = scores.at(beta)
            best_alphas.append(own.best_alpha)
            yield {
                "rule": rule,
                "beta": beta,
                **_counts(selection[scores.beta == beta], own),
                **_basin(own, scores.smallest, margin, confidence),
                **_estimate("scaling_exponent", np.full(1, np.nan), confidence),
            }
        if len(betas) > 1:
            slopes = scaling_exponent(betas, np.column_stack(best_alphas))
            yield {
                "rule": rule,
                "beta": np.nan,
                **_counts(selection, scores),
                **_basin(scores, scores.smallest, margin, confidence),
                **_estimate("scaling_exponent", slopes, confidence),
            }


def _counts(selection: FloatArray, scores: Scores) -> dict[str, int]:
    return {
        "n_cells": len(selection),
        "n_failed_cells": int(np.isinf(scores.values[0]).sum()),
        "n_runs": selection.size,
        "n_failed": int(np.isinf(selection).sum()),
    }


def _basin(
    scores: Scores, smallest: FloatArray, margin: float, confidence: float
) -> dict[str, float]:
    """Return the near-best share relative to a best score, the best cell, and its basin width."""
    share = scores.near(smallest, margin).mean(axis=1)
    row = {
        **_estimate("near_best_share", share, confidence),
        **_estimate("best_alpha", scores.best_alpha, confidence),
        "width_decades": np.nan,
        "best_beta": np.nan,
    }
    if np.isfinite(row["best_alpha"]):
        row["best_beta"] = float(scores.beta[scores.best[0]])
        own = scores.at(row["best_beta"])
        near = own.near(own.smallest, margin)[0]
        row["width_decades"] = basin_width(own.alpha, near, int(own.best[0]))
    return row


def _estimate(name: str, samples: FloatArray, confidence: float) -> dict[str, float]:
    """Return the first sample, and the percentile interval of the others that are not NaN."""
    others = samples[1:][~np.isnan(samples[1:])]
    tail = (1 - confidence) / 2
    low, high = np.nan, np.nan
    if len(others) and not np.isnan(samples[0]):
        low, high = order_statistics(others, (tail, 1 - tail))
    return {name: float(samples[0]), f"{name}_low": float(low), f"{name}_high": float(high)}
