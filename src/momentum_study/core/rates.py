"""Learning rates of an axis: whether they are evenly spaced in value or in logarithm."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

_FEWEST = 4
_ROUNDING = 0.9  # the smallest step of rates rounded to two digits, as a share of the largest


def is_linear(rates: ArrayLike) -> bool:
    """Return whether an axis of these learning rates should be linear instead of logarithmic.

    It should if there are at least four distinct rates, and they are evenly spaced in value up to
    rounding, more evenly than in logarithm.

    Parameters
    ----------
    rates
        Any shape, positive, in any order; repeated rates count once.
    """
    distinct = np.unique(np.asarray(rates, dtype=np.float64))
    if len(distinct) < _FEWEST:
        return False
    in_value, in_log = _evenness(distinct), _evenness(np.log(distinct / distinct[0]))
    return in_value >= _ROUNDING and in_value > in_log


def _evenness(places: NDArray[np.float64]) -> float:
    """Smallest step between ascending values, as a share of the largest: 1 if evenly spaced."""
    steps = np.diff(places)
    return float(steps.min() / steps.max())
