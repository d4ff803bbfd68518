"""The layout of a figure: title, key and panels, in print size."""

import textwrap
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from momentum_study.core.text import format_number, percent
from momentum_study.figures.rules import Series
from momentum_study.figures.style import LARGE, NORMAL, WIDTH, AxesArray

_LINE = 0.145  # inches, the height of a line of a label
_CHARACTER = 0.053  # inches, the mean width of a character of a label
_KEY = 0.36  # inches, of a sample line in a key and the space around it
_TITLE_ROOM = 0.34  # inches, of the title and the gap below it
_MARGIN = 0.02  # inches, above and below a drawing without its title

NARROW = 0.08
"""Inches between panels that share their y-axis."""
BLOCK_GAP = 0.28
"""Additional inches before panels with a y-axis of their own, for its labels."""


def interval_text(confidence: float) -> str:
    """Name an interval by its level: ``95 % interval``."""
    return f"{percent(confidence)} interval"


class Sheet(Figure):
    """A figure under its title.

    Parameters
    ----------
    title
        What is shown.
    notes
        For the caption, one paragraph each: what is held fixed and how to read the figure. They are
        not drawn.
    height
        Of the drawing below the title, in inches.

    Attributes
    ----------
    title, notes
        As given.
    """

    def __init__(self, title: str, notes: Sequence[str], height: float) -> None:
        self.title, self.notes = title, list(notes)
        total = _TITLE_ROOM + height
        super().__init__(figsize=(WIDTH, total))
        self._heading = self.text(
            0.01, 1 - 0.06 / total, title, size=LARGE, weight="bold", va="top"
        )

    @contextmanager
    def without_title(self) -> Iterator[Bbox]:
        """Hide the title inside the block.

        Yields
        ------
        matplotlib.transforms.Bbox
            Of the drawing, in inches: the full width and the used height.
        """
        try:
            self._heading.set_visible(False)
            drawn = self.get_tightbbox()
            # In hundredths of an inch, so that the height is a short number.
            low = floor((drawn.y0 - _MARGIN) * 100) / 100
            high = ceil((drawn.y1 + _MARGIN) * 100) / 100
            yield Bbox.from_extents(0.0, low, WIDTH, high)
        finally:
            self._heading.set_visible(True)


