"""Effects, intervals and p-values of compared cells.

Costs are positive; small is good, +∞ is a failed run. If an effect is above 0, the candidate is
better.
"""

import math
import warnings
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import boschloo_exact, ttest_1samp, ttest_ind
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from momentum_study.statistics.estimates import FloatArray
from momentum_study.statistics.paired import log_ratio

BETTER, WORSE, UNDECIDED, SAME = "better", "worse", "undecided", "same"
OUTCOMES = (BETTER, WORSE, UNDECIDED, SAME)
"""Outcomes for the candidate, relative to the baseline."""

LOSS, FAILURES = "loss", "failures"
KINDS = (LOSS, FAILURES)
"""What is compared: costs, or shares of failed runs."""

FEWEST_RUNS = 2

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Effects:
    """Effects in cells, arrays ``(cells,)``.

    Attributes
    ----------
    kind
        Of `KINDS`.
    n_pairs
        Pairs of runs that an effect rests on; NaN where runs are not paired.
    effect
        Mean of log(baseline / candidate); of failures the difference of their shares, baseline
        minus candidate. NaN where there is nothing to estimate it from.
    low, high
        Its interval; NaN where there are too few runs.
    p_value
        Of no difference, two-sided; NaN where there are too few runs.
    same
        Whether no run differs between the sides.
    """

    kind: NDArray[np.str_]
    n_pairs: FloatArray
    effect: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray
    same: Mask


def compared_costs(
    baseline: FloatArray, candidate: FloatArray, floor: float, confidence: float, *, paired: bool
) -> Effects:
    """Compare the costs of cells.

    ==========================  =====================================  =========================
    runs                        effect and interval                    p-value
    ==========================  =====================================  =========================
    all completed, paired       mean log ratio, t                      t-test of the pairs
    all completed, unpaired     difference of mean logs, Welch's t     Welch's t-test
    the same pairs failed       that of the other pairs                t-test of these
    some failed                 difference of shares, Newcombe         Boschloo's exact test
    ==========================  =====================================  =========================

    Completed runs are compared where others failed only if that selects nothing: if runs are paired
    and the same replicates failed on both sides. Otherwise the completed runs of the side that
    fails more often are a favourable selection.

    Without any spread t is not defined, as with updates that are counted from evaluation to
    evaluation. The p-value is then that of the exact permutation test: 2/2ⁿ of n pairs, 2/C(b+c, b)
    of b and c runs.

    Parameters
    ----------
    baseline, candidate
        ``(cells, b)`` and ``(cells, c)``; paired, column by column, where b = c.
    floor
        Costs below it count as equal to it.
    confidence
        Of the intervals.
    paired
        Whether the runs of a column share all that is random.

    Notes
    -----
    A cell is `same` by its costs above no floor: paired, if they are equal run by run; else if all
    runs of both sides have one and the same cost, as when all failed.

    References
    ----------
    Newcombe (1998), Interval estimation for the difference between independent proportions.
    Boschloo (1970), Raised conditional level of significance for the 2×2 table.
    """
    same = _same(baseline, candidate, paired)
    costs = [np.maximum(side, floor) for side in (baseline, candidate)]
    failed = [np.isinf(side) for side in costs]
    counts = [side.sum(axis=1) for side in failed]
    by_loss = (counts[0] == 0) & (counts[1] == 0)
    n_pairs = np.full(len(baseline), np.nan)
    compare = _welch
    if paired:
        compare = _paired
        completed = baseline.shape[1] - counts[0]
        by_loss |= (failed[0] == failed[1]).all(axis=1) & (completed >= FEWEST_RUNS)
        n_pairs = np.where(by_loss, completed, float(baseline.shape[1]))
    found = np.full((4, len(baseline)), np.nan)
    found[:, by_loss] = compare(costs[0][by_loss], costs[1][by_loss], confidence)
    sizes = (baseline.shape[1], candidate.shape[1])
    for cell in np.flatnonzero(~by_loss):
        found[:, cell] = _shares(int(counts[0][cell]), int(counts[1][cell]), *sizes, confidence)
    if min(sizes) >= FEWEST_RUNS:
        found[3, same] = 1.0
    kind = np.where(by_loss, LOSS, FAILURES)
    effect, low, high, p_value = found
    return Effects(kind, n_pairs, effect, low, high, p_value, same)


def _same(baseline: FloatArray, candidate: FloatArray, paired: bool) -> Mask:
    if paired:
        return np.asarray((baseline == candidate).all(axis=1))
    every = np.concatenate([baseline, candidate], axis=1)
    return np.asarray((every == every[:, :1]).all(axis=1))


