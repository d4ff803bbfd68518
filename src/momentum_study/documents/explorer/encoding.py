"""How data lie in the page: numbers as text, curves in steps of a decade, both compressed.

The way back is for whoever compares pages; the page's own scripts go it in a browser.

Numbers of cells are written out in full. Curves are for the eye: their values are rounded to
`PER_DECADE` steps of a decade, which is less than a pixel, and take a tenth of the bytes.
"""

import base64
import gzip
import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

PER_DECADE = 200
LOWEST, HIGHEST = 1e-6, 1e2
"""Relative losses beyond are cut off: no chart shows them."""

INFINITE = 10_000
"""The code of an infinite loss; those of finite ones are far below."""

Codes = NDArray[np.int64]


def packed(content: bytes) -> str:
    """Compress, and write as text that may stand anywhere in a page."""
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode("ascii")


def unpacked(text: str) -> bytes:
    """Undo `packed`."""
    return gzip.decompress(base64.b64decode(text))


def number_list(values: Iterable[float | int]) -> str:
    """Write numbers as a JSON array, each with the digits that give it back exactly.

    A missing value is ``null``. An infinite one is ``1e999``, which JSON allows and whose nearest
    double is infinity.
    """
    return f"[{','.join(map(_number_text, values))}]"


def _number_text(value: float | int) -> str:
    if isinstance(value, float) and not np.isfinite(value):
        return {np.inf: "1e999", -np.inf: "-1e999"}.get(value, "null")
    # 10.0 as 10: whether a column is of whole numbers is said once.
    return repr(value).removesuffix(".0")


def loss_codes(losses: ArrayLike) -> Codes:
    """Round relative losses, not negative, to whole numbers of steps of a decade."""
    losses = np.asarray(losses, dtype=np.float64)
    logarithms = np.log10(np.clip(losses, LOWEST, HIGHEST))
    return np.where(np.isinf(losses), INFINITE, np.rint(PER_DECADE * logarithms)).astype(np.int64)


def differences(values: ArrayLike, starts: ArrayLike) -> Codes:
    """Differences from one to the next; the first of each cell from 0."""
    values = np.asarray(values, dtype=np.int64)
    changes = np.diff(values, prepend=0)
    changes[np.asarray(starts)] = values[np.asarray(starts)]
    return changes


def pack_streams(header: Mapping[str, Any], streams: Mapping[str, Codes]) -> bytes:
    """Put whole numbers together, stream by stream.

    First the length of the header in four bytes, the lowest first, then the header as JSON, with
    the names of the streams. A number x is written as 2x, if it is negative as −2x − 1: small
    ones stay small. Of a stream come first all low bytes, then all high ones, which are nearly all
    zero.

    Parameters
    ----------
    header
        What else must be known to read them.
    streams
        ``(n,)`` each, of absolute values below 2¹⁵.
    """
    text = json.dumps({**header, "streams": list(streams)}).encode()
    parts = [len(text).to_bytes(4, "little"), text]
    for codes in streams.values():
        positive = np.where(codes >= 0, 2 * codes, -2 * codes - 1).astype("<u2")
        parts += [
            (positive & 255).astype(np.uint8).tobytes(),
            (positive >> 8).astype(np.uint8).tobytes(),
        ]
    return b"".join(parts)


def unpack_streams(content: bytes) -> tuple[dict[str, Any], dict[str, Codes]]:
    """Undo `pack_streams`.

    Returns
    -------
    tuple
        The header without the names of the streams, and the streams by name.
    """
    start = 4 + int.from_bytes(content[:4], "little")
    header = json.loads(content[4:start])
    names = header.pop("streams")
    planes = np.frombuffer(content, dtype=np.uint8, offset=start).astype(np.int64)
    streams = {}
    for name, (low, high) in zip(names, planes.reshape(len(names), 2, -1), strict=True):
        positive = low + 256 * high
        streams[name] = np.where(positive % 2, -(positive + 1) // 2, positive // 2)
    return header, streams
