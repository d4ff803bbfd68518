"""The layout of a figure: title, key and panels, in print size."""

import textwrap
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil, floor
from typing import Any, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import Bbox

from momentum_study.core.text import percent
from momentum_study.figures.rules import Series
from momentum_study.figures.style import (
    LARGE,
    NORMAL,
    WIDTH,
    AxesArray,
    text_width,
    tick_labels,
)

_LINE = 0.145  # inches, the height of a line of a label
_CHARACTER = 0.053  # inches, the mean width of a character of a label
_KEY = 0.36  # inches, of a sample line in a key and the space around it
_ENTRY, _ENTRY_GAP = 0.35, 0.1  # inches of an entry without its text, and thereof between entries
_TITLE_ROOM = 0.34  # inches, of the title and the gap below it
_MARGIN = 0.02  # inches, above and below a drawing without its title

TALLEST = 7.5
"""Inches of a sheet: a page of the paper without room for the caption."""

_TITLE_LINES = 3  # of the title of a panel; a longer one is shortened

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
    further
        Sheets with the panels that did not fit.
    """

    def __init__(self, title: str, notes: Sequence[str], height: float) -> None:
        self.title, self.notes = title, list(notes)
        self.further: list[Sheet] = []
        total = _TITLE_ROOM + height
        super().__init__(figsize=(WIDTH, total))
        self._heading = self.text(
            0.01, 1 - 0.06 / total, title, size=LARGE, weight="bold", va="top"
        )

    @property
    def pages(self) -> "list[Sheet]":
        """The sheet itself and the further ones."""
        return [self, *self.further]

    def continue_on(self, further: "Sequence[Sheet]") -> None:
        """Add sheets with the panels that did not fit, and number all of them in their titles."""
        self.further = list(further)
        for place, page in enumerate(self.pages, 1):
            page._heading.set_text(f"{self.title} ({place} of {len(self.pages)})")

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


@dataclass(frozen=True)
class Layout:
    """The layout of a figure that is not drawn yet.

    Attributes
    ----------
    figure_height
        Inches of the figure.
    draw
        Creates the figure and its empty panels.
    """

    figure_height: float
    draw: Callable[[], tuple[Sheet, AxesArray]]


Page: TypeAlias = tuple[Layout, Callable[[Sheet, AxesArray], None]]
"""A layout, and the function that fills its panels."""


def layout(
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
    key_last: bool = False,
) -> Layout:
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
    key_last
        Whether a key follows the last panel; the label of the x-axes is then below the panels of
        its row.

    Returns
    -------
    Layout
        Of the figure; its panels are an array of `Axes` of the given shape, empty places are off.
    """
    rows, columns = shape
    entries = [*_series_key(series), *keys]
    keys_per_row = _fitting([str(one.get_label()) for one in entries])
    key_room = 0.02 + 0.15 * ceil(len(entries) / keys_per_row) if entries else 0.0

    bottom = below + 0.16 if labels[0] else gaps[1] + 0.04
    y_label = _two_lines(labels[1], rows * (height + 0.3))
    left, right = sides[0] + _LINE * y_label.count("\n"), sides[1]
    wider = blocks[1] * (ceil(columns / blocks[0]) - 1)
    width = (WIDTH - left - right - (columns - 1) * gaps[0] - wider) / columns
    wrapped = _panel_titles(titles, columns, width, gaps[0])
    title_lines = max(1 + one.count("\n") if one else 0 for one in [*wrapped, ""])
    above = 0.05 + 0.13 * (title_lines + second_line)
    per_head = columns // max(len(heads), 1)
    head_width = per_head * (width + gaps[0]) - 0.03
    heads = ["\n".join(_broken(head, head_width, weight="bold")) for head in heads]
    head_room = max((0.02 + 0.13 * (1 + head.count("\n")) for head in heads), default=0.0)
    drawing = key_room + head_room + rows * (above + height) + (rows - 1) * gaps[1] + bottom

    def draw() -> tuple[Sheet, AxesArray]:
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

        for column, head in zip(range(0, columns, per_head), heads, strict=False):
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
        lowest = [one.get_position() for one in panels[-1 if key_last else 0] if one.axison]
        center = (lowest[0].x0 + lowest[-1].x1) / 2 if lowest else 0.5
        figure.text(center, 0.06 / total, labels[0], size=NORMAL, va="bottom", ha="center")
        return figure, panels

    return Layout(_TITLE_ROOM + drawing, draw)


