"""The finding that momentum makes no difference at small learning rates, put to the runs."""

import math

import numpy as np
import pandas as pd
from statsmodels.stats.weightstats import DescrStatsW

from momentum_study.core.text import format_number
from momentum_study.experiments.references.pairs import PROBLEM, compared_runs, log_ratios
from momentum_study.experiments.references.rows import Row, finding

SOURCE = "Wang et al. 2024"

# Both were set before any loss was seen. α = 0.01 is the upper end of the range 0.001 … 0.01 that
# introductions to momentum advise; a twentieth counts as no relevant difference.
SMALL_RATE = 0.01
MARGIN = 0.05


def small_rate_findings(
    runs: pd.DataFrame, beta: float, confidence: float, small_rate: float = SMALL_RATE
) -> tuple[list[Row], list[str]]:
    """Test whether momentum and descent end at the same training loss at the same small α.

    In each replicate the log ratio of the final training losses, momentum's over descent's, is
    averaged over the problems of a grid and its learning rates up to `small_rate`. Two one-sided
    paired t-tests (TOST) on the replicates' averages decide whether their mean lies within
    ± log(1 + 5 %).

    Parameters
    ----------
    runs
        As the schema `RUNS` has them.
    beta
        Momentum coefficient.
    confidence
        1 − the level of each one-sided test. Both reject if the row's interval, whose level is
        1 − 2(1 − confidence), lies within the margins.
    small_rate
        The largest α that counts as small.

    Returns
    -------
    rows, reasons
        A row for each grid and batch size; and for those that lack something, why there is none.
        Pairs in which a run diverged (or ended at a loss of 0) cannot enter a mean. ``test``
        counts them, and if one rule alone diverged the row does not hold.
    """
    conditions = (
        f"momentum (β = {format_number(beta)}) over gd at the same α up to "
        f"{format_number(small_rate)}"
    )
    rows, reasons = [], []
    small = compared_runs(runs, beta)
    small = small[small["alpha"] <= small_rate]
    for (grid, batch), part in small.groupby(["grid", "batch"]):
        ratios = _replicates_ratios(part)
        finite = np.isfinite(ratios["log_ratio"])
        averages = ratios[finite].groupby("replicate")["log_ratio"].mean().to_numpy()
        if len(averages) < 2:
            reasons.append(f"{conditions}: no two replicates in grid {grid}, batch {batch}")
            continue
        margin, level = math.log1p(MARGIN), 1 - confidence
        sample = DescrStatsW(averages)
        # Where all replicates agree to the last bit there is no variance to divide by.
        with np.errstate(divide="ignore"):
            p = sample.ttost_mean(-margin, margin)[0]
        low, high = sample.tconfint_mean(alpha=2 * level)
        test = (
            f"TOST, paired t, margin {100 * MARGIN:g} %, {len(averages)} replicates, p = {p:.2g}, "
            f"{100 * (1 - 2 * level):g} % interval"
        )
        if lost := np.count_nonzero(~finite):
            test += f"; {lost} of {len(finite)} pairs left out, a run diverged or ended at 0"
        rows.append(
            finding(
                SOURCE,
                f"log ratio of final training losses, {conditions}, grid {grid}, batch {batch}",
                float(sample.mean),
                (float(low), float(high)),
                margin,
                bool(p < level and not np.isinf(ratios["log_ratio"]).any()),
                test,
            )
        )
    if small.empty:
        reasons.append(f"{conditions}: there are no such runs")
    return rows, reasons


def _replicates_ratios(runs: pd.DataFrame) -> pd.DataFrame:
    """log(momentum's / descent's final training loss) of each pair, a diverged run's infinite."""
    loss = runs["train_loss_final"].where(runs["status"] == "completed", np.inf)
    ratios = log_ratios(runs.assign(loss=loss), [*PROBLEM, "alpha", "replicate"], "loss")
    return ratios.assign(log_ratio=-ratios["log_ratio"])
