"""Maps: the final training loss over the plane of α and β, with the theory's line of stability."""

from math import ceil, floor, log10
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, ListedColormap, LogNorm, to_hex, to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from momentum_study.core.text import format_number
from momentum_study.figures.catalogue import what_to_see
from momentum_study.figures.compared import (
    Series,
    best_cell,
    compared_cells,
    held_fixed,
    initial_sharpness_of,
)
from momentum_study.figures.layout import Sheet, key_beside, sheet, swatch
from momentum_study.figures.style import (
    ALPHA_LABEL,
    FLOOR,
    NO_BETTER,
    SMALL,
    AxesArray,
    log_ticks,
    map_palette,
    power_label,
    rate_axis,
)
from momentum_study.theory.quadratics import stability_limit

NO_MEDIAN = "0.87"
"""Colour of a cell of which half of the runs diverged, or more."""

SOME_DIVERGED, ALL_DIVERGED = "////", "xxxx"
"""Hatches."""

_MARK: dict[str, Any] = {"linestyle": "", "markerfacecolor": "white", "markeredgecolor": "black"}
_BEST: dict[str, Any] = {**_MARK, "marker": "*", "markersize": 8.5, "markeredgewidth": 0.7}
_BEST_OF_ROW: dict[str, Any] = {**_MARK, "marker": "o", "markersize": 3.2, "markeredgewidth": 0.5}

_LINE: dict[str, Any] = {"color": "#c1121f", "linewidth": 1.3, "zorder": 1.5}
_LINE_CASING = 2.6  # points, of white around the line, to show on any colour

_GAP = 0.5  # rows, between plain descent and momentum


def draw(
    cells: pd.DataFrame,
    runs: pd.DataFrame,
    initial_sharpness: pd.DataFrame,
    stability: pd.DataFrame,
) -> Sheet:
    """Draw the maps of one grid and batch size.

    Parameters
    ----------
    cells, runs, stability
        Rows of the grid and batch size.
    initial_sharpness
        Rows of the grid.

    Returns
    -------
    Sheet
        A panel for each data set; a column of cells for each α, a row for each β and one set apart
        for plain descent.

    Raises
    ------
    StudyError
        If there are no cells of plain descent, or none of momentum.
    """
    compared = compared_cells(cells, runs)
    names = list(compared["panel"].unique())
    columns = _columns(len(names) + 1)
    shape = (ceil((len(names) + 1) / columns), columns)
    rows = {series: _height(place) for place, series in enumerate(sorted(set(compared["series"])))}
    figure, panels = sheet(
        "Final training loss over α and β",
        [
            held_fixed(compared),
            "Colour: median over replicates, a diverged run counting as the worst. Lowest row: "
            "plain descent. At one α all rows have the same effective rate. Best: the lowest "
            f"median; those below {power_label(FLOOR)}, about single precision, are equal: of them "
            "the smallest α.",
            "Red: αλₘₐₓ = 2(1+β)/(1−β), for plain descent 2, beyond which a quadratic of that "
            "curvature diverges; λₘₐₓ of the full training loss at the start, median and (shaded) "
            "range over replicates. Above a panel: the share of its runs that diverged beyond the "
            "line or completed before it, with its interval.",
            what_to_see("maps"),
        ],
        shape,
        names,
        height=max(0.19 * max(rows.values()) + 0.25, 1.4),
        gaps=(0.14, 0.18),
        labels=(ALPHA_LABEL, "momentum coefficient β"),
        second_line=True,
    )
    norm, colors = _color_scale(compared["loss"])
    edges = cell_edges(np.unique(compared["alpha"]))
    for place, name in enumerate(names):
        axes = panels.flat[place]
        of_panel = compared[compared["panel"] == name]
        _draw_map(axes, of_panel, rows, norm, colors)
        _draw_stability_line(axes, initial_sharpness_of(initial_sharpness, of_panel), rows)
        _write_accuracy(axes, initial_sharpness_of(stability, of_panel))
        rate_axis(axes, compared["alpha"], columns)
        axes.set_xlim(edges[0], edges[-1])
        axes.set_yticks(
            list(rows.values()),
            [format_number(s.beta) if s.is_momentum else "none" for s in rows],
        )
        axes.tick_params(labelleft=place % columns == 0)
    _draw_key(panels, len(names), norm, colors)
    return figure


def _columns(slots: int) -> int:
    """Number of columns, 3 or 4: the fewest rows, then the fewest empty places."""
    choices = range(min(slots, 3), min(slots, 4) + 1)
    return min(choices, key=lambda columns: (ceil(slots / columns), columns))


def _height(place: int) -> float:
    """Vertical position of a row of the map, in rows."""
    return place + _GAP if place else 0.0


def _color_scale(losses: pd.Series) -> tuple[LogNorm, Colormap]:
    """Scale from the decade of the smallest loss, but `FLOOR` at least, to 1."""
    colors = ListedColormap(map_palette(256)).with_extremes(over=NO_BETTER)
    smallest = min(max(losses.min(), FLOOR), 0.1)
    return LogNorm(10.0 ** floor(log10(smallest) + 1e-9), 1.0), colors