def sheet(
    title: str,
    notes: Sequence[str],
    shape: tuple[int, int],
    titles: Sequence[str | None],
    *,
    height: float,
    gaps: tuple[float, float],
    labels: tuple[str, str],
    series: Iterable[Series] = (),
    keys: Sequence[Line2D] = (),
    second_line: bool = False,
    heads: Sequence[str] = (),
    blocks: tuple[int, float] = (1, 0.0),
    sides: tuple[float, float] = (0.6, 0.12),
    below: float = 0.2,
) -> tuple[Sheet, AxesArray]:
    """Lay out a figure: title, key of the series, then panels with their titles.

    Parameters
    ----------
    title, notes
        As for `Sheet`.
    shape
        Rows and columns of panels.
    titles
        Of the panels, row by row. Places with None, and those after the last title, stay empty.
    height
        Of a panel, in inches.
    gaps
        Between columns, and below a row for its tick labels, in inches.
    labels
        Of the x-axes and of the y-axes of all panels; empty for none.
    series
        For the key; none for no key.
    keys
        Further entries of the key.
    second_line
        Whether to leave room for a line of text between a panel and its title.
    heads
        Of the columns, or of the blocks of columns, above the first row; one or more lines each.
    blocks
        Number of columns of a block, and the additional inches between blocks.
    sides
        Room at the left of the first column and at the right of the last, in inches.
    below
        Room for the tick labels of the lowest row, in inches, if the x-axes share one label.

    Returns
    -------
    Sheet, numpy.ndarray
        The figure and its panels, an array of `Axes` of the given shape; empty places are off.
    """
    rows, columns = shape
    entries = [*_series_key(series), *keys]
    keys_per_row = _fitting([one.get_label() for one in entries])
    key_room = 0.02 + 0.15 * ceil(len(entries) / keys_per_row) if entries else 0.0

    bottom = below + 0.16 if labels[0] else gaps[1] + 0.04
    y_label = _two_lines(labels[1], rows * (height + 0.3))
    left, right = sides[0] + _LINE * y_label.count("\n"), sides[1]
    wider = blocks[1] * (ceil(columns / blocks[0]) - 1)
    width = (WIDTH - left - right - (columns - 1) * gaps[0] - wider) / columns
    wrapped = [one and _wrapped(one, width) for one in titles]
    title_lines = max(1 + one.count("\n") if one else 0 for one in [*wrapped, ""])
    above = 0.05 + 0.13 * (title_lines + second_line)
    head_room = max((0.02 + 0.13 * (1 + head.count("\n")) for head in heads), default=0.0)
    drawing = key_room + head_room + rows * (above + height) + (rows - 1) * gaps[1] + bottom

    figure = Sheet(title, notes, drawing)
    total = figure.get_figheight()
    top = drawing - key_room - head_room
    panels = figure.subplots(rows, columns, squeeze=False)
    for place, axes in enumerate(panels.flat):
        row, column = divmod(place, columns)
        x = left + column * (width + gaps[0]) + column // blocks[0] * blocks[1]
        y = top - (row + 1) * (above + height) - row * gaps[1]
        axes.set_position((x / WIDTH, y / total, width / WIDTH, height / total))
        if place < len(wrapped) and wrapped[place] is not None:
            axes.set_title(wrapped[place], pad=12.0 if second_line else 3.0)
        else:
            axes.set_axis_off()

    for column, head in zip(range(0, columns, columns // max(len(heads), 1)), heads, strict=False):
        x, y = panels[0, column].get_position().x0, (top + 0.02) / total
        figure.text(x, y, head, size=NORMAL, weight="bold", va="bottom")
    if entries:
        figure.legend(
            handles=entries,
            ncols=keys_per_row,
            loc="upper left",
            bbox_to_anchor=(0.01, (drawing + 0.02) / total),
            borderaxespad=0.0,
            borderpad=0.0,
            columnspacing=1.0,
            handlelength=2.2,
            handletextpad=0.4,
            labelspacing=0.3,
        )
    middle = (bottom + (top - above - bottom) / 2) / total
    rotated: dict[str, Any] = {"rotation": 90, "va": "center", "multialignment": "center"}
    figure.text(0.01, middle, y_label, size=NORMAL, ha="left", **rotated)
    center = (left + (WIDTH - left - right) / 2) / WIDTH
    figure.text(center, 0.06 / total, labels[0], size=NORMAL, va="bottom", ha="center")
    return figure, panels


def label_outer(panels: AxesArray, block: int | None = None) -> None:
    """Keep the x-axis labels of the lowest panel of a column and the y-axis labels of the first.

    Parameters
    ----------
    panels
        From `sheet`.
    block
        Number of columns of a block; the first column of each block keeps its y-axis labels. None
        if all columns are one block.
    """
    used = np.vectorize(lambda axes: axes.axison)(panels)
    for (row, column), axes in np.ndenumerate(panels):
        first = column - column % (block or panels.shape[1])
        if used[row, first:column].any():
            axes.tick_params(labelleft=False)
            axes.set_ylabel("")
        if used[row + 1 :, column].any():
            axes.tick_params(labelbottom=False)
            axes.set_xlabel("")


def nothing_to_draw(title: str, sentence: str) -> Sheet:
    """Return a figure with one sentence instead of panels.

    Parameters
    ----------
    title
        Of the figure.
    sentence
        Why there is nothing to draw.
    """
    figure, panels = sheet(title, [], (1, 1), [None], height=1.0, gaps=(0.0, 0.0), labels=("", ""))
    panels[0, 0].text(0.5, 0.5, sentence, size=LARGE, ha="center", va="center", wrap=True)
    return figure


@dataclass(frozen=True)
class Blocks:
    """Panels in blocks: the panels of one name are neighbours, several names share a row.

    Attributes
    ----------
    shape
        Rows and columns.
    places
        Name and key of each panel, row by row.
    titles
        Of the panels: the name above the first panel of each name, None where there is no panel.
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
    """Arrange one panel for each name and key.

    Parameters
    ----------
    names
        Of data sets, in order.
    keys
        Of the panels of each name.
    present
        Pairs of name and key that have data; all if None.
    most
        Largest number of columns.
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
    """Return the height of a panel, in inches, if `rows` rows of panels fill half a page."""
    return float(np.clip(3.1 / rows, 0.6, 1.3))


def _fitting(labels: Sequence[object]) -> int:
    """How many entries of a key fit into one row, the longest ones included."""
    widths = sorted((_KEY + _CHARACTER * len(str(label)) for label in labels), reverse=True)
    return max(int((np.cumsum(widths) <= WIDTH).sum()), 1)


def _two_lines(label: str, inches: float) -> str:
    """Break the label of the y-axes if it is longer than the panels are high."""
    if len(label) * _CHARACTER <= inches:
        return label
    parts = label.replace(" / ", " /\n").split("\n")
    return "\n".join(_wrapped(part, inches) for part in parts)


def _wrapped(text: str, inches: float) -> str:
    """Break a label into lines of a length in print."""
    return "\n".join(textwrap.wrap(text, max(int(inches / _CHARACTER), 8)))


def _series_key(series: Iterable[Series]) -> list[Line2D]:
    """Entries of the key; only the first momentum series has its full name."""
    keys = []
    named = False
    for one in series:
        label = format_number(one.beta) if named else one.label
        named = named or one.is_momentum
        keys.append(Line2D([], [], label=label, **{**one.line, "marker": ""}))
    return keys
