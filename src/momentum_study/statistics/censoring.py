"""Time to a target over runs that may miss it: a missed target counts with the budget spent."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from statsmodels.duration.survfunc import SurvfuncRight

from momentum_study.statistics.estimates import FloatArray


def expected_running_time(steps: ArrayLike, budget: ArrayLike, axis: int = -1) -> FloatArray:
    """Updates to reach the target once, if a run that missed it is followed by another.

    ERT = (Σ over runs of the updates until the target, or the budget if missed) / successes

    Parameters
    ----------
    steps
        ``(..., n, ...)``: updates until each run reached the target, +∞ if it never did, NaN for a
        run that is left out.
    budget
        Largest number of updates of a run: one number, or a shape that broadcasts to `steps`.
    axis
        The axis of the runs.

    Returns
    -------
    numpy.ndarray
        ``(...)``, in updates; +∞ without a success, NaN without a run.

    Raises
    ------
    ValueError
        If a run reached the target after the end of its budget.

    References
    ----------
    Auger & Hansen (2005), Performance evaluation of an advanced local search evolutionary
    algorithm; Hansen et al. (2021), COCO.
    """
    steps, reached, spent = _observed(steps, budget)
    successes = reached.sum(axis=axis)
    total = np.nansum(spent, axis=axis)
    expected = np.where(np.isnan(steps).all(axis=axis), np.nan, np.inf)
    return np.asarray(np.divide(total, successes, out=expected, where=successes > 0))


def kaplan_meier_median(steps: ArrayLike, budget: ArrayLike) -> float:
    """Kaplan–Meier median of the time to the target.

    S(t) is the estimated share of runs that have not reached the target by t. The median is the
    first t with S(t) < 1/2. If S is exactly 1/2 on an interval, it is the middle of the interval,
    like the median of an even number of values. If all runs have the same budget, it is the median
    of `steps`, infinities included.

    Parameters
    ----------
    steps
        ``(n,)`` as for `expected_running_time`.
    budget
        Updates after which a run is censored: one number, or ``(n,)``. A run that diverged will
        never reach the target, so it counts as observed to the end of its budget. The step at
        which it diverged would make the estimate too favourable.

    Returns
    -------
    float
        In updates; +∞ if no more than half reach the target, NaN without a run.

    Raises
    ------
    ValueError
        If a run reached the target after the end of its budget.

    References
    ----------
    Kaplan & Meier (1958), Nonparametric estimation from incomplete observations.
    """
    steps, reached, spent = _observed(steps, budget)
    ran = ~np.isnan(steps)
    if not ran.any():
        return np.nan
    survival = SurvfuncRight(spent[ran], reached[ran].astype(np.intp))
    # Not `SurvfuncRight.quantile`, which compares with 1/2 without a tolerance for rounding.
    half = np.isclose(survival.surv_prob, 0.5, rtol=1e-9, atol=0.0)
    below = (survival.surv_prob < 0.5) & ~half
    end = np.append(survival.surv_times[below], np.inf)[0]
    start = np.append(survival.surv_times[half], end)[0]
    return float((start + end) / 2)


def _observed(
    steps: ArrayLike, budget: ArrayLike
) -> tuple[FloatArray, NDArray[np.bool_], FloatArray]:
    """Return steps, success and updates spent of each run, all with the shape of `steps`."""
    steps = np.asarray(steps, dtype=np.float64)
    reached = np.isfinite(steps)
    late = reached & (steps > budget)
    if late.any():
        raise ValueError(f"{late.sum()} runs reached the target after the end of their budget")
    spent = np.where(np.isposinf(steps), budget, steps)
    return steps, reached, spent
