"""Arrays of float64 that go together: what every function of the theory makes of its arguments."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def floats(*values: ArrayLike) -> tuple[FloatArray, ...]:
    """Return the values as float64 arrays of one shape, ``(...)``; not to be written to."""
    return np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
