"""What the scripts of the page do to its data, in Python: the way back from the encoding."""

import base64
import gzip
import json
from typing import Any

import numpy as np

from momentum_study.explorer.encoding import INFINITE, PER_DECADE


def unpacked(text: str) -> bytes:
    """Undo `encoding.packed`."""
    return gzip.decompress(base64.b64decode(text))


def coded_losses(codes: np.ndarray) -> np.ndarray:
    """Losses that `encoding.loss_codes` gives these codes."""
    return np.where(codes == INFINITE, np.inf, 10.0 ** (codes / PER_DECADE))


def unpack_streams(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Undo `encoding.pack_streams`."""
    start = 4 + int.from_bytes(content[:4], "little")
    header = json.loads(content[4:start])
    planes = np.frombuffer(content, dtype=np.uint8, offset=start).astype(np.int64)
    streams = {}
    names = header.pop("streams")
    for name, (low, high) in zip(names, planes.reshape(len(names), 2, -1), strict=True):
        positive = low + 256 * high
        streams[name] = np.where(positive % 2, -(positive + 1) // 2, positive // 2)
    return header, streams
