"""Findings of the literature, tested with the runs of a study.

* At small learning rates momentum and gradient descent do not differ at the same α.
* The benefit of momentum grows with the batch size. The benefit is log(updates that gradient
  descent needs to a training-loss target / updates that momentum needs), each rule at its best
  learning rate. The final loss of a network that fits its data would be rounding error.
"""

import math

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.weightstats import DescrStatsW

from momentum_study.core.text import format_number
from momentum_study.engine.optimizers import USUAL_BETA
from momentum_study.experiments.references.rows import Row, finding
from momentum_study.tables.keys import RUN_KEYS, target_columns

# Columns that identify a problem, apart from its batch size.
PROBLEM = ["dataset", "network", "schedule"]

BATCH_SIZE_SOURCE = "Kidambi et al. 2018; Zhang et al. 2019"

_TRIAL = ["beta", "learning_rate"]
_CELL = ["batch", "batch_size", "rule"]

SMALL_RATE_SOURCE = "Wang et al. 2024"

# Both were fixed before any loss was computed. α = 0.01 is the upper end of the range 0.001 … 0.01
# that introductions to momentum advise; 5 % counts as no relevant difference.
SMALL_RATE = 0.01
MARGIN = 0.05


_COLUMNS = [*RUN_KEYS, "alpha", "batch_size", "gradient_noise", "status", "train_loss_final"]


def needed_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the rows and columns of a table of runs that `findings` use."""
    return compared_runs(runs, None)[[*_COLUMNS, *target_columns(runs.columns)]]


def findings(
    runs: pd.DataFrame, beta: float = USUAL_BETA, confidence: float = 0.95
) -> tuple[list[Row], list[str]]:
    """Test both findings wherever the runs allow it.

    Parameters
    ----------
    runs
        Table with the schema `RUNS`.
    beta
        Momentum coefficient of the comparisons.
    confidence
        Level of intervals and tests, in (0, 1).

    Returns
    -------
    rows, reasons
        Rows of the validation table, and reasons why tests are missing.
    """
    small_rates, no_rates = small_rate_findings(runs, beta, confidence)
    batch_sizes, no_sizes = batch_size_findings(runs, beta, confidence)
    return small_rates + batch_sizes, no_rates + no_sizes


def batch_size_findings(
    runs: pd.DataFrame, beta: float, confidence: float
) -> tuple[list[Row], list[str]]:
    """Test whether the benefit of momentum over gradient descent grows with the batch size.

    Each grid has two tests: at one β, where both rules have the same number of trials, and with β
    tuned too, where momentum has more. See `benefits` for the tuning and `batch_slope` for the
    interval. A problem's benefit at a batch size is the median over replicates, in which a missed
    target has the rank of an infinity.

    Parameters
    ----------
    runs
        Table with the schema `RUNS`.
    beta
        Momentum coefficient of the first comparison.
    confidence
        Level of the interval, in (0, 1).

    Returns
    -------
    rows, reasons
        Rows, which hold if the whole interval is above 0, and reasons why tests are missing.
    """
    rows, reasons = [], []
    for name, chosen in ((f"β = {format_number(beta)}", beta), ("β tuned", None)):
        claim = f"slope of log(updates of gd / of momentum) on log2(batch size), {name}"
        compared = compared_runs(runs, chosen)
        for grid, part in compared.groupby("grid"):
            if chosen is None and part["beta"].nunique() <= 2:
                continue  # 0 and one coefficient: nothing to tune
            table, lacking = benefits(part)
            reasons += [f"{claim}: {problem} of grid {grid} {why}" for problem, why in lacking]
            points = _medians(table)
            data_sets = points["dataset"].nunique()
            if data_sets < 2:
                reasons.append(f"{claim}: no two data sets with two batch sizes in grid {grid}")
                continue
            slope, low, high = batch_slope(points, confidence)
            test = (
                f"least squares, an intercept per problem, {100 * confidence:g} % interval "
                f"clustered by {data_sets} data sets, {len(points)} medians over odd replicates, "
                f"tuned on even ones ({_trials(part)})"
            )
            if missed := np.count_nonzero(~np.isfinite(table["log_ratio"])):
                test += f"; in {missed} of {len(table)} pairs a target was missed"
            quantity = f"{claim}, grid {grid}"
            rows.append(
                finding(BATCH_SIZE_SOURCE, quantity, slope, (low, high), 0.0, low > 0, test)
            )
        if compared.empty:
            reasons.append(f"{claim}: there are no such runs")
    return rows, reasons


def benefits(runs: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Tune on even replicates and compare the tuned rules on odd ones.

    For each problem, batch size and rule, the trial (β and learning rate) with the smallest
    geometric mean of updates to the target wins; ties go to the smaller β, then to the smaller
    rate. A missed target or a divergence, even one after the target, counts as infinitely many
    updates. The target is the hardest one that both rules reach in all even replicates at every
    batch size, each with some trial. It is the same for all batch sizes, because otherwise the
    slope would also depend on the target. The odd replicates give benefits without selection bias.

    Parameters
    ----------
    runs
        Runs of one grid with the rules ``gd`` and ``momentum``. A run that starts below the target
        counts as one update.

    Returns
    -------
    table, reasons
        A row per problem, batch size and odd replicate: the columns of `PROBLEM`, ``batch_size``,
        ``replicate`` and ``log_ratio``, the benefit, which is infinite where one rule missed the
        target and NaN where both did; and pairs of an omitted problem and the reason.
    """
    keys = [*PROBLEM, "batch_size", "replicate"]
    parts = [pd.DataFrame(columns=[*keys, "log_ratio"])]
    reasons = []
    for problem, part in runs.groupby(PROBLEM):
        tuned = _tuned(part)
        if tuned is None:
            name = ", ".join(map(str, problem))
            reasons.append((name, "has no target that both rules always reach, tuned"))
        else:
            parts.append(log_ratios(tuned, keys, "updates"))
    # The types of an empty frame would change those of the others.
    return pd.concat(parts[1:] or parts), reasons


