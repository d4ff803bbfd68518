"""Closed forms over a spectrum [μ, L]: the best learning rate and β, and the speed-up.

κ = L/μ is the condition number. With μ = 1 and L = κ, learning rates are in units of 1/μ. The
slowest eigendirection determines the speed of a rule: its radius is the larger of those at μ and
at L, since ρ falls and then rises with the rate.
"""

import numpy as np
from numpy.typing import ArrayLike

from momentum_study.theory.arrays import FloatArray, floats
from momentum_study.theory.quadratics import spectral_radius


def best_rate(rule: str, kappa: ArrayLike) -> FloatArray:
    """Learning rate of the best (rate, β).

    2/(μ + L) for ``gd``, 1/√(μL) for ``momentum``, 4/(√μ + √L)² for ``heavy_ball``,
    4/(μ + 3L) for ``nesterov``.

    Parameters
    ----------
    rule
        ``"gd"``, ``"momentum"``, ``"heavy_ball"`` or ``"nesterov"``.
    kappa
        Condition number κ ≥ 1, ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(...)``.

    Raises
    ------
    ValueError
        For another rule.
    """
    (kappa,) = floats(kappa)
    match rule:
        case "gd":
            return 2.0 / (1.0 + kappa)
        case "momentum":
            return 1.0 / np.sqrt(kappa)
        case "heavy_ball":
            return np.square(2.0 / (1.0 + np.sqrt(kappa)))
        case "nesterov":
            return 4.0 / (1.0 + 3.0 * kappa)
    raise _unknown(rule)


def best_beta(rule: str, kappa: ArrayLike) -> FloatArray:
    """Momentum coefficient of the best (rate, β).

    ((√κ − 1)/(√κ + 1))² for ``momentum`` and ``heavy_ball``,
    (√(3κ + 1) − 2)/(√(3κ + 1) + 2) for ``nesterov``, 0 for ``gd``.

    Parameters
    ----------
    rule, kappa
        As for `best_rate`.

    Returns
    -------
    numpy.ndarray
        ``(...)``.

    Raises
    ------
    ValueError
        As `best_rate`.
    """
    (kappa,) = floats(kappa)
    match rule:
        case "gd":
            return np.zeros_like(kappa)
        case "momentum" | "heavy_ball":
            return np.square(best_radius(rule, kappa))
        case "nesterov":
            root = np.sqrt(3.0 * kappa + 1.0)
            return (root - 2.0) / (root + 2.0)
    raise _unknown(rule)


def best_radius(rule: str, kappa: ArrayLike) -> FloatArray:
    """Radius ρ* of the best (rate, β).

    (κ − 1)/(κ + 1) for ``gd``, (√κ − 1)/(√κ + 1) for ``momentum`` and ``heavy_ball``,
    1 − 2/√(3κ + 1) for ``nesterov`` (Polyak 1964; Lessard, Recht & Packard 2016).

    Parameters
    ----------
    rule, kappa
        As for `best_rate`.

    Returns
    -------
    numpy.ndarray
        ``(...)``.

    Raises
    ------
    ValueError
        As `best_rate`.
    """
    (kappa,) = floats(kappa)
    match rule:
        case "gd":
            return (kappa - 1.0) / (kappa + 1.0)
        case "momentum" | "heavy_ball":
            return (np.sqrt(kappa) - 1.0) / (np.sqrt(kappa) + 1.0)
        case "nesterov":
            return 1.0 - 2.0 / np.sqrt(3.0 * kappa + 1.0)
    raise _unknown(rule)


def tuned_rate(beta: ArrayLike, kappa: ArrayLike) -> FloatArray:
    """Best α of ``momentum`` for a given β, 2(1 + β)/((1 − β)(μ + L)).

    At this rate the traces at μ and L have opposite signs and the same size. Below
    `saturation_kappa` other rates are equally good.

    Parameters
    ----------
    beta
        Momentum coefficient β, ``(...)``.
    kappa
        Condition number κ, ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(...)``.
    """
    beta, kappa = floats(beta, kappa)
    return 2.0 * (1.0 + beta) / ((1.0 - beta) * (1.0 + kappa))


def tuned_radius(beta: ArrayLike, kappa: ArrayLike) -> FloatArray:
    """Radius of ``momentum`` for a given β and the best α.

    √β up to κ = ((1 + √β)/(1 − √β))²; above, (|T| + √(T² − 4β))/2 with
    |T| = (1 + β)(κ − 1)/(κ + 1).

    Parameters
    ----------
    beta, kappa
        As for `tuned_rate`.

    Returns
    -------
    numpy.ndarray
        ``(...)``.
    """
    return spectral_radius("momentum", beta, tuned_rate(beta, kappa))


def speed_up(beta: ArrayLike, kappa: ArrayLike) -> FloatArray:
    """Updates of gradient descent without momentum per update of momentum, both at tuned rates.

    ln ρ(momentum, β)/ln ρ(gd), which approaches (1 + β)/(1 − β) for large κ.

    Parameters
    ----------
    beta, kappa
        As for `tuned_rate`; κ > 1.

    Returns
    -------
    numpy.ndarray
        ``(...)``.
    """
    return np.log(tuned_radius(beta, kappa)) / np.log(best_radius("gd", kappa))


def break_even_kappa(beta: ArrayLike) -> FloatArray:
    """κ below which momentum with this β is slower than plain gradient descent, both tuned.

    There (κ − 1)/(κ + 1) = √β, that is κ = (1 + √β)/(1 − √β).

    Parameters
    ----------
    beta
        Momentum coefficient β, ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(...)``.
    """
    root = np.sqrt(*floats(beta))
    return (1.0 + root) / (1.0 - root)


def saturation_kappa(beta: ArrayLike) -> FloatArray:
    """κ up to which momentum with this β and tuned α has ρ = √β: `break_even_kappa` squared.

    Parameters
    ----------
    beta
        Momentum coefficient β, ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(...)``.
    """
    return np.square(break_even_kappa(beta))


def _unknown(rule: str) -> ValueError:
    return ValueError(f"no best rate is known of {rule!r}")
