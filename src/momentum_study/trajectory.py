"""Measures of the way that networks take through their weights.

Weights are lists of blocks ``(R, C, P)``; every measure is ``(R, C)``, one number a network, summed
in float64 over that network's weights alone.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Blocks = Sequence[Array]


def norm(blocks: Blocks) -> Array:
    """Euclidean norm of each network's numbers."""
    length: Array = np.sqrt(_inner(blocks, blocks))
    return length


def path_measures(
    weights: Blocks, start: Blocks, previous: Blocks | None, earlier: Blocks | None
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
    measures = {"displacement": norm(_difference(weights, start))}
    if previous is not None:
        last = _difference(weights, previous)
        measures["update_norm"] = norm(last)
        if earlier is not None:
            before = _difference(previous, earlier)
            cosine = _inner(last, before) / (measures["update_norm"] * norm(before))
            measures["update_cosine"] = np.clip(cosine, -1.0, 1.0)
            measures["sign_flip_share"] = _sign_flip_share(last, before)
    return measures


def _difference(left: Blocks, right: Blocks) -> list[Array]:
    return [a - b for a, b in zip(left, right, strict=True)]


def _inner(left: Blocks, right: Blocks) -> Array:
    total = np.zeros(left[0].shape[:2])
    for a, b in zip(left, right, strict=True):
        # Cast first: a reduction that casts works through a buffer that networks would share.
        total += np.add.reduce(a.astype(np.float64) * b, axis=-1)
    return total


def _sign_flip_share(last: Blocks, before: Blocks) -> Array:
    flips = sum(
        np.count_nonzero(np.signbit(a) != np.signbit(b), axis=-1)
        for a, b in zip(last, before, strict=True)
    )
    share: Array = np.asarray(flips) / sum(block.shape[-1] for block in last)
    return share
