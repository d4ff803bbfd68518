"""From runs to cells: summaries over the replicates of each cell."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from momentum_study.core.errors import StudyError
from momentum_study.statistics.estimates import (
    FloatArray,
    bootstrap_interval,
    estimate,
    interquartile_mean,
    median,
    six_digits,
    wilson_interval,
)
from momentum_study.statistics.intervals import USUAL_INTERVALS, Intervals
from momentum_study.tables.columns import CELL_FACTS, LOSS_METRICS, PATH_METRICS, SCORE_METRICS
from momentum_study.tables.keys import CELL_KEYS, target_columns

Positions = NDArray[np.intp]

_STATISTICS = {"median": median, "iqm": interquartile_mean}


def cells_table(runs: pd.DataFrame, intervals: Intervals = USUAL_INTERVALS) -> pd.DataFrame:
    """Summarise the runs of each cell over replicates.

    No run is dropped silently. How a run counts depends on the metric:

    =====================  =====================================  ==============================
    metric                 runs included                          diverged or missed
    =====================  =====================================  ==============================
    losses, final or best  all                                    +∞, the worst loss
    ``steps_to_<target>``  all                                    +∞, later than any
    scores                 all                                    −∞, the worst score
    path metrics           those with a finite value: ``<m>_n``   included if its value is finite
    =====================  =====================================  ==============================

    A diverged run counts as failed in every loss, score and time, even if it had reached a low loss
    or a target before. A completed run without a value, for example because its validation loss
    overflowed, also counts as failed in that metric. A median is therefore infinite if at least
    half of a cell's runs failed, and an interquartile mean if more than a quarter did. With a
    single run an interval has no width and contains no information about replication.

    Parameters
    ----------
    runs
        A table of the schema `RUNS`, rows in any order.
    intervals
        Settings of all intervals: Wilson for the divergence rate, percentile bootstrap over
        replicates for the others (see `estimates.bootstrap_interval`). A cell's row depends on
        the seed and on the cell's own runs, but not on other cells or on the order of rows.

    Returns
    -------
    pandas.DataFrame
        A table of the schema `CELLS`, sorted by its key columns. Estimates and their intervals
        are rounded to six significant digits.

    Raises
    ------
    StudyError
        If runs of one cell differ in rates, batch size or number of steps.
    """
    runs = runs.sort_values([*CELL_KEYS, "replicate"], ignore_index=True)
    first = ~runs.duplicated(list(CELL_KEYS))
    cell = first.cumsum().to_numpy() - 1
    facts = runs.loc[first, [*CELL_KEYS, *CELL_FACTS]].reset_index(drop=True)
    _check_facts(runs, facts, cell)
    diverged = (runs["status"] == "diverged").to_numpy()
    replicates, replicate = np.unique(runs["replicate"], return_inverse=True)

    columns = _divergence_rates(cell, diverged, len(facts), intervals.confidence)
    for metric, values in _entering(runs, diverged).items():
        x = np.full((len(facts), len(replicates)), np.nan)
        x[cell, replicate] = values
        columns[f"{metric}_n"] = np.count_nonzero(~np.isnan(x), axis=1)
        for name, statistic in _STATISTICS.items():
            # The same stream for every metric, so that all use the same resamples of replicates.
            generator = np.random.Generator(np.random.PCG64(intervals.seed))
            low, high = bootstrap_interval(
                x, statistic, intervals.confidence, intervals.resamples, generator
            )
            columns[f"{metric}_{name}"] = six_digits(estimate(x, statistic))
            columns[f"{metric}_{name}_low"] = six_digits(low)
            columns[f"{metric}_{name}_high"] = six_digits(high)
    return pd.concat([facts, pd.DataFrame(columns)], axis="columns")


def _check_facts(runs: pd.DataFrame, facts: pd.DataFrame, cell: Positions) -> None:
    for name in CELL_FACTS:
        differs = runs[name].to_numpy() != facts[name].to_numpy()[cell]
        if differs.any():
            run = runs[differs].iloc[0]
            where = " ".join(f"{key}={run[key]}" for key in CELL_KEYS)
            raise StudyError(
                f"runs: the replicates of a cell differ in {name} ({where}), expected one value. "
                "They come from different studies: run the workflow with --forcerun collect"
            )


def _divergence_rates(
    cell: Positions, diverged: NDArray[np.bool_], cells: int, confidence: float
) -> dict[str, NDArray[Any]]:
    n_runs = np.bincount(cell, minlength=cells)
    n_diverged = np.bincount(cell[diverged], minlength=cells)
    low, high = wilson_interval(n_diverged, n_runs, confidence)
    return {
        "n_runs": n_runs,
        "n_completed": n_runs - n_diverged,
        "n_diverged": n_diverged,
        "divergence_rate": n_diverged / n_runs,
        "divergence_rate_low": low,
        "divergence_rate_high": high,
    }


def _entering(runs: pd.DataFrame, diverged: NDArray[np.bool_]) -> dict[str, FloatArray]:
    """Return values ``(runs,)`` by metric: infinite for failed runs, NaN for those left out."""
    entering = {}
    for metrics, worst in (
        (LOSS_METRICS, np.inf),
        (SCORE_METRICS, -np.inf),
        (target_columns(runs.columns), np.inf),
    ):
        for metric in metrics:
            values = runs[metric].to_numpy("float64", na_value=np.nan)
            entering[metric] = np.where(diverged | np.isnan(values), worst, values)
    for metric in PATH_METRICS:
        values = runs[metric].to_numpy("float64")
        entering[metric] = np.where(np.isfinite(values), values, np.nan)
    return entering
