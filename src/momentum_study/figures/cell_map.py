"""Heat maps of a grid: one coloured and hatched cell for each learning rate and row."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize, to_rgb
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FuncFormatter
from numpy.typing import ArrayLike, NDArray

from momentum_study.figures.style import SMALL, WIDTH, AxesArray, rate_axis

NO_VALUE = "0.87"
"""Colour of cells without a value on the colour scale."""

_MOST_COLUMNS = 4
_NARROW_CELL = 0.04  # inches


def map_shape(maps: int) -> tuple[int, int]:
    """Return rows and columns of panels for some maps and a key: few rows, then few columns."""
    places = maps + 1
    columns = min(range(1, _MOST_COLUMNS + 1), key=lambda count: (ceil(places / count), count))
    return ceil(places / columns), columns


def draw_cells(axes: Axes, cells: pd.DataFrame, *, linear: bool = False) -> None:
    """Draw one rectangle for each cell.

    The cells of a row meet half-way between neighbouring rates on the axis. Rows may have
    different rates.

    Parameters
    ----------
    axes
        A panel.
    cells
        With the columns ``y``, the centre of the row, ``rate``, ``color`` and ``hatch``.
    linear
        Whether the axis of rates is linear.
    """
    for y in np.unique(cells["y"]):
        row = cells[cells["y"] == y].sort_values("rate")
        edges = cell_edges(row["rate"].to_numpy(), linear=linear)
        # A white edge would cover a narrow cell.
        narrow = axes.get_position().width * WIDTH / len(row) < _NARROW_CELL
        for color, hatch, left, right in zip(
            row["color"], row["hatch"], edges[:-1], edges[1:], strict=True
        ):
            axes.add_artist(  # faster than add_patch, which updates the limits for each rectangle
                Rectangle(
                    (left, y - 0.5),
                    right - left,
                    1.0,
                    facecolor=color,
                    edgecolor=color if narrow else "white",
                    linewidth=0.3,
                    hatch=hatch,
                    hatchcolor=_hatch_color(color),
                )
            )


def cell_edges(rates: NDArray[np.float64], *, linear: bool = False) -> NDArray[np.float64]:
    """Edges of cells at ascending rates ``(n,)``: half-way on the axis, and the outer two."""
    if linear and len(rates) > 1:
        inner = (rates[:-1] + rates[1:]) / 2
        return np.concatenate([[2 * rates[0] - inner[0]], inner, [2 * rates[-1] - inner[-1]]])
    inner = np.sqrt(rates[:-1] * rates[1:])
    if not len(inner):
        return np.array([rates[0] / 2, rates[0] * 2])
    return np.concatenate([[rates[0] ** 2 / inner[0]], inner, [rates[-1] ** 2 / inner[-1]]])


def set_map_axes(
    panels: AxesArray,
    place: int,
    rates: ArrayLike,
    rows: Mapping[float, str],
    *,
    linear: bool = False,
) -> None:
    """Set the limits and ticks of one map.

    Parameters
    ----------
    panels, place
        All panels of the figure, and the position of this map among them.
    rates
        Of all maps of the figure.
    rows
        Centre of each row → its label, shown in the first column of panels.
    linear
        Whether the axis of rates is linear.
    """
    axes, columns = panels.flat[place], panels.shape[1]
    edges = cell_edges(np.unique(rates), linear=linear)
    rate_axis(axes, rates, columns, linear=linear, ends=(edges[0], edges[-1]))
    axes.set_yticks(list(rows), list(rows.values()))
    axes.tick_params(labelleft=place % columns == 0)


def swatch(color: str, hatch: str, label: str) -> Patch:
    """Return an entry of a key: a patch with the colour and hatch of a cell."""
    return Patch(
        facecolor=color,
        edgecolor="0.6",
        linewidth=0.4,
        hatch=hatch,
        hatchcolor=_hatch_color(color),
        label=label,
    )


def _hatch_color(color: str) -> str:
    """Light on dark cells, dark on light ones."""
    return "white" if np.dot(to_rgb(color), (0.3, 0.6, 0.1)) < 0.5 else "0.5"


def draw_key(
    place: Axes,
    scale: Normalize,
    colors: Colormap,
    label: str,
    entries: Sequence[Artist],
    top: float,
    **bar: Any,
) -> None:
    """Draw the colour bar and the key into a place without a panel.

    Parameters
    ----------
    place
        Axes that are turned off.
    scale, colors, label
        Of the colour bar.
    entries
        Of the key, with labels.
    top
        Upper edge of the key, as a share of the height of the place.
    bar
        Further keywords of `matplotlib.figure.Figure.colorbar`; ``format`` is a function of values.
    """
    bar["format"] = FuncFormatter(lambda value, _, text=bar["format"]: text(value))
    inset = place.inset_axes((0.03, 0.93, 0.9, 0.07))
    place.figure.colorbar(
        ScalarMappable(scale, colors), cax=inset, orientation="horizontal", extendfrac=0.07, **bar
    )
    inset.minorticks_off()
    inset.set_xlabel(label, size=SMALL)
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
