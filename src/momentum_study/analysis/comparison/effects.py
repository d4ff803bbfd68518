"""Effects: summaries of many pairs, with intervals and counts of failed runs."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from momentum_study.analysis.comparison.criteria import PATH_CRITERIA, Unit
from momentum_study.statistics.estimates import FloatArray, interquartile_mean
from momentum_study.statistics.paired import (
    Effect,
    expanded_confidence,
    probability_of_improvement,
    signed_rank_p,
    stratified_effect,
)

Table = pd.DataFrame | Mapping[str, ArrayLike]


def unit_of(criterion: str) -> Unit:
    """Return the unit of gains by a criterion."""
    return "share" if criterion in PATH_CRITERIA else "log_ratio"


def stacked_gains(pairs: Table) -> FloatArray:
    """Return gains as ``(data sets, replicates, pairs of a replicate)``, NaN where missing.

    Parameters
    ----------
    pairs
        Columns of the schema `PAIRS`, of one unit. Data sets are the strata of every interval. All
        pairs of a replicate of a data set (its batch sizes, rates, …) stay together.
    """
    gains = np.asarray(pairs["gain"], dtype=np.float64)
    if len(gains) == 0:
        return np.full((1, 1, 1), np.nan)
    dataset, replicate = (_places(np.asarray(pairs[key])) for key in ("dataset", "replicate"))
    order = np.lexsort((replicate, dataset))
    dataset, replicate = dataset[order], replicate[order]
    starts = np.ones(len(order), dtype=bool)
    starts[1:] = (np.diff(dataset) != 0) | (np.diff(replicate) != 0)
    count = np.arange(len(order))
    item = count - np.maximum.accumulate(np.where(starts, count, 0))
    stacked = np.full((dataset.max() + 1, replicate.max() + 1, item.max() + 1), np.nan)
    stacked[dataset, replicate, item] = gains[order]
    return stacked


def _places(values: NDArray[Any]) -> NDArray[np.intp]:
    _, places = np.unique(values, return_inverse=True)
    return places


def calibrated_effect(
    values: FloatArray, confidence: float, resamples: int, generator: np.random.Generator
) -> Effect:
    """Interquartile mean of ``(strata, replicates, items)``, with an interval of nominal coverage.

    The percentile interval of few replicates is too narrow. It is computed at the confidence at
    which it has nominal coverage (`paired.expanded_confidence`). If no stratum has two replicates,
    the limits are infinite.
    """
    present = (~np.isnan(values).all(axis=2)).sum(axis=1)
    strata = present[present > 1]
    if present.any() and not len(strata):
        once = stratified_effect(values, interquartile_mean, confidence, 1, generator)
        return replace(
            once, low=-np.inf, high=np.inf, equivalence_low=-np.inf, equivalence_high=np.inf
        )
    if len(strata):
        confidence = expanded_confidence(confidence, int(np.median(strata)), len(strata))
    return stratified_effect(values, interquartile_mean, confidence, resamples, generator)


def counts_of(pairs: Table) -> dict[str, int]:
    """Count pairs, and their runs that failed or diverged.

    A pair is *compared* if it has a gain. It has none if both runs failed or, for shapes of the
    path, if one diverged.
    """
    diverged = np.asarray(pairs["diverged"], dtype=bool)
    reference_diverged = np.asarray(pairs["reference_diverged"], dtype=bool)
    failed = np.isinf(np.asarray(pairs["cost"])) | diverged
    reference_failed = np.isinf(np.asarray(pairs["reference_cost"])) | reference_diverged
    return {
        "n_pairs": len(diverged),
        "n_compared": int((~np.isnan(np.asarray(pairs["gain"]))).sum()),
        "n_failed": int(failed.sum()),
        "n_reference_failed": int(reference_failed.sum()),
        "n_both_failed": int((failed & reference_failed).sum()),
        "n_diverged": int(diverged.sum()),
        "n_reference_diverged": int(reference_diverged.sum()),
    }


def summary_of(
    pairs: Table, confidence: float, resamples: int, generator: np.random.Generator
) -> dict[str, Any]:
    """Return effect, interval, probability of improvement, signed-rank test and counts of pairs."""
    gains = stacked_gains(pairs)
    return {
        **effect_columns(calibrated_effect(gains, confidence, resamples, generator)),
        "probability": probability_of_improvement(gains),
        "p_value": signed_rank_p(replicate_gains(gains)),
        **counts_of(pairs),
    }


def effect_columns(effect: Effect) -> dict[str, float]:
    """Return the columns of an effect in tables."""
    return {
        "effect": effect.value,
        "low": effect.low,
        "high": effect.high,
        "equivalence_low": effect.equivalence_low,
        "equivalence_high": effect.equivalence_high,
    }


def replicate_gains(gains: FloatArray) -> FloatArray:
    """Return the median gain ``(n,)`` of each replicate: independent values for tests.

    A replicate without gains is left out, as is one whose middle two gains are −∞ and +∞.
    """
    ordered = np.sort(gains[~np.isnan(gains).all(axis=2)], axis=1)  # NaN come last
    count = np.count_nonzero(~np.isnan(ordered), axis=1)
    row = np.arange(len(ordered))
    with np.errstate(invalid="ignore"):
        medians: FloatArray = (ordered[row, (count - 1) // 2] + ordered[row, count // 2]) / 2
    return medians[~np.isnan(medians)]
