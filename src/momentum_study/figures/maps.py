"""Maps of the final training loss over α and β, with the stability line of theory."""

from collections.abc import Sequence
from math import floor, log10
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, ListedColormap, LogNorm, to_hex
from matplotlib.lines import Line2D

from momentum_study.core.rates import is_linear
from momentum_study.figures.cell_map import (
    NO_VALUE,
    draw_cells,
    draw_key,
    map_shape,
    set_map_axes,
    swatch,
)
from momentum_study.figures.compared import (
    best_cell,
    compared_cells,
    held_fixed,
    initial_sharpness_of,
)
from momentum_study.figures.layout import Page, Sheet, interval_text, layout, paged
from momentum_study.figures.rules import Series
from momentum_study.figures.style import (
    ALPHA_LABEL,
    FLOOR,
    NO_BETTER,
    AxesArray,
    log_ticks,
    map_palette,
    power_label,
    scale_name,
    text_width,
    tick_labels,
    write,
)
from momentum_study.theory.quadratics import stability_limit

SOME_DIVERGED, ALL_DIVERGED = "////", "xxxx"
"""Hatches."""

_MARK: dict[str, Any] = {
    "linestyle": "",
    "markerfacecolor": "white",
    "markeredgecolor": "black",
    "clip_on": False,
    "zorder": 3,
}
_BEST: dict[str, Any] = {**_MARK, "marker": "*", "markersize": 8.5, "markeredgewidth": 0.7}
_BEST_OF_ROW: dict[str, Any] = {**_MARK, "marker": "o", "markersize": 3.2, "markeredgewidth": 0.5}

_LINE: dict[str, Any] = {"color": "#c1121f", "linewidth": 1.3, "zorder": 1.5}
_LINE_CASING = 2.6  # points, of white around the line, so that it is visible on any colour

_GAP = 0.5  # rows, between gradient descent without momentum and momentum


def draw(
    cells: pd.DataFrame,
    runs: pd.DataFrame,
    initial_sharpness: pd.DataFrame,
    stability: pd.DataFrame,
    confidence: float,
) -> Sheet:
    """Draw the maps of one grid and batch size.

    Parameters
    ----------
    cells, runs, stability
        Rows of the grid and batch size.
    initial_sharpness
        Rows of the grid.
    confidence
        Level of the intervals.

    Returns
    -------
    Sheet
        A panel for each data set; a column of cells for each α, a row for each β and a separate
        one for plain gradient descent.

    Raises
    ------
    StudyError
        If there are no cells of plain gradient descent, or none of momentum.
    """
    compared = compared_cells(cells, runs)
    rows = {series: _height(place) for place, series in enumerate(sorted(set(compared["series"])))}
    norm, colors = _color_scale(compared["loss"])
    columns = ["panel", "dataset", "network", "schedule", "series", "rule", "alpha", "beta", "loss"]
    drawn = compared[columns].assign(
        y=compared["series"].map(rows),
        rate=compared["alpha"],
        color=[_cell_color(loss, norm, colors) for loss in compared["loss"]],
        hatch=list(map(_hatch, compared["n_diverged"], compared["n_runs"])),
    )
    linear = is_linear(drawn["rate"])
    betas = tick_labels(series.beta for series in rows)
    labels = {
        y: beta if series.is_momentum else "none"
        for (series, y), beta in zip(rows.items(), betas, strict=True)
    }
    notes = [
        held_fixed(compared),
        "Colour: median over replicates; a diverged run counts as the worst. Lowest row: "
        "plain gradient descent. At one α all rows have the same effective rate. Best: the "
        f"lowest median; medians below {power_label(FLOOR)}, about single precision, count as "
        "equal, and the smallest α is marked.",
        "Red line: αλₘₐₓ = 2(1+β)/(1−β), for plain gradient descent 2. Beyond it a quadratic "
        "with curvature λₘₐₓ diverges. λₘₐₓ belongs to the full training loss at the start: "
        "median and (shaded) range over replicates. Above a panel: share of its runs that the "
        "line predicts correctly (they diverge beyond it or complete before it), with its "
        f"{interval_text(confidence)}.",
    ]

    def page(names: Sequence[str]) -> Page:
        empty = layout(
            "Final training loss over α and β",
            notes,
            map_shape(len(names)),
            names,
            height=max(0.19 * max(rows.values()) + 0.25, 1.4),
            gaps=(0.14, 0.18),
            labels=(scale_name(ALPHA_LABEL, linear=linear), "momentum coefficient β"),
            second_line=True,
            key_last=True,
            sides=(max(0.6, 0.33 + max(map(text_width, labels.values()))), 0.12),
        )

        def fill(_: Sheet, panels: AxesArray) -> None:
            for place, name in enumerate(names):
                axes = panels.flat[place]
                of_panel = drawn[drawn["panel"] == name]
                set_map_axes(panels, place, drawn["rate"], labels, linear=linear)
                draw_cells(axes, of_panel, linear=linear)
                _mark_best(axes, of_panel)
                axes.set_ylim(-0.6, max(rows.values()) + 0.6)
                _draw_stability_line(axes, initial_sharpness_of(initial_sharpness, of_panel), rows)
                _write_accuracy(axes, initial_sharpness_of(stability, of_panel))
            _draw_key(panels, len(names), norm, colors)

        return empty, fill

    return paged(list(compared["panel"].unique()), page)


