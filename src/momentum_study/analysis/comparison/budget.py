"""What tuning costs: how good the best of k random trials of an arm is, and when it pays."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.analysis.comparison.arms import DESCENT, Arm
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
from momentum_study.statistics.paired import expanded_confidence, log_ratio
from momentum_study.tables.arms import ARM_KEYS
from momentum_study.tables.files import joined_tables
from momentum_study.tables.keys import PROBLEM_KEYS
from momentum_study.tables.schemas.budget import BUDGET


def budget_table(
    problems: Iterable[Problem],
    floor: float,
    confidence: float = 0.95,
    resamples: int = 1000,
    seed: int = 0,
    beta: float = USUAL_BETA,
) -> pd.DataFrame:
    """Tell for every arm how good the best of k random trials is.

    The k trials are different cells of the arm's grid, every set of k as likely as any other. In
    each replicate the expected validation loss of the best is a U-statistic, exact; so is the
    expected test loss of the trial that is best on validation data. Over replicates stands the
    interquartile mean, as in all effects of the study: in a small test set a single split can be
    off by orders of magnitude. Its interval comes from a bootstrap over replicates, at the
    confidence at which that covers as often as meant (`expanded_confidence`).

    What one or a few trials give says as much about the grid as about the rule: rates that diverge,
    or are far too small, are among the draws.

    Parameters
    ----------
    problems
        What to compare on.
    floor
        Smallest relative loss.
    confidence, resamples, seed
        Of the bootstrap.
    beta
        The usual momentum coefficient, for `usual_arms`.

    Returns
    -------
    DataFrame
        Of the schema `BUDGET`, for the numbers of trials of `trial_numbers`.
        The advantage over plain descent is paired by replicate; if there are more trials than
        descent has cells, descent has all of its own. It is missing where descent was not run.

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
                rows = _arm_rows(trials, descent, confidence, resamples, seed, names)
                parts.append(rows.assign(**arm.key.columns(), **_facts(problem, trials)))
    return joined_tables(parts, BUDGET)


def _arm_rows(
    trials: Trials,
    descent: Trials | None,
    confidence: float,
    resamples: int,
    seed: int,
    names: list[str],
) -> pd.DataFrame:
    """Return the estimates of one arm, a row for each number of trials."""
    counts = trial_numbers(trials.cells)
    expected = [trials.expected(count) for count in counts]
    validation, test = (np.array(losses) for losses in zip(*expected, strict=True))
    reference = np.full_like(test, np.nan)
    if descent:
        reference = np.array([descent.expected(count)[1] for count in counts])
    table = pd.DataFrame({"trials": counts})
    spreads = np.array([trials.spread(count) for count in counts])
    table["draw_low"], table["draw_high"] = spreads.T
    for name, values, bounds in (
        ("validation_loss", validation, (0.0, CONSTANT_LOSS)),
        ("test_loss", test, (0.0, CONSTANT_LOSS)),
        ("advantage", log_ratio(reference, test), (-np.inf, np.inf)),
    ):
        source = generator(seed, "budget", *names)
        interval = _interval(values, bounds, confidence, resamples, source)
        table[name] = estimate(values, interquartile_mean)
        table[f"{name}_low"], table[f"{name}_high"] = interval
    return table


def _interval(
    values: FloatArray,
    bounds: tuple[float, float],
    confidence: float,
    resamples: int,
    source: np.random.Generator,
) -> tuple[FloatArray, FloatArray]:
    """Interval of the interquartile mean over replicates, made to cover as often as meant.

    A single replicate says nothing about others: then the ends are the bounds of the values.
    """
    replicates = int((~np.isnan(values[0])).sum())
    if replicates == 1:
        return np.full(len(values), bounds[0]), np.full(len(values), bounds[1])
    if replicates:
        confidence = expanded_confidence(confidence, replicates)
    return bootstrap_interval(values, interquartile_mean, confidence, resamples, source)


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
    """Return from how many trials on an arm is better than descent with as many trials.

    Parameters
    ----------
    budget
        A table of the schema `BUDGET`.

    Returns
    -------
    DataFrame
        A row for each problem and arm but descent: `PROBLEM_KEYS`, `ARM_KEYS`, ``trials``, the
        smallest number from which on the whole interval of the advantage lies above 0, for that
        number and all larger ones of the table; infinite if there is none.
    """
    return pd.DataFrame(_paying(budget), columns=[*PROBLEM_KEYS, *ARM_KEYS, "trials"])


def _paying(budget: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    others = budget[budget["arm_rule"] != DESCENT].sort_values("trials")
    for key, own in others.groupby([*PROBLEM_KEYS, *ARM_KEYS], sort=True, dropna=False):
        pays = (own["advantage_low"] > 0).to_numpy()
        # How many at the end pay one after the other.
        last = int(np.argmin(np.append(pays[::-1], False)))
        trials = float(own["trials"].iloc[-last]) if last else np.inf
        yield (*key, trials)
