"""Comparing figures, pixel by pixel."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from momentum_study.core.errors import RESTORE, StudyError
from momentum_study.studies.verify.findings import ColumnFinding, Comparison
from momentum_study.studies.verify.tolerances import PICTURES, Leeway


def compare_pictures(here: Path, published: Path, leeway: Leeway) -> Comparison:
    """Compare two pictures whose files differ: a pixel is a row, its strongest colour the value.

    Raises
    ------
    StudyError
        If one of the files is no picture, or cut off.
    """
    a, b = read_pixels(here), read_pixels(published)
    if a.shape != b.shape:
        sizes = [f"{width} × {height} pixels" for height, width, _ in (a.shape, b.shape)]
        return Comparison(0, problems=(f"here {sizes[0]}, published {sizes[1]}",))
    gaps = np.abs(a - b).max(axis=2)
    distance = 0 if leeway is Leeway.NONE else PICTURES.absolute
    pixels = ColumnFinding(
        column="pixels",
        rows=gaps.size,
        differing=int((gaps > 0).sum()),
        outside=int((gaps > distance).sum()),
        # A line a pixel further on is a matter of rounding, too.
        allowed=0 if leeway is Leeway.NONE else int(PICTURES.share * gaps.size),
        largest_gap=float(gaps.max()),
    )
    return Comparison(gaps.size, (pixels,) if pixels.differing else ())


def read_pixels(path: Path) -> NDArray[np.int16]:
    """Return the colours of a picture, ``(height, width, 3)``, from 0 to 255.

    Raises
    ------
    StudyError
        If the file is no picture, or cut off.
    """
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"), dtype=np.int16)
    except (OSError, SyntaxError, ValueError) as error:  # Pillow's for damaged files
        raise StudyError(f"{path}: cannot be read as a picture: {error}; {RESTORE}") from None