def batch_slope(points: pd.DataFrame, confidence: float) -> tuple[float, float, float]:
    """Fit the slope of the benefit on log2(batch size), with its interval.

    Least squares with an intercept per problem. The covariance is clustered by data set, because
    a finding should hold across data sets, and corrected for their small number. The interval uses
    Student's t with one degree of freedom less than the number of data sets.

    Parameters
    ----------
    points
        Columns of `PROBLEM`, ``batch_size`` and finite ``log_ratio``; at least two data sets.
    confidence
        Level of the interval, in (0, 1).

    Returns
    -------
    slope, low, high
    """
    problem = points.groupby(PROBLEM).ngroup().to_numpy()
    intercepts = np.equal.outer(problem, np.unique(problem)).astype(np.float64)
    sizes = np.log2(points["batch_size"].to_numpy("float64"))
    fit = OLS(points["log_ratio"].to_numpy("float64"), np.column_stack([sizes, intercepts])).fit(
        cov_type="cluster",
        cov_kwds={"groups": points.groupby("dataset").ngroup().to_numpy()},
        use_t=True,
    )
    low, high = fit.conf_int(alpha=1 - confidence)[0]
    return float(fit.params[0]), float(low), float(high)


def _tuned(runs: pd.DataFrame) -> pd.DataFrame | None:
    """Return the odd replicates of the winning trials with their ``updates`` to the target.

    The result is None if no target can be used for tuning.
    """
    even = runs["replicate"] % 2 == 0
    rules_per_batch = runs[even].groupby("batch")["rule"].nunique()
    if not (even.any() and (rules_per_batch == 2).all()):
        return None
    for target in reversed(target_columns(runs.columns)):
        steps = runs[target].to_numpy("float64", na_value=np.inf)
        updates = np.where(runs["status"] == "completed", np.maximum(steps, 1), np.inf)
        timed = runs.assign(updates=updates, log_updates=np.log(updates))
        means = timed[even].groupby([*_CELL, *_TRIAL])["log_updates"].mean()
        winners = means.groupby(_CELL).idxmin()
        if np.isfinite(means[winners]).all():
            chosen = pd.DataFrame(winners.tolist(), columns=[*_CELL, *_TRIAL])
            reported: pd.DataFrame = timed[~even].merge(chosen, on=[*_CELL, *_TRIAL])
            return reported
    return None


