"""Pairs of runs, descent against momentum, alike in all but the rule."""

import numpy as np
import pandas as pd

# What a task is, apart from its batch size.
PROBLEM = ["dataset", "network", "schedule"]


def compared_runs(runs: pd.DataFrame, beta: float | None) -> pd.DataFrame:
    """Return the runs of ``gd``, and of ``momentum`` at that β, or at any if it is None.

    Those at a constant rate without injected noise: what the findings speak of.
    """
    momentum = runs["rule"] == "momentum"
    if beta is not None:
        momentum &= runs["beta"] == beta
    plain = (runs["schedule"] == "constant") & (runs["gradient_noise"] == 0)
    return runs[plain & (momentum | (runs["rule"] == "gd"))]


def log_ratios(runs: pd.DataFrame, keys: list[str], outcome: str) -> pd.DataFrame:
    """Pair the runs and return ``log_ratio``, log(descent's outcome / momentum's).

    Parameters
    ----------
    runs
        With one run of each rule at most for each value of `keys`.
    keys
        What the runs of a pair have in common.
    outcome
        Column of numbers ≥ 0, where a failure is infinite.

    Returns
    -------
    DataFrame
        `keys` and ``log_ratio``: infinite where one run alone failed (or came to 0), NaN where
        both did.
    """
    descent, momentum = (
        runs.loc[runs["rule"] == rule, [*keys, outcome]] for rule in ("gd", "momentum")
    )
    pairs = descent.merge(momentum, on=keys, suffixes=("_gd", "_momentum"))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(pairs[f"{outcome}_gd"]) - np.log(pairs[f"{outcome}_momentum"])
    return pairs[keys].assign(log_ratio=ratio)
