"""The best of k trials: the expected result of a search of k random candidates, estimated from n.

All subsets of k of the n candidates are equally likely. For draws without replacement the
expectation is a U-statistic, which is unbiased. Draws with replacement would underestimate how
good the best is, because they repeat values.
"""

import numpy as np
from numpy.typing import ArrayLike

from momentum_study.statistics.estimates import FloatArray


def best_of_k(values: ArrayLike, k: int) -> FloatArray:
    """Expected smallest of k values out of n, drawn without replacement.

    With v₍₁₎ ≤ … ≤ v₍ₙ₎ it is Σᵢ C(n − i, k − 1) v₍ᵢ₎ / C(n, k).

    Parameters
    ----------
    values
        ``(..., n)``: losses, times or other costs without NaN, +∞ for failed.
    k
        Number of trials, from 1 to n.

    Returns
    -------
    numpy.ndarray
        ``(...)``; +∞ where k or more of the n failed.

    Raises
    ------
    ValueError
        If k is not within 1 … n, or a value is NaN.

    References
    ----------
    Tang et al. (2020), Showing your work doesn't always work, which corrects Dodge et al. (2019),
    Show your work: improved reporting of experimental results.
    """
    values = _without_nan(values)
    return _mean(np.sort(values, axis=-1), -np.diff(_missed(values.shape[-1], k)))


def chosen_of_k(selection: ArrayLike, outcome: ArrayLike, k: int) -> FloatArray:
    """Expected outcome of the candidate with the smallest `selection` among k.

    The candidate of rank i is chosen with probability C(n − i, k − 1) / C(n, k). Tied candidates
    share the total probability of their ranks equally.

    Parameters
    ----------
    selection
        ``(..., n)``: the criterion of the choice, such as a validation loss; without NaN, +∞ for
        failed.
    outcome
        ``(..., n)``: the result of each candidate; without NaN, +∞ for failed.
    k
        Number of trials, from 1 to n.

    Returns
    -------
    numpy.ndarray
        ``(...)``; +∞ where a failed candidate can be the chosen one.

    Raises
    ------
    ValueError
        If k is not within 1 … n, or a value is NaN.
    """
    selection, outcome = _without_nan(selection), _without_nan(outcome)
    n = selection.shape[-1]
    missed = _missed(n, k)
    order = np.argsort(selection, axis=-1)
    ordered = np.take_along_axis(selection, order, axis=-1)
    rank = np.arange(n)
    differs = ordered[..., 1:] != ordered[..., :-1]
    ends = np.ones((*differs.shape[:-1], 1), dtype=bool)
    # First rank of a tie, and the first one after it.
    first = np.where(np.concatenate([ends, differs], axis=-1), rank, 0)
    first = np.maximum.accumulate(first, axis=-1)
    after = np.where(np.concatenate([differs, ends], axis=-1), rank + 1, n)
    after = np.minimum.accumulate(after[..., ::-1], axis=-1)[..., ::-1]
    weight = (missed[first] - missed[after]) / (after - first)
    return _mean(np.take_along_axis(outcome, order, axis=-1), weight)


def _mean(values: FloatArray, weight: FloatArray) -> FloatArray:
    possible = np.where(weight > 0, values, 0.0)  # 0 × ∞ is NaN
    return np.asarray(np.sum(weight * possible, axis=-1))


def best_of_k_quantiles(values: ArrayLike, k: int, probabilities: ArrayLike) -> FloatArray:
    """Quantiles of the smallest of k values out of n, drawn without replacement.

    The distribution is the exact one over all subsets, P(best ≤ v₍ᵢ₎) = 1 − C(n − i, k) / C(n, k),
    and a quantile is the first of the n values at which it reaches the probability.

    Parameters
    ----------
    values
        ``(..., n)`` as for `best_of_k`.
    k
        Number of trials, from 1 to n.
    probabilities
        ``(q,)``, each in (0, 1).

    Returns
    -------
    numpy.ndarray
        ``(..., q)``, each one of the n values.

    Raises
    ------
    ValueError
        If k is not within 1 … n, or a value is NaN.
    """
    values = _without_nan(values)
    reached = 1 - _missed(values.shape[-1], k)[1:]
    # Rounded: a computed 0.5 could lie just above a share of one half.
    ranks = np.searchsorted(np.round(reached, 12), np.round(np.asarray(probabilities), 12))
    return np.sort(values, axis=-1)[..., ranks]


def _missed(n: int, k: int) -> FloatArray:
    """Probability C(n − j, k) / C(n, k) that none of the j best is among the k, j = 0 … n."""
    if not 1 <= k <= n:
        raise ValueError(f"k must be from 1 to the number of values, {n}, got {k}")
    best = np.arange(n)
    # scipy.stats.hypergeom takes longer to import than this takes for all arms of a study.
    return np.cumprod(np.append(1.0, np.maximum(n - k - best, 0) / (n - best)))


def _without_nan(values: ArrayLike) -> FloatArray:
    values = np.asarray(values, dtype=np.float64)
    if np.isnan(values).any():
        raise ValueError("the best of values that include NaN is not defined")
    return values