def _medians(table: pd.DataFrame) -> pd.DataFrame:
    """Return finite median benefits by problem and batch size, of problems with two sizes."""
    medians = table.groupby([*PROBLEM, "batch_size"], as_index=False)["log_ratio"].median()
    finite = medians[np.isfinite(medians["log_ratio"].to_numpy("float64"))]
    sizes = finite.groupby(PROBLEM)["batch_size"].transform("nunique")
    comparable: pd.DataFrame = finite[sizes > 1]
    return comparable


def _trials(runs: pd.DataFrame) -> str:
    """Describe the number of trials of each rule."""
    trials = runs[["rule", *_TRIAL]].drop_duplicates()["rule"].value_counts().sort_index()
    return ", ".join(f"{count} trials of {rule}" for rule, count in trials.items())


def small_rate_findings(
    runs: pd.DataFrame, beta: float, confidence: float, small_rate: float = SMALL_RATE
) -> tuple[list[Row], list[str]]:
    """Test whether momentum and gradient descent end at the same loss at the same small α.

    The log ratio of the final training losses, momentum to gradient descent, is averaged in each
    replicate over the problems of a grid and its learning rates up to `small_rate`. Two one-sided
    paired t-tests (TOST) on the replicates' averages decide whether their mean lies within
    ± log(1 + 5 %).

    Parameters
    ----------
    runs
        Table with the schema `RUNS`.
    beta
        Momentum coefficient.
    confidence
        1 − the level of each one-sided test. Both reject if the interval of the row, with the level
        1 − 2(1 − confidence), is within the margins.
    small_rate
        The largest α that counts as small.

    Returns
    -------
    rows, reasons
        A row for each grid and batch size, and reasons why rows are missing. Pairs with a diverged
        run (or a final loss of 0) cannot be part of a mean. ``test`` counts them, and the row does
        not hold if only one rule diverged.
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
        # Without variance between replicates the statistic divides by zero.
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
                SMALL_RATE_SOURCE,
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
    """Return log(final loss of momentum / of gd) of each pair; a diverged run is infinite."""
    loss = runs["train_loss_final"].where(runs["status"] == "completed", np.inf)
    ratios = log_ratios(runs.assign(loss=loss), [*PROBLEM, "alpha", "replicate"], "loss")
    return ratios.assign(log_ratio=-ratios["log_ratio"])


def compared_runs(runs: pd.DataFrame, beta: float | None) -> pd.DataFrame:
    """Return the runs of ``gd``, and of ``momentum`` at that β, or at any if it is None.

    Only runs at a constant rate without injected noise are compared, as in the literature.
    """
    momentum = runs["rule"] == "momentum"
    if beta is not None:
        momentum &= runs["beta"] == beta
    plain = (runs["schedule"] == "constant") & (runs["gradient_noise"] == 0)
    return runs[plain & (momentum | (runs["rule"] == "gd"))]


def log_ratios(runs: pd.DataFrame, keys: list[str], outcome: str) -> pd.DataFrame:
    """Pair the runs and return ``log_ratio``, log(outcome of gd / of momentum).

    Parameters
    ----------
    runs
        At most one run of each rule for each value of `keys`.
    keys
        Columns that the runs of a pair have in common.
    outcome
        Column of numbers ≥ 0; a failure is infinite.

    Returns
    -------
    DataFrame
        `keys` and ``log_ratio``: infinite where only one run failed (or is 0), NaN where both
        did.
    """
    gd, momentum = (runs.loc[runs["rule"] == rule, [*keys, outcome]] for rule in ("gd", "momentum"))
    pairs = gd.merge(momentum, on=keys, suffixes=("_gd", "_momentum"))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log(pairs[f"{outcome}_gd"]) - np.log(pairs[f"{outcome}_momentum"])
    return pairs[keys].assign(log_ratio=ratio)
