"""Closed forms for one eigenvalue λ: roots, regimes and limits of the linear update rules.

On a quadratic every eigendirection of the Hessian evolves independently, with the gradient λw.
`rate` is the rule's own learning rate times λ, a number without unit: αλ for ``gd`` and
``momentum``, ηλ for ``heavy_ball`` and ``nesterov``. Every function takes arrays that broadcast.
The iterates of a linear rule satisfy ``w[k+2] = T w[k+1] − D w[k]``. The roots z of its
characteristic polynomial z² − Tz + D determine all other quantities.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from momentum_study.core.errors import StudyError
from momentum_study.engine.optimizers import get_rule
from momentum_study.theory.arrays import FloatArray, floats

MONOTONE, OSCILLATING, ALTERNATING, DIVERGING = range(4)


def recurrence(rule: str, beta: ArrayLike, rate: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Trace T and determinant D of one update, the coefficients of z² − Tz + D.

    ========================================  ===================  ==============
    rule                                      T                    D
    ========================================  ===================  ==============
    ``gd``                                    1 − αλ               0
    ``momentum``, ``momentum_corrected``      1 + β − (1 − β)αλ    β
    ``heavy_ball``                            1 + β − ηλ           β
    ``nesterov``                              (1 + β)(1 − ηλ)      β(1 − ηλ)
    ========================================  ===================  ==============

    Plain gradient descent has the roots 1 − αλ and 0. The bias correction decays, so that the
    corrected average has the recurrence of the uncorrected one in the long run.

    Parameters
    ----------
    rule
        Name of a linear rule.
    beta
        Momentum coefficient β, ``(...)``; of no effect for ``gd``.
    rate
        Learning rate times λ, ``(...)``; negative at a saddle.

    Returns
    -------
    trace, determinant
        ``(...)`` each.

    Raises
    ------
    StudyError
        If there is no such rule, or it is not linear (``adam``).
    """
    beta, rate = floats(beta, rate)
    match rule:
        case "gd":
            return 1.0 - rate, np.zeros_like(rate)
        case "momentum" | "momentum_corrected":
            return 1.0 + beta - (1.0 - beta) * rate, beta.copy()
        case "heavy_ball":
            return 1.0 + beta - rate, beta.copy()
        case "nesterov":
            return (1.0 + beta) * (1.0 - rate), beta * (1.0 - rate)
    raise _not_linear(rule)


def dominant_root(rule: str, beta: ArrayLike, rate: ArrayLike) -> NDArray[np.complex128]:
    """Root of largest modulus; of a conjugate pair, the one above the real axis.

    For a real pair z = (T ± √(T² − 4D))/2 the sign is that of T, which avoids cancellation. The
    square root is taken of (T − 2√D)(T + 2√D), which is exact to rounding near a double root.

    Parameters
    ----------
    rule, beta, rate
        As for `recurrence`.

    Returns
    -------
    numpy.ndarray
        Complex, ``(...)``.

    Raises
    ------
    StudyError
        As `recurrence`.
    """
    trace, determinant = recurrence(rule, beta, rate)
    # D < 0, as for Nesterov's ηλ > 1: two real roots of opposite sign.
    geometric_mean = np.sqrt(np.maximum(determinant, 0.0))
    discriminant = np.where(
        determinant < 0.0,
        np.square(trace) - 4.0 * determinant,
        (trace - 2.0 * geometric_mean) * (trace + 2.0 * geometric_mean),
    )
    half_width = np.sqrt(np.abs(discriminant)) / 2.0
    real = trace / 2.0 + np.where(discriminant < 0.0, 0.0, np.copysign(half_width, trace))
    return real + 1j * np.where(discriminant < 0.0, half_width, 0.0)


