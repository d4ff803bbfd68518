"""Learning curves of momentum and plain gradient descent: same α, same η, each tuned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from momentum_study.engine.optimizers import USUAL_BETA
from momentum_study.figures.compared import best_cell, compared_cells, held_fixed, mark_end
from momentum_study.figures.layout import Page, Sheet, label_outer, layout, paged
from momentum_study.figures.rules import Series
from momentum_study.figures.style import (
    CURVE_LABEL,
    FLOOR,
    LIMITS_NOTE,
    NORMAL,
    POINTS_PER_INCH,
    STEP_LABEL,
    WIDTH,
    AxesArray,
    loss_axis,
    power_label,
    step_axis,
    text_width,
    tick_labels,
    write,
)
from momentum_study.tables.arms import COMPARISONS
from momentum_study.tables.keys import CELL_KEYS
from momentum_study.tables.schemas.cell_curves import QUARTILES

_ROOM = 1.8  # inches above a panel, for the name of a data set and the rates
_BETWEEN = 8  # points, between the rates of both rules
_QUARTILES = [f"train_loss_{quartile}" for quartile in QUARTILES]


def draw(cells: pd.DataFrame, runs: pd.DataFrame, cell_curves: pd.DataFrame) -> Sheet:
    """Draw the learning curves of one grid and batch size.

    Momentum has the β of the grid that is nearest to `USUAL_BETA`.

    Parameters
    ----------
    cells, runs, cell_curves
        Rows of the grid and batch size.

    Returns
    -------
    Sheet
        A row of panels for each data set, a column for each way to choose the rates.

    Raises
    ------
    StudyError
        If there are no cells of plain gradient descent, or none of momentum.
    """
    compared = compared_cells(cells, runs)
    series = usual_series(compared)
    compared = compared[compared["series"].isin(series)]
    notes = [
        held_fixed(compared, "the shared rate of a column"),
        "Plain gradient descent has its tuned α, the one with the lowest median final training "
        "loss. Momentum has the same α, the same η = (1−β)α (the nearest of the grid in both "
        "cases), or its own tuned α. Tuning and curves use the same runs, so the figure is an "
        "illustration and not a test.",
        "Lines: median over replicates; shaded: between the quartiles. A diverged run counts "
        "as the worst afterwards; a line ends with a cross when half of its runs have "
        f"diverged. {LIMITS_NOTE} Above a panel: the rate of plain gradient descent, then that "
        "of momentum.",
    ]

    alphas = compared["alpha"].unique()
    labels = dict(zip(alphas, tick_labels(alphas), strict=True))

    chosen = {str(name): comparisons(own) for name, own in compared.groupby("panel", sort=False)}
    places = cell_curves.groupby(list(CELL_KEYS)).indices

    def page(names: Sequence[str]) -> Page:
        rows = [chosen[name] for name in names]
        empty = layout(
            f"Learning curves: {series[1].label} and plain gradient descent",
            notes,
            (len(rows), len(rows[0])),
            [title for name in names for title in (name, *[""] * (len(COMPARISONS) - 1))],
            height=float(np.clip(3.85 / len(rows), 0.55, 1.0)),
            gaps=(0.24, 0.03),
            labels=(STEP_LABEL, CURVE_LABEL + " (log scale)"),
            series=series,
            heads=list(COMPARISONS.values()),
            second_line=any(
                text_width(name, NORMAL) + _rates_width(row[0], labels) > _ROOM
                for name, row in zip(names, rows, strict=True)
            ),
        )

        def fill(_: Sheet, panels: AxesArray) -> None:
            for row, row_panels in zip(rows, panels, strict=True):
                curves = {
                    cell.name: curve_of_cell(cell, cell_curves, places)
                    for one in row
                    for cell in one.cells
                }
                losses = pd.concat([curve[_QUARTILES] for curve in curves.values()])
                for axes, one in zip(row_panels, row, strict=True):
                    loss_axis(axes, losses)
                    step_axis(axes, cells["steps"].max())
                    for cell in one.cells:
                        draw_curve(axes, cell, curves[cell.name])
                    write_rates(axes, one, labels)
            label_outer(panels)

        return empty, fill

    return paged(list(chosen), page)


def usual_series(cells: pd.DataFrame) -> tuple[Series, Series]:
    """Plain gradient descent, and momentum with the β nearest to the usual one (or the smaller)."""
    descent, *momentum = sorted(set(cells["series"]))
    # Rounded, so that 0.85 and 0.95 have equal distances.
    return descent, min(momentum, key=lambda series: round(abs(series.beta - USUAL_BETA), 12))


@dataclass(frozen=True)
class Comparison:
    """A cell of plain gradient descent and one of momentum, and which rate they share."""

    title: str
    descent: pd.Series
    momentum: pd.Series

    @property
    def cells(self) -> tuple[pd.Series, pd.Series]:
        """Both."""
        return self.descent, self.momentum


def comparisons(cells: pd.DataFrame) -> list[Comparison]:
    """Choose the cells to compare.

    Plain gradient descent always has its best cell, with rate α. Momentum has the rate of the table
    that is nearest to α, then to α/(1−β), on a log scale (the smaller one of two), then its own
    best.

    Parameters
    ----------
    cells
        Of one panel, from `compared_cells`: plain gradient descent and one β.
    """
    descent = best_cell(cells[cells["rule"] == "gd"])
    momentum = cells[cells["rule"] == "momentum"].sort_values("alpha")
    chosen = []
    for rate, sign in (("alpha", "α"), ("eta", "η")):
        distance = np.abs(np.log(momentum[rate] / descent[rate])).round(9)
        nearest = distance.idxmin()
        title = f"nearest {sign}" if distance[nearest] else f"same {sign}"
        chosen.append(Comparison(title, descent, momentum.loc[nearest]))
    return [*chosen, Comparison("each tuned", descent, best_cell(momentum))]


def curve_of_cell(
    cell: pd.Series, cell_curves: pd.DataFrame, places: Mapping[Any, Any]
) -> pd.DataFrame:
    """Return the rows of a cell, by step.

    Parameters
    ----------
    cell
        Of a table with `CELL_KEYS`.
    cell_curves
        Rows of many cells.
    places
        Keys of a cell → positions of its rows, found once for all cells.
    """
    curve: pd.DataFrame = cell_curves.iloc[places.get(tuple(cell[list(CELL_KEYS)]), [])]
    return curve.sort_values("step")


def draw_curve(axes: Axes, cell: pd.Series, curve: pd.DataFrame) -> None:
    """Draw the median and the quartiles of the losses of one cell, from a row for each step."""
    series = cell["series"]
    steps = curve["step"].to_numpy()
    low, median, high = curve[_QUARTILES].to_numpy().T
    _, top = axes.get_ylim()
    style = {**series.line, "marker": ""}
    present = np.isfinite(median)
    shown = np.where(present, np.maximum(median, FLOOR), np.nan)
    axes.plot(steps, shown, **style)
    low, high = np.clip([low, high], FLOOR, 10 * top)
    axes.fill_between(steps, low, high, color=series.color, alpha=0.2, linewidth=0)
    if not present.all() and present[0]:
        last = int(np.argmin(present)) - 1
        mark_end(axes, steps[[last]], np.minimum(shown[[last]], top), series)


def rate_texts(
    comparison: Comparison, labels: Mapping[float, str], room: float = np.inf
) -> tuple[str, str]:
    """Write the rates of plain gradient descent and of momentum.

    If this is wider than `room` inches, that of momentum has only the rate of the comparison, and
    then without the word that it is the nearest.
    """
    descent, alpha = (f"α = {labels[cell['alpha']]}" for cell in comparison.cells)
    rates = [alpha]
    if comparison.title.endswith("η"):
        eta = f"η = {power_label(comparison.momentum['eta'])}"
        rates = [f"{alpha}, {eta}", eta]
    if comparison.title.startswith("nearest"):
        rates = [*(f"nearest: {one}" for one in rates), rates[-1]]
    left = room - text_width(descent) - _BETWEEN / POINTS_PER_INCH
    return descent, next((one for one in rates if text_width(one) <= left), rates[-1])


def _rates_width(comparison: Comparison, labels: Mapping[float, str]) -> float:
    return sum(
        _BETWEEN / POINTS_PER_INCH + text_width(text) for text in rate_texts(comparison, labels)
    )


def write_rates(axes: Axes, comparison: Comparison, labels: Mapping[float, str]) -> None:
    """Write the rates of both cells above a panel, and the numbers of diverged runs into it."""
    diverged = []
    texts = rate_texts(comparison, labels, axes.get_position().width * WIDTH)
    look: dict[str, Any] = {"ha": "right", "va": "bottom", "xycoords": "axes fraction"}
    at, shift = (1.0, 1.0), (0, 1)
    # From the right edge to the left.
    for cell, rates in zip(comparison.cells[::-1], texts[::-1], strict=True):
        series = cell["series"]
        look["xycoords"] = write(axes, rates, at, shift, color=series.color, **look)
        at, shift = (0.0, 0.0), (-_BETWEEN, 0)
        if cell["n_diverged"]:
            diverged.append((f"{cell['n_diverged']} of {cell['n_runs']} diverged", series.color))
    for line, (text, color) in enumerate(diverged[::-1]):
        write(
            axes,
            text,
            (1.0, 1.0),
            (-3, -3 - 9 * line),
            xycoords="axes fraction",
            color=color,
            ha="right",
            va="top",
            bbox={"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 0.5},
        )
