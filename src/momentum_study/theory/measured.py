"""What the study's update rules do on one eigenvalue: measured, to hold against the closed forms.

Nothing here knows a rule's formula: the registered rules are run with the gradient λw, and their
iterates looked at. `rate` is the rule's own learning rate, `curvature` is λ, 1 unless given. Every
function takes arrays that broadcast and has the name of the closed form that it measures.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import elementwise, minimize_scalar

from momentum_study.engine.optimizers import get_rule
from momentum_study.engine.points import Points
from momentum_study.theory.arrays import FloatArray, floats
from momentum_study.theory.quadratics import ALTERNATING, DIVERGING, MONOTONE, OSCILLATING

# Smaller singular values are rounding: the iterates obey a shorter recurrence, as at β = 0.
_RANK_TOLERANCE = 1e-12

# The second half of so many updates shows the regime: many periods of a slow oscillation.
_LONG_RUN = 2000

# Rates at which every rule is stable, and at which none is, for β up to 0.999.
_SLOW, _FAST = 1e-3, 1e4

# Of the size of rounding. Radii may be equal over a range of rates: the sign there is noise.
_ZERO = 1e-14


def _unit_starts(
    name: str, beta: ArrayLike, rate: ArrayLike, curvature: ArrayLike
) -> tuple[Points, Callable[[FloatArray], FloatArray]]:
    """Points ``(..., n)`` that start from the n unit vectors of (w, v), and their gradient."""
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
    """Matrix by which one update multiplies (w, v), its columns made from the unit vectors.

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

    The fit is exact for a linear rule. It joins the iterates from all unit vectors of (w, v), each
    window of n + 1 iterates brought to the same size, so that neither a slow mode nor a large rate
    spoils it. Where a shorter recurrence holds, it is the fit of least norm.

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
    """Regime seen in a long run: whether it grows, and how often w changes its sign.

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
        run; else `MONOTONE` if w never changes its sign there, `ALTERNATING` if it does at every
        update, `OSCILLATING` otherwise.
    """
    beta, rate = floats(beta, rate)
    points = Points(get_rule(name), beta, rate, np.ones_like(rate))
    arrays = [points.positions, *points.state]
    growth, flips = np.zeros_like(rate), np.zeros(rate.shape, dtype=np.int64)
    for update in range(_LONG_RUN):
        negative = np.signbit(points.positions)
        points.update(points.positions)
        # Brought back to the same size each time, or it would leave the range of numbers.
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
    """Rates at which the fitted recurrence of two terms has a double root.

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
    """Updates by which a rule trails plain descent, both at rate 1 on the gradient 1.

    Parameters
    ----------
    name
        A moving average.
    beta
        ``(...)``.
    step
        Number of updates made, whole, ``(...)``.

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
    """Roots of ``function(x, *parameters)`` between `low` and `high`, one for each element.

    Parameters
    ----------
    function
        Of arrays, element by element, of opposite signs at `low` and at `high`.
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
