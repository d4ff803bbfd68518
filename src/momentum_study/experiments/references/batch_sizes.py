"""The finding that the benefit of momentum grows with the batch size, put to the runs.

The benefit is log(updates that descent needs to a training-loss target / updates that momentum
needs), each rule at its best learning rate. The final loss would not do: of a network that fits its
data it is rounding error.
"""

import numpy as np
import pandas as pd
from statsmodels.regression.linear_model import OLS

from momentum_study.core.text import format_number
from momentum_study.experiments.references.pairs import PROBLEM, compared_runs, log_ratios
from momentum_study.experiments.references.rows import Row, finding
from momentum_study.tables.keys import target_columns

SOURCE = "Kidambi et al. 2018; Zhang et al. 2019"

_TRIAL = ["beta", "learning_rate"]
_CELL = ["batch", "batch_size", "rule"]


def batch_size_findings(
    runs: pd.DataFrame, beta: float, confidence: float
) -> tuple[list[Row], list[str]]:
    """Test whether the benefit of momentum over descent grows with the batch size.

    Twice for each grid: at one β, where both rules have the same number of trials, and with β
    tuned too, where momentum has more. See `benefits` for the tuning and `batch_slope` for the
    interval. A problem's benefit at a batch size is the median over replicates, in which a missed
    target has the rank of an infinity.

    Parameters
    ----------
    runs
        As the schema `RUNS` has them.
    beta
        Momentum coefficient of the first comparison.
    confidence
        Of the interval, in (0, 1).

    Returns
    -------
    rows, reasons
        Rows, which hold if the whole interval lies above 0; and what could not be compared.
    """
    rows, reasons = [], []
    for name, chosen in ((f"β = {format_number(beta)}", beta), ("β tuned", None)):
        claim = f"slope of log(updates of gd / of momentum) on log2(batch size), {name}"
        compared = compared_runs(runs, chosen)
        for grid, part in compared.groupby("grid"):
            if chosen is None and part["beta"].nunique() <= 2:
                continue  # 0 and the one coefficient there is: nothing to tune
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
            rows.append(finding(SOURCE, quantity, slope, (low, high), 0.0, low > 0, test))
        if compared.empty:
            reasons.append(f"{claim}: there are no such runs")
    return rows, reasons


def benefits(runs: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[str, str]]]:
    """Tune on one half of the replicates, and compare the tuned rules on the other.

    For each problem, batch size and rule, the trial (β and learning rate) with the smallest
    geometric mean of updates to the target wins; of equals the one with the smaller β, then rate.
    Even replicates alone decide. A missed target or a divergence, even one after the target,
    counts as infinitely many updates. The target is the hardest that both rules reach in all even
    replicates at every batch size, each by some trial: one target for all batch sizes, or the
    slope would mix two questions. Odd replicates, which had no say, give the benefits, so that no
    winner is flattered.

    Parameters
    ----------
    runs
        Of one grid, of the rules ``gd`` and ``momentum``. A run that starts below the target
        counts as one update.

    Returns
    -------
    table, reasons
        A row per problem, batch size and odd replicate: the problem's columns, ``batch_size``,
        ``replicate`` and ``log_ratio``, the benefit, which is infinite where one rule missed the
        target and NaN where both did. And pairs of a problem left out and why.
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
    # An empty frame has no types to agree with.
    return pd.concat(parts[1:] or parts), reasons


def batch_slope(points: pd.DataFrame, confidence: float) -> tuple[float, float, float]:
    """Slope of the benefit on log2(batch size), with its interval.

    Least squares with an intercept per problem. The covariance is clustered by data set, for a
    finding is to be general over data sets, and corrected for their small number; the interval is
    Student's with one degree of freedom less than there are data sets.

    Parameters
    ----------
    points
        The problem's columns, ``batch_size``, and ``log_ratio``, finite; two data sets or more.
    confidence
        In (0, 1).

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
    """Return the odd replicates' runs of the winning trials with their ``updates`` to the target.

    None if there is no target to tune for.
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
    """Median benefit of each problem and batch size, where finite and at two sizes or more."""
    medians = table.groupby([*PROBLEM, "batch_size"], as_index=False)["log_ratio"].median()
    finite = medians[np.isfinite(medians["log_ratio"].to_numpy("float64"))]
    sizes = finite.groupby(PROBLEM)["batch_size"].transform("nunique")
    comparable: pd.DataFrame = finite[sizes > 1]
    return comparable


def _trials(runs: pd.DataFrame) -> str:
    """Say how many trials each rule had."""
    trials = runs[["rule", *_TRIAL]].drop_duplicates()["rule"].value_counts().sort_index()
    return ", ".join(f"{count} trials of {rule}" for rule, count in trials.items())
