"""C4 on landscapes: the time to leave a saddle, and the share of runs that cross a barrier."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import confint_proportions_2indep

from momentum_study.analysis.claims.cases import Case, Evidence
from momentum_study.analysis.claims.levels import comparison_level, height_level, landscape_level
from momentum_study.core.text import format_number
from momentum_study.statistics.paired import Effect
from momentum_study.tables.arms import DESCENT, HEAVY_BALL, MOMENTUM

OPPONENTS = {"same_alpha": MOMENTUM, "same_eta": HEAVY_BALL, "tuned": MOMENTUM}
"""Form of momentum by comparison. Both have the same iterates, with the rate as α or as η."""

SADDLES = ("saddle", "monkey_saddle")
WELLS = ("double_well", "double_well_slope")
HEADLINE = ("saddle", "same_alpha")


def landscape_cases(landscapes: pd.DataFrame, confidence: float) -> Iterator[Case]:
    """Yield the cases of C4.

    Parameters
    ----------
    landscapes
        Of the schema `LANDSCAPES`. For a saddle the effect is the log ratio of the median updates
        without momentum to those with momentum. For a barrier it is the difference of the shares
        that crossed it.
    """
    for landscape in (*SADDLES, *WELLS):
        for comparison, rule in OPPONENTS.items():
            for own, reference in zip(
                _by_height(landscapes, landscape, comparison, rule),
                _by_height(landscapes, landscape, comparison, DESCENT),
                strict=True,
            ):
                times = landscape in SADDLES
                levels = [landscape_level(landscape), comparison_level(comparison)]
                query = f"landscape == '{landscape}' and comparison == '{comparison}'"
                query += f" and rule in ('{DESCENT}', '{rule}')"
                if not times:
                    levels.append(height_level(own["height"]))
                    query += f" and height == {format_number(own['height'])}"
                yield Case(
                    "C4",
                    tuple(levels),
                    _exit_times(reference, own, confidence)
                    if times
                    else _crossings(reference, own, confidence),
                    "log_ratio" if times else "share",
                    "greater",
                    "updates to leave a saddle" if times else "share that crossed a barrier",
                    f"landscapes: {query}",
                    # The simplest landscape, with the tutorial's form of momentum.
                    headline=(landscape, comparison) == HEADLINE,
                )


def _by_height(
    landscapes: pd.DataFrame, landscape: str, comparison: str, rule: str
) -> list[pd.Series]:
    key = {"landscape": landscape, "comparison": comparison, "rule": rule}
    own = landscapes[(landscapes[list(key)] == pd.Series(key)).all(axis=1)]
    return [row for _, row in own.sort_values("height").iterrows()]


def _exit_times(reference: pd.Series, own: pd.Series, confidence: float) -> Evidence:
    """Log ratio of two medians, with an interval from theirs (MOVER; Zou & Donner 2008).

    For a difference a − b of two estimates with intervals (l, u), the lower limit is
    √((a − lₐ)² + (u_b − b)²) below it, and the upper limit correspondingly above it. The interval
    is conservative, since both rules have the same draws. If one of the medians is infinite, the
    interval is (lₐ − u_b, uₐ − l_b), which is wider.
    """
    columns = ["median_steps", "median_steps_low", "median_steps_high"]
    a, a_low, a_high = np.log(reference[columns].to_numpy("float64"))
    b, b_low, b_high = np.log(own[columns].to_numpy("float64"))
    with np.errstate(invalid="ignore"):
        value = a - b
        low = value - np.hypot(a - a_low, b_high - b)
        high = value + np.hypot(a_high - a, b - b_low)
    if np.isinf(value):
        # The distance of an infinite median to its limits is undefined.
        low, high = a_low - b_high, a_high - b_low
    draws = int(own["draws"])
    # There is no interval at the lower level. The wider one makes equivalence harder to show.
    effect = Effect(value, low, high, low, high, draws)
    test = f"medians of {draws} draws, {100 * confidence:g} % intervals combined (MOVER)"
    return Evidence(effect, _counts(reference, own), np.nan, (0, 0, 0), test)


def _crossings(reference: pd.Series, own: pd.Series, confidence: float) -> Evidence:
    """Difference of two shares with Newcombe's interval, from statsmodels."""
    counts = [int(row[name]) for row in (own, reference) for name in ("n_reached", "draws")]
    intervals = [
        confint_proportions_2indep(*counts, method="newcomb", compare="diff", alpha=alpha)
        for alpha in (1 - confidence, 2 * (1 - confidence))
    ]
    value = float(own["share"] - reference["share"])
    # Newcombe's interval of the shares 0 and 1 ends at their difference, up to rounding.
    (low, high), (inner_low, inner_high) = (
        (min(float(low), value), max(float(high), value)) for low, high in intervals
    )
    draws = int(own["draws"])
    effect = Effect(value, low, high, inner_low, inner_high, draws)
    test = f"difference of two shares of {draws} draws, {100 * confidence:g} % interval (Newcombe)"
    return Evidence(effect, _counts(reference, own), np.nan, (0, 0, 0), test)


def _counts(reference: pd.Series, own: pd.Series) -> dict[str, int]:
    failed, reference_failed = (int(row["draws"] - row["n_reached"]) for row in (own, reference))
    draws = int(own["draws"])
    return {
        "n_pairs": draws,
        "n_compared": draws,
        "n_failed": failed,
        "n_reference_failed": reference_failed,
        # The number of draws in which both failed is not recorded: this is the smallest possible.
        "n_both_failed": max(0, failed + reference_failed - draws),
        "n_diverged": int(own["n_diverged"]),
        "n_reference_diverged": int(reference["n_diverged"]),
    }
