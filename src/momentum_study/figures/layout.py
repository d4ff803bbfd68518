"""The sheet a figure stands on: a heading that can be taken off, keys and panels, in print size."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from math import ceil, floor
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.transforms import Bbox

from momentum_study.core.text import format_number
from momentum_study.figures.compared import Series
from momentum_study.figures.style import LARGE, NORMAL, WIDTH, AxesArray

_LINE = 0.145  # inches, the height of a line of notes or keys
_CHARACTER = 0.053  # inches, the mean width of a character of a label
_NOTE_CHARACTERS = 132
_KEY = 0.36  # inches, of a line in a key with what is around it
_TITLE_ROOM = 0.34  # inches, of a title and what is between heading and drawing
_MARGIN = 0.02  # inches, above and below a drawing without heading


class Sheet(Figure):
    """A figure under a heading.

    Parameters
    ----------
    title
        What is shown.
    notes
        What is held fixed and how to read it, a paragraph each.
    height
        Of the drawing below the heading, in inches.

    Attributes
    ----------
    title, notes
        As given.
    heading
        Height of the heading, in inches.
    """

    def __init__(self, title: str, notes: Sequence[str], height: float) -> None:
        lines = [line for note in notes for line in textwrap.wrap(note, _NOTE_CHARACTERS)]
        self.title, self.notes = title, list(notes)
        self.heading = _TITLE_ROOM + _LINE * len(lines)
        total = self.heading + height
        super().__init__(figsize=(WIDTH, total))
        self._heading = [
            self.text(0.01, 1 - 0.06 / total, title, size=LARGE, weight="bold", va="top")
        ]
        for number, line in enumerate(lines):
            y = 1 - (0.28 + _LINE * number) / total
            self._heading.append(self.text(0.01, y, line, size=NORMAL, va="top", color="0.2"))

    @contextmanager
    def bare(self) -> Iterator[Bbox]:
        """Take the heading off for as long as the block lasts.

        Yields
        ------
        matplotlib.transforms.Bbox
            Of the drawing, in inches: the whole width, and the height that is used.
        """
        try:
            self._show_heading(False)
            drawn = self.get_tightbbox()
            # In hundredths of an inch, so that the height is a short number.
            low = floor((drawn.y0 - _MARGIN) * 100) / 100
            high = ceil((drawn.y1 + _MARGIN) * 100) / 100
            yield Bbox.from_extents(0.0, low, WIDTH, high)
        finally:
            self._show_heading(True)

    def _show_heading(self, shown: bool) -> None:
        for line in self._heading:
            line.set_visible(shown)


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
    """Lay out a figure: title, notes, key of the series, then panels with their titles.

    Parameters
    ----------
    title
        What is shown.
    notes
        What is held fixed and how to read it, a paragraph each.
    shape
        Rows and columns of panels.
    titles
        Of the panels, row by row. Places with None, and those after the last, are empty.
    height
        Of a panel, in inches.
    gaps
        Between columns, and below a row for what is written there, in inches.
    labels
        Of the x-axes and of the y-axes of all panels; empty for none.
    series
        For the key; none for no key.
    keys
        Further entries of the key.
    second_line
        Whether to leave room for a line between a panel and its title.
    heads
        Of the columns, or of the blocks of columns, above the first row; of one or more lines.
    blocks
        Columns that belong together, and the inches that the gap before such a block is wider.
    sides
        Room at the left of the first column and at the right of the last, in inches.
    below
        Room for the tick labels of the lowest row, in inches, where the x-axes have one label.

    Returns
    -------
    Sheet, numpy.ndarray
        And its panels, an array of `Axes` of the given shape; empty places are turned off.
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
    top = total - figure.heading - key_room - head_room
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
            bbox_to_anchor=(0.01, 1 - (figure.heading - 0.02) / total),
            borderaxespad=0.0,
            borderpad=0.0,
            columnspacing=1.0,
            handlelength=2.2,
            handletextpad=0.4,
            labelspacing=0.3,
        )
    middle = (bottom + (top - above - bottom) / 2) / total
    beside: dict[str, Any] = {"rotation": 90, "va": "center", "multialignment": "center"}
    figure.text(0.01, middle, y_label, size=NORMAL, ha="left", **beside)
    center = (left + (WIDTH - left - right) / 2) / WIDTH
    figure.text(center, 0.06 / total, labels[0], size=NORMAL, va="bottom", ha="center")
    return figure, panels


def label_outer(panels: AxesArray, block: int | None = None) -> None:
    """Keep tick labels of the x-axis at the lowest panel of a column, of the y-axis at the left.

    Parameters
    ----------
    panels
        As `sheet` gives them; what is written below them, as by the axes' own label, goes too.
    block
        Columns that belong together; of each such block the first keeps the labels of its y-axes.
        None for all columns.
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


def swatch(color: str, hatch: str, hatch_color: str, label: str) -> Patch:
    """Return an entry of a key: a patch of a map's colour and hatch."""
    return Patch(
        facecolor=color,
        edgecolor="0.6",
        linewidth=0.4,
        hatch=hatch,
        hatchcolor=hatch_color,
        label=label,
    )


def key_beside(place: Axes, entries: Sequence[Artist], top: float) -> None:
    """Put a key into a place without a panel, its entries below each other.

    Parameters
    ----------
    place
        Axes that are turned off.
    entries
        With labels.
    top
        Where it begins, as a share of the place's height.
    """
    place.legend(
        handles=entries,
        loc="upper left",
        bbox_to_anchor=(0.0, top),
        borderaxespad=0.0,
        borderpad=0.0,
        handlelength=1.5,
        handletextpad=0.5,
        labelspacing=0.35,
    )


def _fitting(labels: Sequence[object]) -> int:
    """How many entries of a key fit side by side, the longest of them too."""
    widths = sorted((_KEY + _CHARACTER * len(str(label)) for label in labels), reverse=True)
    return max(int((np.cumsum(widths) <= WIDTH).sum()), 1)


def _two_lines(label: str, inches: float) -> str:
    """Break the label of the y-axes where it is longer than the panels are high."""
    if len(label) * _CHARACTER <= inches:
        return label
    parts = label.replace(" / ", " /\n").split("\n")
    return "\n".join(_wrapped(part, inches) for part in parts)


def _wrapped(text: str, inches: float) -> str:
    """Break a label into lines of some length in print."""
    return "\n".join(textwrap.wrap(text, max(int(inches / _CHARACTER), 8)))


def _series_key(series: Iterable[Series]) -> list[Line2D]:
    """Entries of the key; of the momentum series only the first is spelt out."""
    keys = []
    spelt_out = False
    for one in series:
        label = format_number(one.beta) if spelt_out else one.label
        spelt_out = spelt_out or one.is_momentum
        keys.append(Line2D([], [], label=label, **{**one.line, "marker": ""}))
    return keys
