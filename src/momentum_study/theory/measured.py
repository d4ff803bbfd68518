"""Measurements of the study's update rules on one eigenvalue, to compare with the closed forms.

No function here contains a rule's formula: each one runs the registered rules with the gradient λw
and evaluates their iterates. `rate` is the rule's own learning rate, `curvature` is λ, by default
1. Every function takes arrays that broadcast and has the name of the closed form that it measures.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import elementwise, minimize_scalar

from momentum_study.engine.optimizers import get_rule
from momentum_study.engine.points import Points
from momentum_study.theory.arrays import FloatArray, floats
from momentum_study.theory.quadratics import ALTERNATING, DIVERGING, MONOTONE, OSCILLATING

# Smaller singular values are rounding errors: a shorter recurrence holds, as at β = 0.
_RANK_TOLERANCE = 1e-12

# The regime is read from the second half of this many updates: many periods of a slow oscillation.
_LONG_RUN = 2000

# A rate at which every rule is stable, and one at which none is, for β up to 0.999.
_SLOW, _FAST = 1e-3, 1e4

# The size of rounding errors. Radii can be equal over a range of rates, where the sign is noise.
_ZERO = 1e-14


def _unit_starts(
    name: str, beta: ArrayLike, rate: ArrayLike, curvature: ArrayLike
) -> tuple[Points, Callable[[FloatArray], FloatArray]]:
    """Return points ``(..., n)`` that start at the n unit vectors of (w, v), and their gradient."""
    rule = get_rule(name)
    if not rule.homogeneous or rule.depends_on_t:
        raise ValueError(f"{name} is not the same linear map in every update")
    beta, rate, slope = (array[..., None] for array in floats(beta, rate, curvature))
    units = np.eye(1 + len(rule.state))
    points = Points(rule, beta, rate, np.broadcast_to(units[0], (*slope.shape[:-1], len(units))))
    for velocity, unit in zip(points.state, units[1:], strict=True):
        velocity[...] = unit
    return points, lambda positions: slope * positions


def one_step_map(
    name: str, beta: ArrayLike, rate: ArrayLike, curvature: ArrayLike = 1.0
) -> FloatArray:
    """Matrix by which one update multiplies (w, v), measured on the unit vectors.

    Parameters
    ----------
    name
        A rule that is linear and the same in every update.
    beta, rate, curvature
        ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(..., n, n)``, n = 1 + the number of the rule's arrays.

    Raises
    ------
    ValueError
        If the rule is not linear, or changes from update to update.
    """
    points, gradient = _unit_starts(name, beta, rate, curvature)
    points.update(gradient(points.positions))
    return np.stack([points.positions, *points.state], axis=-2)


def recurrence(
    name: str, beta: ArrayLike, rate: ArrayLike, curvature: ArrayLike = 1.0
) -> FloatArray:
    """Fit ``w[k+n] = c[0] w[k+n-1] + … + c[n-1] w[k]`` to the iterates.

    The fit is exact for a linear rule. It uses the iterates from all unit vectors of (w, v). Each
    window of n + 1 iterates is scaled to the same size, so that the fit is accurate for slow modes
    and large rates. Where a shorter recurrence holds, the fit is that of least norm.

    Parameters
    ----------
    name, beta, rate, curvature
        As for `one_step_map`.

    Returns
    -------
    numpy.ndarray
        ``(..., n)``.

    Raises
    ------
    ValueError
        As `one_step_map`.
    """
    points, gradient = _unit_starts(name, beta, rate, curvature)
    n = points.positions.shape[-1]
    path = points.run(gradient, 2 * n - 1)
    windows = np.stack([path[first : first + n] for first in range(n + 1)], axis=-1)
    windows = np.moveaxis(windows, 0, -2).reshape(*windows.shape[1:-2], n * n, n + 1)
    size = np.abs(windows[..., :n]).max(axis=-1, keepdims=True)
    windows = windows / np.where(size > 0.0, size, 1.0)
    inverse = np.linalg.pinv(windows[..., n - 1 :: -1], rtol=_RANK_TOLERANCE)
    coefficients: FloatArray = (inverse @ windows[..., n:])[..., 0]
    return coefficients


def spectral_radius(
    name: str, beta: ArrayLike, rate: ArrayLike, curvature: ArrayLike = 1.0
) -> FloatArray:
    """Largest modulus of the roots of the fitted `recurrence`.

    Parameters
    ----------
    name, beta, rate, curvature
        As for `one_step_map`.

    Returns
    -------
    numpy.ndarray
        ``(...)``.

    Raises
    ------
    ValueError
        As `one_step_map`.
    """
    coefficients = recurrence(name, beta, rate, curvature)
    n = coefficients.shape[-1]
    companion = np.zeros((*coefficients.shape, n))
    companion[..., 0, :] = coefficients
    companion[..., range(1, n), range(n - 1)] = 1.0
    radius: FloatArray = np.abs(np.linalg.eigvals(companion)).max(axis=-1)
    return radius


def regime(name: str, beta: ArrayLike, rate: ArrayLike) -> NDArray[np.int64]:
    """Regime of a long run, from its growth and from how often w changes its sign.

    Parameters
    ----------
    name
        A linear rule.
    beta, rate
        ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(...)``, a regime of `quadratics`: `DIVERGING` if (w, v) grows in the second half of the
        run; else `MONOTONE` if w never changes its sign in that half, `ALTERNATING` if it does at
        every update, `OSCILLATING` otherwise.
    """
    beta, rate = floats(beta, rate)
    points = Points(get_rule(name), beta, rate, np.ones_like(rate))
    arrays = [points.positions, *points.state]
    growth, flips = np.zeros_like(rate), np.zeros(rate.shape, dtype=np.int64)
    for update in range(_LONG_RUN):
        negative = np.signbit(points.positions)
        points.update(points.positions)
        # Rescaled at each update to avoid overflow and underflow.
        size = np.maximum(np.max(np.abs(arrays), axis=0), np.finfo(np.float64).tiny)
        for array in arrays:
            array /= size
        if update >= _LONG_RUN // 2:
            growth += np.log(size)
            flips += np.signbit(points.positions) != negative
    return np.select(
        [growth > 0.0, flips == 0, flips == _LONG_RUN // 2],
        [DIVERGING, MONOTONE, ALTERNATING],
        OSCILLATING,
    )


def stability_limit(name: str, beta: ArrayLike) -> FloatArray:
    """Rate at which the measured radius reaches 1.

    Parameters
    ----------
    name
        As for `one_step_map`.
    beta
        ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(...)``.
    """
    return root(lambda rate, beta: spectral_radius(name, beta, rate) - 1.0, _SLOW, _FAST, beta)


def oscillation_window(name: str, beta: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Rates at which the fitted two-term recurrence has a double root.

    Parameters
    ----------
    name
        As for `one_step_map`, with one array.
    beta
        ``(...)``, positive.

    Returns
    -------
    start, end
        ``(...)`` each.
    """

    def discriminant(rate: ArrayLike, beta: ArrayLike) -> FloatArray:
        first, second = np.moveaxis(recurrence(name, beta, rate), -1, 0)
        result: FloatArray = np.square(first) + 4.0 * second
        return result

    (beta,) = floats(beta)
    lowest = [minimize_scalar(discriminant, args=(value,)).x for value in beta.ravel()]
    within = np.reshape(lowest, beta.shape)
    return root(discriminant, 0.0, within, beta), root(discriminant, within, _FAST, beta)


