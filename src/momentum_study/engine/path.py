"""Measures of the way that networks take through their weights.

Weights are arrays ``(R, C, P)``; every measure is ``(R, C)``, one number a network, summed in
float64 over that network's weights alone.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def norm(numbers: Array) -> Array:
    """Euclidean norm of each network's numbers."""
    length: Array = np.sqrt(_inner(numbers, numbers))
    return length


def path_measures(
    weights: Array, start: Array, previous: Array | None, earlier: Array | None
) -> dict[str, Array]:
    """Describe the last updates and the distance from the start.

    Parameters
    ----------
    weights, start
        The weights now and at the beginning.
    previous, earlier
        The weights one and two updates ago, if they were kept.

    Returns
    -------
    dict
        ``displacement``; with ``previous`` also ``update_norm``; with both also
        ``update_cosine``, the cosine of the angle between the last two updates, and
        ``sign_flip_share``, the share of weights whose update changed its sign.
    """
    measures = {"displacement": norm(weights - start)}
    if previous is not None:
        last = weights - previous
        measures["update_norm"] = norm(last)
        if earlier is not None:
            before = previous - earlier
            cosine = _inner(last, before) / (measures["update_norm"] * norm(before))
            measures["update_cosine"] = np.clip(cosine, -1.0, 1.0)
            flips = np.signbit(last) != np.signbit(before)
            measures["sign_flip_share"] = np.count_nonzero(flips, axis=-1) / flips.shape[-1]
    return measures


def _inner(left: Array, right: Array) -> Array:
    # Cast first: a reduction that casts works through a buffer that networks would share.
    total: Array = np.add.reduce(left.astype(np.float64) * right, axis=-1)
    return total
