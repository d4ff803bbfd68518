"""The sheet a figure stands on: title, notes, keys and panels, at the size of print."""

import textwrap
from collections.abc import Iterable, Sequence
from math import ceil

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from momentum_study.figures.compared import Series
from momentum_study.figures.style import (
    LARGE,
    NORMAL,
    WIDTH,
    AxesArray,
)
from momentum_study.text import format_number

_LINE = 0.145  # inches, the height of a line of notes or keys
_CHARACTER = 0.053  # inches, the mean width of a character of a label
_NOTE_CHARACTERS = 126
_KEYS_PER_ROW = 9


def sheet(
    title: str,
    notes: Sequence[str],
    shape: tuple[int, int],
    titles: Sequence[str],
    *,
    height: float,
    gaps: tuple[float, float],
    labels: tuple[str, str],
    series: Iterable[Series] = (),
    keys: Sequence[Line2D] = (),
    second_line: bool = False,
) -> tuple[Figure, AxesArray]:
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
        Of the panels, row by row. Places without a title are empty.
    height
        Of a panel, in inches; where there are but one or two rows panels may become higher.
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

    Returns
    -------
    Figure, numpy.ndarray
        And its panels, an array of `Axes` of the given shape; empty places are turned off.
    """
    rows, columns = shape
    lines = [line for note in notes for line in textwrap.wrap(note, _NOTE_CHARACTERS)]
    entries = [*_series_key(series), *keys]
    key_rows = ceil(len(entries) / _KEYS_PER_ROW)
    header = 0.34 + _LINE * len(lines) + (0.06 + 0.16 * key_rows if entries else 0.0)

    bottom = 0.40 if labels[0] else gaps[1] + 0.04
    room = rows * (height + 0.5)
    y_label = labels[1]
    if len(y_label) * _CHARACTER > room:
        y_label = "\n".join(
            _wrapped(part, room) for part in y_label.replace(" / ", " /\n").split("\n")
        )
    left, right = 0.60 + _LINE * y_label.count("\n"), 0.16
    width = (WIDTH - left - right - (columns - 1) * gaps[0]) / columns
    if rows <= 2:
        height = max(height, min(0.45 * width, 2.4))
    titles = [_wrapped(one, width) for one in titles]
    title_lines = 1 + max(one.count("\n") for one in titles)
    above = 0.05 + 0.13 * (title_lines + second_line)
    total = header + rows * (above + height) + (rows - 1) * gaps[1] + bottom

    figure = Figure(figsize=(WIDTH, total))
    panels = figure.subplots(
        rows,
        columns,
        squeeze=False,
        gridspec_kw={
            "left": left / WIDTH,
            "right": 1 - right / WIDTH,
            "bottom": bottom / total,
            "top": 1 - (header + above) / total,
            "wspace": gaps[0] / width,
            "hspace": (gaps[1] + above) / height,
        },
    )
    for place, axes in enumerate(panels.flat):
        if place < len(titles) and titles[place]:
            axes.set_title(titles[place], pad=12.0 if second_line else 3.0)
        else:
            axes.set_axis_off()

    figure.text(0.01, 1 - 0.06 / total, title, size=LARGE, weight="bold", va="top")
    for number, line in enumerate(lines):
        y = 1 - (0.28 + _LINE * number) / total
        figure.text(0.01, y, line, size=NORMAL, va="top", color="0.2")
    if entries:
        figure.legend(
            handles=entries,
            ncols=min(len(entries), _KEYS_PER_ROW),
            loc="upper left",
            bbox_to_anchor=(0.01, 1 - (0.32 + _LINE * len(lines)) / total),
            borderaxespad=0.0,
            borderpad=0.0,
            columnspacing=1.0,
            handlelength=2.2,
            handletextpad=0.4,
            labelspacing=0.3,
        )
    middle = (bottom + (total - header - above - bottom) / 2) / total
    figure.text(
        0.01,
        middle,
        y_label,
        size=NORMAL,
        rotation=90,
        va="center",
        ha="left",
        multialignment="center",
    )
    center = (left + (WIDTH - left - right) / 2) / WIDTH
    figure.text(center, 0.06 / total, labels[0], size=NORMAL, va="bottom", ha="center")
    return figure, panels


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