def label_outer(panels: AxesArray, block: int | None = None) -> None:
    """Keep the x-axis labels of the lowest panel of a column and the y-axis labels of the first.

    Parameters
    ----------
    panels
        From `layout`.
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
    """Return a figure with one sentence instead of panels, and without notes.

    The paper leaves out figures without notes.

    Parameters
    ----------
    title
        Of the figure.
    sentence
        Why there is nothing to draw.
    """
    figure, panels = layout(
        title, [], (1, 1), [None], height=1.0, gaps=(0.0, 0.0), labels=("", "")
    ).draw()
    panels[0, 0].text(0.5, 0.5, sentence, size=LARGE, ha="center", va="center", wrap=True)
    return figure


def sheet_of_blocks(
    title: str,
    notes: Sequence[str],
    names: Sequence[str],
    columns: Sequence[Any],
    draw: Callable[[Axes, str, Any, tuple[int, int]], None],
    *,
    head: Callable[[Any], str] | None = None,
    present: Collection[tuple[str, Any]] | None = None,
    most: int = 6,
    one_row: float = 1.3,
    gaps: tuple[float, float] = (NARROW, 0.03),
    between: float = BLOCK_GAP,
    **options: Any,
) -> Sheet:
    """Draw a block of panels for each name, on as many sheets as necessary (see `paged`).

    Parameters
    ----------
    title, notes
        As for `Sheet`.
    names, columns, present, most
        As for `side_by_side`; ``columns`` are its keys.
    draw
        ``draw(axes, name, column, shape)`` draws a panel; ``shape`` is that of its sheet.
    head
        Writes the text above a column of panels; none by default.
    one_row
        Height of the panels if they fill one row, in inches; otherwise `panel_height`.
    gaps, **options
        As for `layout`.
    between
        Additional inches between the blocks of two names.
    """

    def page(some: Sequence[str]) -> Page:
        blocks = side_by_side(some, columns, present, most)
        rows, across = blocks.shape
        empty = layout(
            title,
            notes,
            blocks.shape,
            blocks.titles,
            height=panel_height(rows) if rows > 1 else one_row,
            gaps=gaps,
            heads=[head(column) for _, column in blocks.places[:across]] if head else (),
            blocks=(len(columns), between),
            **options,
        )

        def fill(_: Sheet, panels: AxesArray) -> None:
            for axes, place in zip(panels.flat, blocks.places, strict=False):
                if present is None or place in present:
                    draw(axes, *place, blocks.shape)
            label_outer(panels, len(columns))

        return empty, fill

    return paged(names, page)


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


def paged(names: Sequence[str], page: Callable[[Sequence[str]], Page]) -> Sheet:
    """Draw the panels of all names, on as many sheets as necessary.

    Parameters
    ----------
    names
        Of data sets, in order.
    page
        Lays out the panels of some of the names. It is called for more pages than are drawn.

    Returns
    -------
    Sheet
        The first one. No sheet is taller than `TALLEST`, unless it has one name only, and all
        have about the same number of names.
    """
    pages = [page(names)]
    fewest = min(ceil(pages[0][0].figure_height / TALLEST), len(names))
    for count in range(max(fewest, 2), len(names) + 1):
        if all(empty.figure_height <= TALLEST for empty, _ in pages):
            break
        size = ceil(len(names) / count)
        pages = [page(names[start : start + size]) for start in range(0, len(names), size)]
    first, *further = map(_drawn, pages)
    if further:
        first.continue_on(further)
    return first


def _drawn(page: Page) -> Sheet:
    empty, fill = page
    figure, panels = empty.draw()
    fill(figure, panels)
    return figure


def fitted(rooms: Mapping[str, float], lines: int = 1) -> dict[str, str]:
    """Break names into lines; shorten those that need too many.

    Parameters
    ----------
    rooms
        Names to be written in one figure → width of a line, in inches.
    lines
        Largest number of lines of a name.

    Returns
    -------
    dict
        Name → text. Different names have different texts.
    """
    broken: dict[str, list[str]] = {}
    for most in range(max(map(len, rooms), default=0), 0, -1):
        short = shortened(list(rooms), most)
        broken = {name: _broken(short[name], inches) for name, inches in rooms.items()}
        if all(len(parts) <= lines for parts in broken.values()):
            break
    return {name: "\n".join(parts) for name, parts in broken.items()}


def shortened(names: Sequence[str], most: int) -> dict[str, str]:
    """Replace the middle of names that are too long by an ellipsis.

    Parameters
    ----------
    names
        All different.
    most
        Largest number of characters of a text.

    Returns
    -------
    dict
        Name → text. Different names have different texts: the part left out is not the one in
        which they differ, or, if there is no such part, a number follows the ellipsis.
    """
    kept = max(most - 1, 1)
    # The end of a name may be as long as its beginning, or else longer or shorter.
    for end in sorted(range(kept + 1), key=lambda end: abs(2 * end - kept)):
        texts = {
            name: name if len(name) <= most else f"{name[: kept - end]}…{name[len(name) - end :]}"
            for name in names
        }
        if len(set(texts.values())) == len(names):
            return texts
    digits = len(str(len(names)))
    return {
        name: name if len(name) <= most else f"{name[: max(kept - digits, 0)]}…{place}"
        for place, name in enumerate(names, 1)
    }


def _broken(text: str, inches: float, weight: str = "normal") -> list[str]:
    """Break a text into lines that are not wider than some inches; its own lines stay."""
    for characters in range(max(len(text), 1), 0, -1):
        lines = [part for line in text.split("\n") for part in textwrap.wrap(line, characters)]
        if all(text_width(line, NORMAL, weight) <= inches for line in lines):
            break
    return lines


def _panel_titles(
    titles: Sequence[str | None], columns: int, width: float, gap: float
) -> list[str | None]:
    """Break the titles of panels into lines; one extends over panels at its right without one."""
    room: dict[str, float] = {}
    for place, title in enumerate(titles):
        if title:
            row = [*titles[place + 1 : place - place % columns + columns], None]
            panels = 1 + next(k for k, other in enumerate(row) if other != "")
            room[title] = panels * (width + gap) - gap
    texts = fitted(room, _TITLE_LINES)
    return [one and texts[one] for one in titles]


def _fitting(labels: Sequence[str]) -> int:
    """How many entries of a key fit into one row, the longest ones included."""
    widths = sorted((_KEY + _CHARACTER * len(label) for label in labels), reverse=True)
    most = max(int((np.cumsum(widths) <= WIDTH).sum()), 1)
    while most > 1 and _key_width(labels, most) > WIDTH - 0.07:
        most -= 1
    return most


def _key_width(labels: Sequence[str], per_row: int) -> float:
    """Inches of a key, whose columns are filled one after the other."""
    rows = ceil(len(labels) / per_row)
    columns = [labels[start : start + rows] for start in range(0, len(labels), rows)]
    return sum(_ENTRY + max(map(text_width, column)) for column in columns) - _ENTRY_GAP


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
    every = list(series)
    for one, beta in zip(every, tick_labels(one.beta for one in every), strict=True):
        label = beta if named else f"momentum β = {beta}" if one.is_momentum else one.label
        named = named or one.is_momentum
        keys.append(Line2D([], [], label=label, **{**one.line, "marker": ""}))
    return keys