def _draw_map(
    axes: Axes,
    cells: pd.DataFrame,
    rows: dict[Series, float],
    norm: LogNorm,
    colors: Colormap,
) -> None:
    best = best_cell(cells)
    for series, y in rows.items():
        row = cells[cells["series"] == series].sort_values("alpha")
        if row.empty:
            continue
        edges = cell_edges(row["alpha"].to_numpy())
        columns = (row[key] for key in ("loss", "n_diverged", "n_runs"))
        for loss, n_diverged, n_runs, left, right in zip(
            *columns, edges[:-1], edges[1:], strict=True
        ):
            color = _cell_color(loss, norm, colors)
            axes.add_artist(  # not as a patch, of which each would ask for the limits anew
                Rectangle(
                    (left, y - 0.5),
                    right - left,
                    1.0,
                    facecolor=color,
                    edgecolor="white",
                    linewidth=0.3,
                    hatch=_hatch(n_diverged, n_runs),
                    hatchcolor=_hatch_color(color),
                )
            )
        best_of_row = best_cell(row)
        if np.isfinite(best_of_row["loss"]):
            mark = _BEST if best_of_row.name == best.name else _BEST_OF_ROW
            axes.plot(best_of_row["alpha"], y, **mark)
    axes.set_ylim(-0.6, max(rows.values()) + 0.6)


def _draw_stability_line(axes: Axes, initial: pd.DataFrame, rows: dict[Series, float]) -> None:
    """Draw, across each row, the α at which αλₘₐₓ reaches the limit of its β."""
    if initial.empty:
        return
    lambdas = initial["lambda_max"]
    for series, y in rows.items():
        rule = "momentum" if series.is_momentum else "gd"
        limit = float(stability_limit(rule, series.beta))
        ends = (y - 0.5, y + 0.5)
        axes.fill_betweenx(
            ends,
            limit / lambdas.max(),
            limit / lambdas.min(),
            color=_LINE["color"],
            alpha=0.3,
            lw=0,
        )
        median = limit / lambdas.median()
        axes.plot([median, median], ends, **{**_LINE, "color": "white", "linewidth": _LINE_CASING})
        axes.plot([median, median], ends, **_LINE)


def _write_accuracy(axes: Axes, stability: pd.DataFrame) -> None:
    diverged = stability[stability["outcome"] == "diverged"]
    for row in diverged.itertuples():
        axes.annotate(
            f"{row.accuracy:.0%} [{row.accuracy_low:.0%}, {row.accuracy_high:.0%}] foretold",
            (0.0, 1.0),
            (0, 2),
            xycoords="axes fraction",
            textcoords="offset points",
            color=_LINE["color"],
            size=SMALL,
        )


def cell_edges(rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges between ascending rates ``(n,)``, half-way on a log axis, and the outer two."""
    inner = np.sqrt(rates[:-1] * rates[1:])
    if not len(inner):
        return np.array([rates[0] / 2, rates[0] * 2])
    return np.concatenate([[rates[0] ** 2 / inner[0]], inner, [rates[-1] ** 2 / inner[-1]]])


def _cell_color(loss: float, norm: LogNorm, colors: Colormap) -> str:
    if not np.isfinite(loss):
        return NO_MEDIAN
    if loss >= 1:
        return NO_BETTER
    return to_hex(colors(norm(max(loss, FLOOR))))


def _hatch(n_diverged: int, n_runs: int) -> str:
    if not n_diverged:
        return ""
    return ALL_DIVERGED if n_diverged == n_runs else SOME_DIVERGED


def _hatch_color(color: str) -> str:
    """Light on dark cells, dark on light ones."""
    return "white" if np.dot(to_rgb(color), (0.3, 0.6, 0.1)) < 0.5 else "0.5"


def _draw_key(panels: AxesArray, used: int, norm: LogNorm, colors: Colormap) -> None:
    """Fill the free places after the last panel: colour bar, marks and hatches."""
    place = panels.flat[used]
    bar = place.inset_axes((0.03, 0.93, 0.9, 0.07))
    smallest = norm.inverse(0.0)
    scale = ScalarMappable(norm, colors)
    place.figure.colorbar(
        scale,
        cax=bar,
        orientation="horizontal",
        extend="both" if np.isclose(smallest, FLOOR) else "max",
        extendfrac=0.07,
        ticks=log_ticks(smallest, 1.0, 4),
        format=FuncFormatter(lambda value, _: power_label(value)),
    )
    bar.minorticks_off()
    bar.set_xlabel("loss / loss of the best constant", size=SMALL)
    entries = [
        Line2D([], [], label="best cell of the panel", **_BEST),
        Line2D([], [], label="best α for its β", **_BEST_OF_ROW),
        Line2D([], [], label="stability line (theory)", **_LINE),
        *(
            swatch(color, hatch, _hatch_color(color), label)
            for color, hatch, label in (
                (NO_BETTER, "", "1 or more: no better\nthan a constant"),
                ("white", SOME_DIVERGED, "some runs diverged"),
                (NO_MEDIAN, SOME_DIVERGED, "half or more diverged"),
                (NO_MEDIAN, ALL_DIVERGED, "all runs diverged"),
            )
        ),
    ]
    key_beside(place, entries, top=0.66)