def _height(place: int) -> float:
    """Vertical position of a row of the map, in rows."""
    return place + _GAP if place else 0.0


def _color_scale(losses: pd.Series) -> tuple[LogNorm, Colormap]:
    """Scale from the decade of the smallest loss, but at least `FLOOR`, to 1."""
    colors = ListedColormap(map_palette(256)).with_extremes(over=NO_BETTER)
    smallest = min(max(losses.min(), FLOOR), 0.1)
    return LogNorm(10.0 ** floor(log10(smallest) + 1e-9), 1.0), colors


def _mark_best(axes: Axes, cells: pd.DataFrame) -> None:
    """Mark the best cell of each row, and that of the panel with a star."""
    best = best_cell(cells)
    for y in np.unique(cells["y"]):
        best_of_row = best_cell(cells[cells["y"] == y])
        if np.isfinite(best_of_row["loss"]):
            mark = _BEST if best_of_row.name == best.name else _BEST_OF_ROW
            axes.plot(best_of_row["alpha"], y, **mark)


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
        text = f"predicted: {row.accuracy:.0%} [{row.accuracy_low:.0%}, {row.accuracy_high:.0%}]"
        write(axes, text, (0.0, 1.0), (0, 2), xycoords="axes fraction", color=_LINE["color"])


def _cell_color(loss: float, norm: LogNorm, colors: Colormap) -> str:
    if not np.isfinite(loss):
        return NO_VALUE
    if loss >= 1:
        return NO_BETTER
    return to_hex(colors(norm(max(loss, FLOOR))))


def _hatch(n_diverged: int, n_runs: int) -> str:
    if not n_diverged:
        return ""
    return ALL_DIVERGED if n_diverged == n_runs else SOME_DIVERGED


def _draw_key(panels: AxesArray, used: int, norm: LogNorm, colors: Colormap) -> None:
    smallest = norm.inverse(0.0)
    draw_key(
        panels.flat[used],
        norm,
        colors,
        "loss / loss of the best constant",
        [
            Line2D([], [], label="best cell of the panel", **_BEST),
            Line2D([], [], label="best α for its β", **_BEST_OF_ROW),
            Line2D([], [], label="stability line (theory)", **_LINE),
            swatch(NO_BETTER, "", "1 or more: no better\nthan a constant"),
            swatch("white", SOME_DIVERGED, "some runs diverged"),
            swatch(NO_VALUE, SOME_DIVERGED, "half or more diverged"),
            swatch(NO_VALUE, ALL_DIVERGED, "all runs diverged"),
        ],
        top=0.66,
        extend="both" if np.isclose(smallest, FLOOR) else "max",
        ticks=log_ticks(smallest, 1.0, 4),
        format=power_label,
    )
