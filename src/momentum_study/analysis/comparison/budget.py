"""The cost of tuning: the best of k random trials of an arm, and from which k on an arm pays."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.analysis.comparison.arms import Arm
from momentum_study.analysis.comparison.problems import Problem
from momentum_study.analysis.comparison.trials import (
    CONSTANT_LOSS,
    Trials,
    trial_numbers,
    trials_of,
    usual_arms,
)
from momentum_study.core.seeds import generator
from momentum_study.engine.optimizers import USUAL_BETA
from momentum_study.statistics.estimates import (
    FloatArray,
    bootstrap_interval,
    estimate,
    interquartile_mean,
)
from momentum_study.statistics.intervals import USUAL_INTERVALS, Intervals
from momentum_study.statistics.paired import expanded_confidence, log_ratio
from momentum_study.tables.arms import ARM_KEYS, DESCENT
from momentum_study.tables.files import joined_tables
from momentum_study.tables.keys import PROBLEM_KEYS
from momentum_study.tables.schemas.budget import BUDGET


def budget_table(
    problems: Iterable[Problem],
    floor: float,
    intervals: Intervals = USUAL_INTERVALS,
    beta: float = USUAL_BETA,
) -> pd.DataFrame:
    """Estimate for every arm how good the best of k random trials is.

    The k trials are different cells of the arm's grid, and all sets of k cells are equally likely.
    In each replicate the expected validation loss of the best trial is computed exactly, as a
    U-statistic, and so is the expected test loss of the trial with the best validation loss. The
    estimate is the interquartile mean over replicates, as in all effects of the study, because with
    a small test set a single split can differ by orders of magnitude. Its interval comes from a
    bootstrap over replicates at the confidence with nominal coverage (`expanded_confidence`).

    The results of few trials depend on the grid as much as on the rule, since rates that diverge or
    are far too small are among the draws.

    Parameters
    ----------
    problems
        The problems to compare on.
    floor
        Smallest relative loss.
    intervals
        Settings of the bootstrap.
    beta
        The usual momentum coefficient, for `usual_arms`.

    Returns
    -------
    DataFrame
        Of the schema `BUDGET`, for the numbers of trials of `trial_numbers`. The advantage over
        plain gradient descent is paired by replicate. If there are more trials than cells of
        gradient descent, all of its cells are used. The advantage is missing where gradient descent
        was not run.

    References
    ----------
    Dodge et al. (2019), Show your work; Tang et al. (2020), Showing your work doesn't always work.
    """
    parts = []
    for problem in problems:
        arms = {arm: trials_of(problem, arm, floor) for arm in usual_arms(problem.cells, beta)}
        names = [str(problem.keys[name]) for name in PROBLEM_KEYS]
        for arm, trials in arms.items():
            if trials.complete.any():
                descent = arms.get(Arm((DESCENT,)))
                columns = _arm_columns(trials, descent, intervals, names)
                facts = _facts(problem, trials)
                parts.append(pd.DataFrame({**columns, **arm.key.columns(), **facts}))
    return joined_tables(parts, BUDGET)


def _arm_columns(
    trials: Trials,
    descent: Trials | None,
    intervals: Intervals,
    names: list[str],
) -> dict[str, Any]:
    """Return the estimates of one arm, each ``(k,)`` for the numbers of trials."""
    counts = trial_numbers(trials.cells)
    expected = [trials.expected(count) for count in counts]
    validation, test = (np.array(losses) for losses in zip(*expected, strict=True))
    reference = np.full_like(test, np.nan)
    if descent:
        reference = np.array([descent.expected(count)[1] for count in counts])
    spreads = np.array([trials.spread(count) for count in counts])
    columns = {"trials": counts, "draw_low": spreads[:, 0], "draw_high": spreads[:, 1]}
    for name, values, bounds in (
        ("validation_loss", validation, (0.0, CONSTANT_LOSS)),
        ("test_loss", test, (0.0, CONSTANT_LOSS)),
        ("advantage", log_ratio(reference, test), (-np.inf, np.inf)),
    ):
        source = generator(intervals.seed, "budget", *names)
        columns[name] = estimate(values, interquartile_mean)
        columns[f"{name}_low"], columns[f"{name}_high"] = _interval(
            values, bounds, intervals, source
        )
    return columns


def _interval(
    values: FloatArray,
    bounds: tuple[float, float],
    intervals: Intervals,
    source: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Return the interval of the interquartile mean over replicates, with nominal coverage.

    With a single replicate the limits are the bounds of the values.
    """
    replicates = int((~np.isnan(values[0])).sum())
    if replicates == 1:
        return np.full(len(values), bounds[0]), np.full(len(values), bounds[1])
    confidence = intervals.confidence
    if replicates:
        confidence = expanded_confidence(confidence, replicates)
    return bootstrap_interval(values, interquartile_mean, confidence, intervals.resamples, source)


def _facts(problem: Problem, trials: Trials) -> dict[str, Any]:
    replicates = int(trials.complete.sum())
    return {
        **{name: problem.keys[name] for name in PROBLEM_KEYS},
        "n_cells": trials.cells,
        "n_replicates": replicates,
        "n_runs": trials.cells * replicates,
        "n_diverged": trials.n_diverged,
    }


def trials_until_it_pays(budget: pd.DataFrame) -> pd.DataFrame:
    """Return the number of trials from which on an arm is better than plain gradient descent.

    Gradient descent has the same number of trials.

    Parameters
    ----------
    budget
        A table of the schema `BUDGET`.

    Returns
    -------
    DataFrame
        `PROBLEM_KEYS`, `ARM_KEYS` and ``trials``, with a row for each problem and each arm except
        gradient descent. ``trials`` is the smallest number for which the interval of the advantage
        lies above 0, for this number and all larger ones of the table; infinite if there is none.
    """
    return pd.DataFrame(_paying(budget), columns=[*PROBLEM_KEYS, *ARM_KEYS, "trials"])


def _paying(budget: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    others = budget[budget["arm_rule"] != DESCENT].sort_values("trials")
    for key, own in others.groupby([*PROBLEM_KEYS, *ARM_KEYS], sort=True, dropna=False):
        pays = (own["advantage_low"] > 0).to_numpy()
        # Number of consecutive rows at the end that pay.
        last = int(np.argmin(np.append(pays[::-1], False)))
        trials = float(own["trials"].iloc[-last]) if last else np.inf
        yield (*key, trials)
