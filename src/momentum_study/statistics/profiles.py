"""Performance profiles: how often each arm is within a factor of the best arm of a problem."""

import numpy as np
from numpy.typing import ArrayLike

from momentum_study.statistics.estimates import FloatArray


def performance_profile(costs: ArrayLike, taus: ArrayLike) -> FloatArray:
    """Share of problems on which an arm's cost is at most τ times the smallest of any arm.

    ρₐ(τ) = |{p : c(p, a) ≤ τ minₐ c(p, a)}| / problems. At τ = 1 it is the share of problems that
    the arm wins, ties included; for large τ, the share that it solves. The smallest cost depends
    on which arms are compared. Profiles do not rank two arms that both differ from the best.

    Parameters
    ----------
    costs
        ``(problems, arms)``: not negative, +∞ for failed. A problem that no arm solves counts
        among the problems, but for no arm.
    taus
        ``(T,)``: factors, at least 1.

    Returns
    -------
    numpy.ndarray
        ``(arms, T)``, in [0, 1], increasing with τ.

    Raises
    ------
    ValueError
        If a cost is negative or NaN.

    References
    ----------
    Dolan & Moré (2002), Benchmarking optimization software with performance profiles; Gould &
    Scott (2016), A note on performance profiles for benchmarking software.
    """
    costs = np.asarray(costs, dtype=np.float64)[..., np.newaxis]
    if not np.all(costs >= 0):
        raise ValueError("costs must not be negative nor NaN")
    smallest = costs.min(axis=1, keepdims=True)
    within = np.isfinite(costs) & (costs <= smallest * np.asarray(taus))
    return np.asarray(within.mean(axis=0))
