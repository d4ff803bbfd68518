"""How figures of many data sets arrange their panels: those of one set side by side, in blocks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

NARROW = 0.08
"""Inches, between panels that share their y-axis."""
BLOCK_GAP = 0.28
"""Inches more, before panels that have another, for its labels."""


@dataclass(frozen=True)
class Blocks:
    """Panels of which those of one name stand side by side, several names in a row.

    Attributes
    ----------
    shape
        Rows and columns.
    places
        Name and key of each panel, row by row.
    titles
        Of the panels: the name over the first of each name, None where there is no panel.
    """

    shape: tuple[int, int]
    places: list[tuple[str, Any]]
    titles: list[str | None]


def side_by_side(
    names: Sequence[str],
    keys: Sequence[Any],
    present: Collection[tuple[str, Any]] | None = None,
    most: int = 6,
) -> Blocks:
    """Arrange panels of each name and key.

    Parameters
    ----------
    names
        Of data sets, in order.
    keys
        What there is a panel of for each name.
    present
        Names and keys that there is something to draw of; all if None.
    most
        Columns there is room for.
    """
    rows = ceil(len(names) / max(most // len(keys), 1))
    places = [(name, key) for name in names for key in keys]
    titles: list[str | None] = []
    for place in places:
        if present is not None and place not in present:
            titles.append(None)
        else:
            titles.append("" if place[0] in titles else place[0])
    return Blocks((rows, ceil(len(names) / rows) * len(keys)), places, titles)


def panel_height(rows: int) -> float:
    """Return the height, in inches, at which so many rows of panels fill half a page."""
    return float(np.clip(3.1 / rows, 0.6, 1.3))
