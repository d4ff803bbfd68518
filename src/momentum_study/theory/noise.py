"""Closed forms for noisy gradients: stationary variances, and stability under curvature noise.

The gradient on one eigenvalue λ is λw + ξ with independent noise ξ of variance s². Lengths are in
units of s/λ and velocities in units of s, so that the only parameters are β and the rule's own
learning rate times λ. Every function takes arrays that broadcast and is valid below the limit of
stability.
"""

import numpy as np
from numpy.typing import ArrayLike

from momentum_study.theory.arrays import FloatArray, floats


def position_variance(rule: str, beta: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Stationary variance of w, in units of s²/λ².

    αλ/(2 − αλ(1 − β)/(1 + β)), where β = 0 for ``gd`` and α = η/(1 − β) for ``heavy_ball``.

    Parameters
    ----------
    rule
        ``"gd"``, ``"momentum"`` or ``"heavy_ball"``.
    beta
        Momentum coefficient β, ``(...)``.
    rate
        The rule's own learning rate times λ, ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(...)``.

    Raises
    ------
    ValueError
        For another rule.
    """
    beta, alpha = _as_average(rule, beta, rate)
    return alpha / (2.0 - alpha * (1.0 - beta) / (1.0 + beta))


def velocity_variance(beta: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Stationary variance of the velocity of ``momentum``, in units of s².

    2(1 − β)/(2(1 + β) − (1 − β)αλ).

    Parameters
    ----------
    beta
        Momentum coefficient β, ``(...)``.
    rate
        αλ, ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(...)``.
    """
    beta, rate = floats(beta, rate)
    return 2.0 * (1.0 - beta) / (2.0 * (1.0 + beta) - (1.0 - beta) * rate)


def jitter(rule: str, beta: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Stationary variance of one update w[t+1] − w[t], in units of s²/λ².

    An update is −αv, so that its variance is (αλ)² times `velocity_variance`, where β = 0 for
    ``gd`` and α = η/(1 − β) for ``heavy_ball``.

    Parameters
    ----------
    rule, beta, rate
        As for `position_variance`.

    Returns
    -------
    numpy.ndarray
        ``(...)``.

    Raises
    ------
    ValueError
        As `position_variance`.
    """
    beta, alpha = _as_average(rule, beta, rate)
    return np.square(alpha) * velocity_variance(beta, alpha)


def curvature_noise_limit(rule: str, beta: ArrayLike, sigma: ArrayLike) -> FloatArray:
    """Limit of the learning rate α for stability in mean square where the curvature is noisy.

    Each update draws a new curvature with mean 1 and variance σ²: α < 2/(σ² + (1 − β)/(1 + β)).

    Parameters
    ----------
    rule
        ``"gd"`` (β = 0) or ``"momentum"``.
    beta
        Momentum coefficient β, ``(...)``.
    sigma
        Standard deviation σ of the curvature, in units of its mean, ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(...)``: the limit of α times the mean curvature.

    Raises
    ------
    ValueError
        For another rule.
    """
    if rule not in ("gd", "momentum"):
        raise ValueError(f"the limit is that of gd or momentum, not of {rule!r}")
    beta, _ = _as_average(rule, beta, 1.0)
    beta, sigma = floats(beta, sigma)
    return 2.0 / (np.square(sigma) + (1.0 - beta) / (1.0 + beta))


def _as_average(rule: str, beta: ArrayLike, rate: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return β and αλ of the moving average that has the rule's iterates."""
    beta, rate = floats(beta, rate)
    match rule:
        case "gd":
            return np.zeros_like(beta), rate
        case "momentum":
            return beta, rate
        case "heavy_ball":
            return beta, rate / (1.0 - beta)
    raise ValueError(f"no noise is known of {rule!r}")
