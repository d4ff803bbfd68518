"""Conversion of arguments to float64 arrays of one shape, used by every function of `theory`."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def floats(*values: ArrayLike) -> tuple[FloatArray, ...]:
    """Return the values as float64 arrays of one shape, ``(...)``. Do not write to them."""
    return np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