def lag(name: str, beta: ArrayLike, step: ArrayLike) -> FloatArray:
    """Lag of a rule behind plain gradient descent, both at rate 1 on the gradient 1.

    Parameters
    ----------
    name
        A moving average.
    beta
        ``(...)``.
    step
        Number of updates, whole numbers, ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(...)``, in updates.
    """
    beta, step = floats(beta, step)
    steps = step.astype(np.int64)[None]
    averaged, plain = (
        Points(get_rule(rule), beta, 1.0, np.zeros_like(beta)).run(np.ones_like, int(steps.max()))
        for rule in (name, "gd")
    )
    behind: FloatArray = np.take_along_axis(averaged - plain, steps, axis=0)[0]
    return behind


def root(
    function: Callable[..., FloatArray], low: ArrayLike, high: ArrayLike, *parameters: ArrayLike
) -> FloatArray:
    """Find the roots of ``function(x, *parameters)`` between `low` and `high`, element by element.

    Parameters
    ----------
    function
        Function of arrays, applied element by element, with opposite signs at `low` and `high`.
    low, high, *parameters
        ``(...)``.

    Returns
    -------
    numpy.ndarray
        ``(...)``.

    Raises
    ------
    ValueError
        If a root is not found.
    """
    result = elementwise.find_root(
        function, (low, high), args=parameters, tolerances={"fatol": _ZERO}
    )
    if not np.all(result.success):
        raise ValueError(f"no root found in {np.sum(~result.success)} of {result.x.size} cases")
    roots: FloatArray = result.x
    return roots
