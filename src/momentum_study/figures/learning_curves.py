"""Learning curves of momentum and plain descent: at the same α, at the same η, each tuned."""

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from momentum_study.figures.compared import Series, best_cell, compared_cells, held_fixed, mark_end
from momentum_study.figures.layout import sheet
from momentum_study.figures.style import (
    CURVE_LABEL,
    FLOOR,
    LIMITS_NOTE,
    SMALL,
    STEP_LABEL,
    loss_axis,
    rounded,
    step_axis,
)
from momentum_study.keys import CELL_KEYS, RUN_KEYS
from momentum_study.optimizers import USUAL_BETA

QUARTILES = (0.25, 0.5, 0.75)

Array = NDArray[np.float64]


def draw(cells: pd.DataFrame, runs: pd.DataFrame, curves: pd.DataFrame) -> Figure:
    """Draw the learning curves of one grid and batch size.

    Momentum has the β of the grid that is nearest to 0.9.

    Parameters
    ----------
    cells, runs, curves
        Rows of the grid and batch size.

    Returns
    -------
    Figure
        A row of panels for each data set, a column for each way to choose the rates.

    Raises
    ------
    StudyError
        If there are no cells of plain descent, or none of momentum.
    """
    compared = compared_cells(cells, runs)
    series = usual_series(compared)
    compared = compared[compared["series"].isin(series)]
    names = list(compared["panel"].unique())
    rows = [comparisons(compared[compared["panel"] == name]) for name in names]
    figure, panels = sheet(
        f"Learning curves: {series[1].label} against plain descent",
        [
            held_fixed(compared, "and the rate in the title"),
            "Plain descent has its tuned α: the one of lowest median final training loss. Momentum "
            "has the same α, the same η = (1−β)α (each the nearest of the grid), or its own tuned "
            "α. Tuned and shown on the same runs: a picture, not a verdict.",
            "Lines: median over replicates; shaded: between the quartiles. A diverged run counts "
            "as the worst from then on; a line ends with a cross where half of its runs have "
            "diverged. "
            f"{LIMITS_NOTE} Above a panel: left the rate of plain descent, right of momentum.",
        ],
        (len(rows), len(rows[0])),
        [f"{name}, {one.title}" for name, row in zip(names, rows, strict=True) for one in row],
        height=0.70,
        gaps=(0.24, 0.05),
        labels=(STEP_LABEL, CURVE_LABEL + " (log scale)"),
        series=series,
        second_line=True,
    )
    for row, row_panels in zip(rows, panels, strict=True):
        chosen = {cell.name: None for one in row for cell in one.cells}
        losses = relative_curves(compared.loc[list(chosen)], runs, curves)
        shown = np.concatenate([quantiles(one, QUARTILES).ravel() for one in losses.values()])
        for axes, one in zip(row_panels, row, strict=True):
            loss_axis(axes, shown)
            step_axis(axes, cells["steps"].max())
            axes.label_outer()
            for cell in one.cells:
                draw_curve(axes, cell, losses[cell.name])
            write_rates(axes, one)
    return figure


def usual_series(cells: pd.DataFrame) -> tuple[Series, Series]:
    """Plain descent, and momentum with the β nearest to 0.9 (the smaller one of two)."""
    descent, *momentum = sorted(set(cells["series"]))
    # Rounded, so that 0.85 and 0.95 are equally near.
    return descent, min(momentum, key=lambda series: round(abs(series.beta - USUAL_BETA), 12))


@dataclass(frozen=True)
class Comparison:
    """A cell of plain descent and one of momentum, and which rate they share."""

    title: str
    descent: pd.Series
    momentum: pd.Series

    @property
    def cells(self) -> tuple[pd.Series, pd.Series]:
        """Both."""
        return self.descent, self.momentum


def comparisons(cells: pd.DataFrame) -> list[Comparison]:
    """Choose which cells are set against each other.

    Plain descent always has its best cell, with rate α. Momentum has, of the rates in the table,
    the one nearest to α, then to α/(1−β), on a log scale (the smaller one of two), then its own
    best.

    Parameters
    ----------
    cells
        Of one panel, as `compared_cells` gives them: plain descent and one β.
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


def relative_curves(
    cells: pd.DataFrame, runs: pd.DataFrame, curves: pd.DataFrame
) -> dict[Hashable, pd.DataFrame]:
    """Training losses of the runs of some cells, each over its loss of the best constant.

    Returns
    -------
    dict
        Label of the cell's row → losses, a row for each replicate and a column for each step of
        evaluation; infinite from a divergence on.
    """
    keys = cells[list(CELL_KEYS)].rename_axis("cell").reset_index()
    losses = keys.merge(curves[[*RUN_KEYS, "step", "train_loss"]], on=list(CELL_KEYS))
    losses = losses.merge(runs[[*RUN_KEYS, "null_loss"]], on=list(RUN_KEYS))
    losses["loss"] = (losses["train_loss"].astype("float64") / losses["null_loss"]).fillna(np.inf)
    return {
        cell: of_cell.pivot_table(index="replicate", columns="step", values="loss")
        for cell, of_cell in losses.groupby("cell")
    }


def quantiles(values: ArrayLike, shares: ArrayLike) -> Array:
    """Quantiles along the first axis of values that may be infinite.

    Between two values it goes in a straight line, as `numpy.quantile` does by default; from a
    finite one to an infinite one it is infinite.

    Parameters
    ----------
    values
        ``(n, ...)`` without NaN.
    shares
        ``(k,)``, within [0, 1].

    Returns
    -------
    numpy.ndarray
        ``(k, ...)``.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=0)
    rows = []
    for position in np.asarray(shares) * (len(ordered) - 1):
        below = int(position)
        weight = position - below
        if weight:
            # Not a + w (b − a), which has no value where both are infinite.
            rows.append((1 - weight) * ordered[below] + weight * ordered[below + 1])
        else:
            rows.append(ordered[below])
    return np.stack(rows)


def draw_curve(axes: Axes, cell: pd.Series, losses: pd.DataFrame) -> None:
    """Draw the median and the quartiles of one cell's losses ``(replicates, steps)``."""
    series = cell["series"]
    steps = losses.columns.to_numpy()
    low, median, high = quantiles(losses, QUARTILES)
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


def write_rates(axes: Axes, comparison: Comparison) -> None:
    """Write the rates of both cells above a panel, and into it how many runs diverged."""
    diverged = []
    for cell, side in zip(comparison.cells, ("left", "right"), strict=True):
        series = cell["series"]
        rates = f"α = {rounded(cell['alpha'])}"
        if series.is_momentum and comparison.title.endswith("η"):
            rates += f", η = {rounded(cell['eta'])}"
        place = {"left": 0.0, "right": 1.0}[side]
        axes.annotate(
            rates,
            (place, 1.0),
            (0, 2),
            xycoords="axes fraction",
            textcoords="offset points",
            color=series.color,
            size=SMALL,
            horizontalalignment=side,
        )
        if cell["n_diverged"]:
            diverged.append((f"{cell['n_diverged']} of {cell['n_runs']} diverged", series.color))
    for line, (text, color) in enumerate(diverged):
        axes.annotate(
            text,
            (1.0, 1.0),
            (-3, -3 - 9 * line),
            xycoords="axes fraction",
            textcoords="offset points",
            color=color,
            size=SMALL,
            horizontalalignment="right",
            verticalalignment="top",
            bbox={"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 0.5},
        )
