"""Encoding of the data in the page: numbers as text, curves in steps of a decade, compressed.

Numbers of cells have all their digits. Curves are only drawn: their values are rounded to
`PER_DECADE` steps of a decade, which is less than a pixel, and take a tenth of the bytes.
"""

import base64
import gzip
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

PER_DECADE = 200
LOWEST, HIGHEST = 1e-6, 1e2
"""Relative losses outside this range are clipped; no chart shows them."""

INFINITE = 10_000
"""The code of an infinite loss; codes of finite losses are much smaller."""

Codes = NDArray[np.int64]


def packed(content: bytes) -> str:
    """Compress and encode as text that is valid anywhere in a page."""
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode("ascii")


def number_list(values: Iterable[float | int]) -> str:
    """Write numbers as a JSON array, with the digits that restore them exactly.

    A missing value is ``null``. An infinite one is ``1e999``, which JSON allows and whose nearest
    double is infinity.
    """
    return f"[{','.join(map(_number_text, values))}]"


def _number_text(value: float | int) -> str:
    if isinstance(value, float) and not np.isfinite(value):
        return {np.inf: "1e999", -np.inf: "-1e999"}.get(value, "null")
    # 10.0 as 10: the document lists the integer columns once.
    return repr(value).removesuffix(".0")


def loss_codes(losses: ArrayLike) -> Codes:
    """Convert relative losses, not negative, to whole numbers of steps of a decade."""
    losses = np.asarray(losses, dtype=np.float64)
    logarithms = np.log10(np.clip(losses, LOWEST, HIGHEST))
    return np.where(np.isinf(losses), INFINITE, np.rint(PER_DECADE * logarithms)).astype(np.int64)


def differences(values: ArrayLike, starts: ArrayLike) -> Codes:
    """Differences between neighbours; the first value of each cell minus 0."""
    values = np.asarray(values, dtype=np.int64)
    changes = np.diff(values, prepend=0)
    changes[np.asarray(starts)] = values[np.asarray(starts)]
    return changes


def stream_bytes(codes: Codes) -> bytes:
    """Write ``(n,)`` whole numbers, with absolute values below 2¹⁵, as 2n bytes.

    A number x is written as 2x, or as −2x − 1 if negative, so that small numbers stay small: first
    all low bytes, then all high bytes, which are nearly all zero.
    """
    positive = np.where(codes >= 0, 2 * codes, -2 * codes - 1).astype("<u2")
    return b"".join(part.astype(np.uint8).tobytes() for part in (positive & 255, positive >> 8))
