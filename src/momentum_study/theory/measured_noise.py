"""Variances of the study's update rules under gradient noise: solved exactly, and simulated.

Units are those of `noise`: curvature 1 and noise of variance 1, so that `rate` is the rule's own
learning rate. No function here contains a rule's formula.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import solve_discrete_lyapunov

from momentum_study.engine.optimizers import get_rule
from momentum_study.engine.points import Points
from momentum_study.theory.arrays import FloatArray, floats
from momentum_study.theory.measured import one_step_map, root, spectral_radius

# Largest share of the stationary variance that is missing after the burn-in. The standard error
# of 20000 chains is a hundred times as large.
_TRANSIENT = 1e-4

# A rate at which every rule is stable in mean square, and one at which none is.
_SLOW, _FAST = 1e-3, 1e4


def stationary_covariance(name: str, beta: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Covariance C of (w, v), the solution of the discrete Lyapunov equation C = ACAᵀ + bbᵀ.

    A is the rule's one-step map, and b is (w, v) after one update from 0 with the gradient 1.

    Parameters
    ----------
    name
        A rule that is linear and the same in every update.
    beta, rate
        ``(...)``, stable.

    Returns
    -------
    numpy.ndarray
        ``(..., n, n)``, n = 1 + the number of the rule's arrays.
    """
    maps, kick = one_step_map(name, beta, rate), _kick(name, beta, rate)
    noise = kick[..., :, None] * kick[..., None, :]
    solve = np.vectorize(solve_discrete_lyapunov, signature="(n,n),(n,n)->(n,n)")
    covariance: FloatArray = solve(maps, noise)
    return covariance


def _kick(name: str, beta: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Return (w, v) after one update from 0 with the gradient 1, ``(..., n)``."""
    beta, rate = (array[..., None] for array in floats(beta, rate))
    points = Points(get_rule(name), beta, rate, np.zeros_like(rate))
    points.update(np.ones_like(rate))
    return np.concatenate([points.positions, *points.state], axis=-1)


def jitter(name: str, beta: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Variance of w[t+1] − w[t] = c·(w, v) + b₁ξ, where (w, v) has its stationary covariance.

    c is the first row of A − I, and b₁ the first element of b, as in `stationary_covariance`.

    Parameters
    ----------
    name, beta, rate
        As for `stationary_covariance`.

    Returns
    -------
    numpy.ndarray
        ``(...)``.
    """
    maps = one_step_map(name, beta, rate)
    change = (maps - np.eye(maps.shape[-1]))[..., 0, :]
    covariance = stationary_covariance(name, beta, rate)
    moved = np.einsum("...i,...ij,...j->...", change, covariance, change)
    variance: FloatArray = moved + _kick(name, beta, rate)[..., 0] ** 2
    return variance


def simulated(
    name: str, beta: float, rate: float, draws: int, generator: np.random.Generator
) -> tuple[float, float]:
    """Variances of w and of one update over independent chains with normal noise.

    Parameters
    ----------
    name, beta, rate
        As for `stationary_covariance`, but single numbers.
    draws
        Number of chains, at least 2.
    generator
        Supplies ``draws`` numbers per update.

    Returns
    -------
    variance, jitter
        Unbiased estimates at one update after a burn-in.
    """
    radius = float(spectral_radius(name, beta, rate))
    # The error of a variance shrinks by ρ² per update. At least two updates, since ρ can be 0.
    burn_in = 1 + math.ceil(math.log(_TRANSIENT) / (2.0 * math.log(max(radius, _TRANSIENT))))
    chains = Points(get_rule(name), beta, rate, np.zeros(draws))
    for _ in range(burn_in):
        chains.update(chains.positions + generator.standard_normal(draws))
    before = chains.positions.copy()
    chains.update(before + generator.standard_normal(draws))
    after = chains.positions
    return float(np.var(after, ddof=1)), float(np.var(after - before, ddof=1))


def curvature_noise_limit(name: str, beta: ArrayLike, sigma: ArrayLike) -> FloatArray:
    """Rate from which on the second moments of (w, v) no longer shrink.

    In every update the curvature is 1 + σ or 1 − σ at random. The moments are multiplied by the
    mean of the two A ⊗ A: only the mean and the variance of the curvature matter.

    Parameters
    ----------
    name
        A rule that is linear and the same in every update.
    beta, sigma
        ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(...)``.
    """

    def excess(rate: FloatArray, beta: FloatArray, sigma: FloatArray) -> FloatArray:
        maps = one_step_map(name, beta, rate, np.stack([1.0 - sigma, 1.0 + sigma]))
        size = maps.shape[-1] ** 2
        moments = np.einsum("...ij,...kl->...ikjl", maps, maps).mean(axis=0)
        moments = moments.reshape(*moments.shape[:-4], size, size)
        growth: FloatArray = np.abs(np.linalg.eigvals(moments)).max(axis=-1) - 1.0
        return growth

    return root(excess, _SLOW, _FAST, beta, sigma)
