"""The best learning rate and β over a spectrum [μ, L], found by minimizing the measured radius.

As in `tuning`, μ = 1 and L = κ. The measured radius falls and then rises with the rate, so that the
slowest of all eigenvalues in [μ, L] is μ or L.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import elementwise

from momentum_study.engine.optimizers import get_rule
from momentum_study.theory import quadratics
from momentum_study.theory.arrays import FloatArray, floats
from momentum_study.theory.measured import root, spectral_radius

# Values of √β at which the search for the best β starts, denser towards 1.
_ROOTS_OF_BETA = 1.0 - np.geomspace(1.0, 1e-3, 16)

# Relative error at which the search for the best β ends.
_BETA_ERROR = 1e-7

# At this share of the largest stable rate no eigendirection oscillates.
_SLOW_SHARE = 1e-9


def radii(name: str, beta: ArrayLike, rate: ArrayLike, kappa: ArrayLike) -> FloatArray:
    """Measured radii at μ and at L.

    Parameters
    ----------
    name
        A rule that is linear and the same in every update.
    beta, rate, kappa
        ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(2, ...)``.
    """
    beta, rate, kappa = floats(beta, rate, kappa)
    return spectral_radius(name, beta, rate, np.stack([np.ones_like(kappa), kappa]))


def tuned_rate(name: str, beta: ArrayLike, kappa: ArrayLike) -> FloatArray:
    """Rate at which the radii at μ and at L are equal: there the larger of the two is smallest.

    Parameters
    ----------
    name
        As for `radii`.
    beta, kappa
        ``(...)``; κ > 1.

    Returns
    -------
    numpy.ndarray
        ``(...)``; one of them where a range of rates is equally good.
    """

    def difference(rate: FloatArray, beta: FloatArray, kappa: FloatArray) -> FloatArray:
        at_mu, at_l = radii(name, beta, rate, kappa)
        excess: FloatArray = at_mu - at_l
        return excess

    beta, kappa = floats(beta, kappa)
    largest = quadratics.stability_limit(name, beta) / kappa
    return root(difference, _SLOW_SHARE * largest, largest, beta, kappa)


def tuned_radius(name: str, beta: ArrayLike, kappa: ArrayLike) -> FloatArray:
    """Larger of the radii at μ and at L, where β is given and the rate tuned.

    Parameters
    ----------
    name, beta, kappa
        As for `tuned_rate`.

    Returns
    -------
    numpy.ndarray
        ``(...)``.
    """
    radius: FloatArray = radii(name, beta, tuned_rate(name, beta, kappa), kappa).max(axis=0)
    return radius


def best(name: str, kappa: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Rate, β and radius where the tuned radius is smallest over β.

    Parameters
    ----------
    name
        As for `radii`.
    kappa
        ``(...)``; from 2 to 100000.

    Returns
    -------
    rate, beta, radius
        ``(...)`` each.

    Raises
    ------
    ValueError
        If the minimum is not found.
    """
    (kappa,) = floats(kappa)
    if not get_rule(name).uses_beta:
        none = np.zeros_like(kappa)
        return tuned_rate(name, none, kappa), none, tuned_radius(name, none, kappa)
    betas = _ROOTS_OF_BETA**2
    nearest = tuned_radius(name, betas, kappa[..., None]).argmin(axis=-1)
    bracket = tuple(betas.take(nearest + shift, mode="clip") for shift in (-1, 0, 1))
    # A parabola through three equal values divides 0 by 0. SciPy then uses a golden section.
    with np.errstate(invalid="ignore"):
        result = elementwise.find_minimum(
            lambda beta, kappa: tuned_radius(name, beta, kappa),
            bracket,
            args=(kappa,),
            tolerances={"xrtol": _BETA_ERROR},
        )
    if not np.all(result.success):
        raise ValueError(f"no best beta found of {name} for {kappa[~result.success]}")
    beta: FloatArray = result.x
    return tuned_rate(name, beta, kappa), beta, tuned_radius(name, beta, kappa)


def break_even_kappa(name: str, beta: ArrayLike, largest: float) -> FloatArray:
    """κ at which a rule with this β has the same radius as plain gradient descent, both tuned.

    Parameters
    ----------
    name
        As for `radii`.
    beta
        ``(...)``, positive.
    largest
        A κ at which the rule wins.

    Returns
    -------
    numpy.ndarray
        ``(...)``.
    """

    def difference(kappa: FloatArray, beta: FloatArray) -> FloatArray:
        return tuned_radius(name, beta, kappa) - tuned_radius("gd", 0.0, kappa)

    return root(difference, 1.0 + 1e-3, largest, beta)