def _paired(baseline: FloatArray, candidate: FloatArray, confidence: float) -> FloatArray:
    """Effect, ends of its interval and p-value ``(4, cells)``, of the pairs that completed."""
    ratios = log_ratio(baseline, candidate)  # NaN where both failed
    sizes = np.count_nonzero(~np.isnan(ratios), axis=1)
    found = np.full((4, len(ratios)), np.nan)
    for n in np.unique(sizes):
        cells = sizes == n
        some = ratios[cells]
        some = some[~np.isnan(some)].reshape(-1, n)
        found[0, cells] = some.mean(axis=1)
        if n >= FEWEST_RUNS:
            with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
                test = ttest_1samp(some, 0.0, axis=1)
                ends = test.confidence_interval(confidence)
            spread = np.ptp(some, axis=1) > 0
            found[1:, cells] = _or_permutation(
                found[0, cells], (ends.low, ends.high, test.pvalue), spread, 2.0 ** (1 - n)
            )
    return found


def _welch(baseline: FloatArray, candidate: FloatArray, confidence: float) -> FloatArray:
    """Effect, ends of its interval and p-value ``(4, cells)``, of runs that all completed."""
    logs = np.log(baseline), np.log(candidate)
    found = np.full((4, len(baseline)), np.nan)
    spread = (np.ptp(baseline, axis=1) > 0) | (np.ptp(candidate, axis=1) > 0)
    found[0] = logs[0].mean(axis=1) - logs[1].mean(axis=1)
    # Means of other numbers of equal values differ in their last bits.
    found[0, ~spread] = log_ratio(baseline[~spread, 0], candidate[~spread, 0])
    sizes = [side.shape[1] for side in logs]
    if min(sizes) >= FEWEST_RUNS and len(baseline):
        with warnings.catch_warnings(action="ignore", category=RuntimeWarning):
            test = ttest_ind(*logs, axis=1, equal_var=False)
            ends = test.confidence_interval(confidence)
        found[1:] = _or_permutation(
            found[0],
            (ends.low, ends.high, test.pvalue),
            spread,
            2 / math.comb(sum(sizes), sizes[0]),
        )
    return found


@cache
def _shares(
    baseline: int, candidate: int, of_baseline: int, of_candidate: int, confidence: float
) -> tuple[float, float, float, float]:
    """Effect, ends of its interval and p-value, of counts of failures."""
    effect = baseline / of_baseline - candidate / of_candidate
    if min(of_baseline, of_candidate) < FEWEST_RUNS:
        return effect, np.nan, np.nan, np.nan
    low, high = confint_proportions_2indep(
        baseline,
        of_baseline,
        candidate,
        of_candidate,
        method="newcomb",
        compare="diff",
        alpha=1 - confidence,
    )
    table = [[baseline, candidate], [of_baseline - baseline, of_candidate - candidate]]
    # Equal shares are no evidence; where all failed, or none did, the test is not defined.
    p_value = 1.0 if effect == 0 else float(boschloo_exact(table).pvalue)
    return effect, float(low), float(high), min(p_value, 1.0)


def _or_permutation(
    effect: FloatArray,
    found: tuple[FloatArray, FloatArray, FloatArray],
    spread: Mask,
    smallest: float,
) -> FloatArray:
    """Interval and p-value, those of t where runs have some spread and it is defined."""
    exact = effect, effect, np.where(effect == 0, 1.0, smallest)
    return np.stack([np.where(spread, *pair) for pair in zip(found, exact, strict=True)])


def adjusted(p_values: FloatArray) -> FloatArray:
    """Adjust p-values ``(tests,)`` by Benjamini and Hochberg's method, NaN staying NaN.

    Among all that is then called different, the expected share of errors is at most the level.
    """
    result = np.full(len(p_values), np.nan)
    made = ~np.isnan(p_values)
    if made.any():
        result[made] = multipletests(p_values[made], method="fdr_bh")[1]
    return result


def outcomes(
    effects: FloatArray, adjusted: FloatArray, same: Mask, level: float
) -> NDArray[np.str_]:
    """Name the outcome of each cell: of `OUTCOMES`.

    Parameters
    ----------
    effects, adjusted, same
        ``(cells,)`` effects, adjusted p-values, and cells in which nothing differs.
    level
        The candidate is called better or worse at an adjusted p-value of at most this.
    """
    decided = adjusted <= level
    return np.select(
        [same, decided & (effects > 0), decided & (effects < 0)], [SAME, BETTER, WORSE], UNDECIDED
    ).astype(np.str_)
