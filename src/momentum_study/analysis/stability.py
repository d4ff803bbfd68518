"""Comparison of the stability line with runs: how well λ_max at the start predicts divergence.

On a quadratic of curvature λ a rule is stable if and only if its rate times λ is below a limit, for
momentum αλ < 2(1 + β)/(1 − β). The λ_max of a network changes during training, and its loss is not
quadratic. This module measures how well the line predicts divergence nevertheless.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from momentum_study.engine.optimizers import LINEAR_RULES, get_rule
from momentum_study.statistics.estimates import bootstrap_interval
from momentum_study.statistics.intervals import USUAL_INTERVALS, Intervals
from momentum_study.tables.files import joined_tables
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.schemas.stability import STABILITY
from momentum_study.theory.quadratics import stability_limit

KEYS = ["grid", "dataset", "network", "batch"]
PREDICTED_RULES = tuple(name for name in LINEAR_RULES if not get_rule(name).depends_on_t)
"""Rules with a line: that of a rule with corrected bias would apply to the long run only."""

RUN_COLUMNS = [*RUN_KEYS, "status", "train_loss_final", "null_loss"]
"""Required columns of the table of runs."""

# Factors by which the line can be shifted.
SHIFTS = 10.0 ** (np.arange(-40, 61) / 20)

Mask = NDArray[np.bool_]


def beyond_line(runs: pd.DataFrame) -> NDArray[np.float64]:
    """Return the position of each run relative to the line: rate · λ_max / limit of its rule.

    Parameters
    ----------
    runs
        Columns ``rule``, ``beta``, ``learning_rate`` and ``lambda_max``.

    Returns
    -------
    numpy.ndarray
        ``(runs,)``; above 1 a quadratic of that curvature diverges.
    """
    limit = np.full(len(runs), np.nan)
    beta = runs["beta"].to_numpy()
    for rule in runs["rule"].unique():
        own = (runs["rule"] == rule).to_numpy()
        limit[own] = stability_limit(rule, beta[own])
    position: NDArray[np.float64] = (
        runs["learning_rate"].to_numpy() * runs["lambda_max"].to_numpy() / limit
    )
    return position


def stability_table(
    runs: pd.DataFrame,
    initial: pd.DataFrame,
    intervals: Intervals = USUAL_INTERVALS,
) -> pd.DataFrame:
    """Compare the line from λ_max at the start with the outcomes of the runs.

    Parameters
    ----------
    runs
        A table of the schema `RUNS`. Only runs with a constant learning rate and one of the
        `PREDICTED_RULES` are used.
    initial
        λ_max by replicate, of the schema `INITIAL_SHARPNESS`.
    intervals
        Settings of the interval of the accuracy. It is a bootstrap interval over replicates, since
        the runs of a replicate share their λ_max and are not independent.

    Returns
    -------
    DataFrame
        Of the schema `STABILITY`, a row for each grid, data set, network, batch size and outcome.
        Outcomes are ``diverged``, and ``failed`` for runs that diverged or ended no better than the
        best constant prediction. A prediction is correct if the run is beyond the line and has the
        outcome, or neither. ``shift`` is the factor that moves the line to where it is correct most
        often on the even replicates, and ``accuracy_shifted`` is the accuracy of the moved line on
        the odd ones. Both are missing with a single replicate or if all outcomes are the same.
    """
    known = runs["rule"].isin(PREDICTED_RULES) & (runs["schedule"] == "constant")
    joined = runs[known].merge(initial, on=["grid", "dataset", "network", "replicate"])
    joined["position"] = beyond_line(joined)
    joined["diverged"] = joined["status"] == "diverged"
    joined["failed"] = ~(joined["train_loss_final"] < joined["null_loss"])
    rows = []
    for key, group in joined.groupby(KEYS, sort=True):
        for outcome in ("diverged", "failed"):
            row = {
                **dict(zip(KEYS, key, strict=True)),
                "outcome": outcome,
                "lambda_max": group.groupby("replicate")["lambda_max"].first().median(),
                **_agreement(group, outcome, intervals),
            }
            rows.append(pd.DataFrame([row]))
    return joined_tables(rows, STABILITY)


def _agreement(group: pd.DataFrame, outcome: str, intervals: Intervals) -> dict[str, float | int]:
    bad = group[outcome].to_numpy()
    position = group["position"].to_numpy()
    beyond = position > 1
    correct = beyond == bad
    by_replicate = pd.Series(correct).groupby(group["replicate"].to_numpy()).mean().to_numpy()
    generator = np.random.Generator(np.random.PCG64(intervals.seed))
    low, high = bootstrap_interval(
        by_replicate[np.newaxis], np.mean, intervals.confidence, intervals.resamples, generator
    )
    shift, shifted = _best_shift(position, bad, group["replicate"].to_numpy())
    return {
        "n_runs": len(group),
        "n_beyond": int(beyond.sum()),
        "n_bad": int(bad.sum()),
        "n_both": int((beyond & bad).sum()),
        "n_correct": int(correct.sum()),
        "accuracy": float(correct.mean()),
        "accuracy_low": float(low[0]),
        "accuracy_high": float(high[0]),
        "shift": shift,
        "accuracy_shifted": shifted,
    }


def _best_shift(
    position: NDArray[np.float64], bad: Mask, replicate: NDArray[np.int64]
) -> tuple[float, float]:
    """Choose the shift on even replicates; return it and its accuracy on the odd ones."""
    even = replicate % 2 == 0
    if even.all() or len(np.unique(bad[even])) < 2:
        return np.nan, np.nan
    right = ((position[even] > SHIFTS[:, np.newaxis]) == bad[even]).mean(axis=1)
    # Of several equally good shifts, the middle one.
    best = np.flatnonzero(right == right.max())
    shift = float(SHIFTS[best[len(best) // 2]])
    return shift, float(((position[~even] > shift) == bad[~even]).mean())