def spectral_radius(rule: str, beta: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Factor ρ = max |z| by which the iterates shrink per update in the long run.

    Where the roots are complex it is √D, for ``momentum`` and ``heavy_ball`` √β.

    Parameters
    ----------
    rule, beta, rate
        As for `recurrence`.

    Returns
    -------
    numpy.ndarray
        ``(...)``.

    Raises
    ------
    StudyError
        As `recurrence`.
    """
    return np.abs(dominant_root(rule, beta, rate))


def regime(rule: str, beta: ArrayLike, rate: ArrayLike) -> NDArray[np.int64]:
    """How the iterates approach the minimum, by the dominant root.

    Parameters
    ----------
    rule, beta, rate
        As for `recurrence`.

    Returns
    -------
    numpy.ndarray
        ``(...)``: `DIVERGING` where ρ > 1, else `OSCILLATING` where the root is complex,
        `ALTERNATING` where it is negative, `MONOTONE` where it is not.

    Raises
    ------
    StudyError
        As `recurrence`.
    """
    root = dominant_root(rule, beta, rate)
    return np.select(
        [np.abs(root) > 1.0, root.imag > 0.0, root.real < 0.0],
        [DIVERGING, OSCILLATING, ALTERNATING],
        MONOTONE,
    )


def stability_limit(rule: str, beta: ArrayLike) -> FloatArray:
    """Upper limit of the rule's own learning rate times λ for stability.

    ========================================  =====================
    rule                                      limit
    ========================================  =====================
    ``gd``                                    2
    ``momentum``, ``momentum_corrected``      2(1 + β)/(1 − β)
    ``heavy_ball``                            2(1 + β)
    ``nesterov``                              2(1 + β)/(1 + 2β)
    ========================================  =====================

    For the corrected average it is the limit in the long run. The first updates have a rate of up
    to α/(1 − β): the iterates can grow by many orders of magnitude before they shrink.

    Parameters
    ----------
    rule
        Name of a linear rule.
    beta
        Momentum coefficient β, ``(...)``; of no effect for ``gd``.

    Returns
    -------
    numpy.ndarray
        ``(...)``. The rule is stable at rates between 0 and the limit.

    Raises
    ------
    StudyError
        If there is no such rule, or it is not linear (``adam``) and so has no such limit.
    """
    (beta,) = floats(beta)
    match rule:
        case "gd":
            return np.full_like(beta, 2.0)
        case "momentum" | "momentum_corrected":
            return 2.0 * (1.0 + beta) / (1.0 - beta)
        case "heavy_ball":
            return 2.0 * (1.0 + beta)
        case "nesterov":
            return 2.0 * (1.0 + beta) / (1.0 + 2.0 * beta)
    raise _not_linear(rule)


def oscillation_window(rule: str, beta: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Rates between which the roots are complex, so that the iterates oscillate.

    (1 ∓ √β)² for ``heavy_ball``. For ``momentum`` these values divided by 1 − β:
    (1 − √β)/(1 + √β) and its inverse.

    Parameters
    ----------
    rule
        ``"momentum"`` or ``"heavy_ball"``.
    beta
        Momentum coefficient β, ``(...)``.

    Returns
    -------
    start, end
        ``(...)`` each.

    Raises
    ------
    ValueError
        For another rule.
    """
    (beta,) = floats(beta)
    root = np.sqrt(beta)
    match rule:
        case "momentum":
            return (1.0 - root) / (1.0 + root), (1.0 + root) / (1.0 - root)
        case "heavy_ball":
            return np.square(1.0 - root), np.square(1.0 + root)
    raise ValueError(f"the window is that of momentum or heavy_ball, not of {rule!r}")


def lag(rule: str, beta: ArrayLike, step: ArrayLike) -> FloatArray:
    """Lag of a rule behind plain gradient descent at the same α on a constant gradient.

    After k updates from v = 0 it is β(1 − βᵏ)/(1 − β), which increases to β/(1 − β). With
    corrected bias there is no lag.

    Parameters
    ----------
    rule
        ``"momentum"`` or ``"momentum_corrected"``.
    beta
        Momentum coefficient β, ``(...)``.
    step
        Number of updates k, ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(...)``, in updates.

    Raises
    ------
    ValueError
        For another rule.
    """
    beta, step = floats(beta, step)
    match rule:
        case "momentum":
            return beta * (1.0 - beta**step) / (1.0 - beta)
        case "momentum_corrected":
            return np.zeros_like(beta)
    raise ValueError(f"the lag is that of momentum or momentum_corrected, not of {rule!r}")


def saddle_growth(rule: str, beta: ArrayLike, rate: ArrayLike) -> FloatArray:
    """Factor per update by which a rule leaves a saddle along a direction of curvature −γ.

    Parameters
    ----------
    rule, beta
        As for `recurrence`.
    rate
        The rule's own learning rate times γ, positive, ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(...)``, above 1.

    Raises
    ------
    StudyError
        As `recurrence`.
    """
    return spectral_radius(rule, beta, -np.asarray(rate, dtype=np.float64))


def _not_linear(rule: str) -> StudyError:
    known = get_rule(rule)  # raises for a name that no rule has
    return StudyError(
        f"{known.name} is not linear: it has no roots and no stability limit; "
        "take a rule whose update is a linear recurrence"
    )
