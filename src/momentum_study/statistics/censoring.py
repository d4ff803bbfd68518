"""Time to a target over runs that may miss it: a missed target counts with the budget spent."""

import numpy as np
from numpy.typing import ArrayLike

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
    steps = np.asarray(steps, dtype=np.float64)
    reached = np.isfinite(steps)
    late = reached & (steps > budget)
    if late.any():
        raise ValueError(f"{late.sum()} runs reached the target after the end of their budget")
    spent = np.where(np.isposinf(steps), budget, steps)
    successes = reached.sum(axis=axis)
    total = np.nansum(spent, axis=axis)
    expected = np.where(np.isnan(steps).all(axis=axis), np.nan, np.inf)
    return np.asarray(np.divide(total, successes, out=expected, where=successes > 0))
