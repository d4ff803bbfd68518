"""Cells of plain gradient descent and momentum: losses, best cell, names of panels, lines."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from momentum_study.core.errors import StudyError
from momentum_study.core.text import span
from momentum_study.figures.rules import Series
from momentum_study.figures.style import FLOOR, METRIC
from momentum_study.tables.keys import best_first

_VARIANTS = ("network", "schedule")  # in the caption if a grid has one, in panel names if more


def compared_cells(cells: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Cells of plain gradient descent and of momentum, with losses relative to the best constant.

    Parameters
    ----------
    cells, runs
        Tables of one grid.

    Returns
    -------
    pandas.DataFrame
        Rows of the rules ``gd`` and ``momentum`` with additional columns: ``panel``, the name of
        the data set (and of network and schedule, if there are several); ``series``; ``loss``,
        ``loss_low`` and ``loss_high``, the median of `METRIC` with its interval, over the loss of
        the best constant prediction, infinite where half of the runs or more diverged.

    Raises
    ------
    StudyError
        If one of the two rules is missing.
    """
    rules = set(cells["rule"])
    if not {"gd", "momentum"} <= rules:
        found = ", ".join(sorted(rules)) or "no cell at all"
        raise StudyError(
            "the figure compares momentum with plain gradient descent: expected cells of the rules "
            f"gd and momentum, found {found}. Choose a grid and a batch size that have both."
        )
    chosen = cells[cells["rule"].isin(["gd", "momentum"])].reset_index(drop=True)
    null_loss = chosen["dataset"].map(runs.groupby("dataset")["null_loss"].median())
    columns = {
        "panel": panel_names(chosen),
        "series": [
            Series(rule == "momentum", beta)
            for rule, beta in zip(chosen["rule"], chosen["beta"], strict=True)
        ],
        "loss": chosen[f"{METRIC}_median"] / null_loss,
        "loss_low": chosen[f"{METRIC}_median_low"] / null_loss,
        "loss_high": chosen[f"{METRIC}_median_high"] / null_loss,
    }
    return pd.concat([chosen, pd.DataFrame(columns)], axis="columns")


def best_cell(cells: pd.DataFrame) -> pd.Series:
    """Find the cell with the lowest loss, of equal ones that of `best_first`.

    Losses below `FLOOR` count as equal, and so do infinite losses.

    Parameters
    ----------
    cells
        From `compared_cells`.
    """
    drawn = cells.assign(loss=cells["loss"].clip(lower=FLOOR))
    best: pd.Series = cells.loc[best_first(drawn, "loss")[0]]
    return best


def panel_names(table: pd.DataFrame) -> pd.Series:
    """Name of the panel of each row: its data set, with network and schedule if they vary."""
    names = table["dataset"]
    for key in _VARIANTS:
        if len(table[key].unique()) > 1:
            names = names + ", " + table[key]
    return names.str.replace("_", " ")


def initial_sharpness_of(table: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    """Rows of a table on λₘₐₓ for the data set and network of a panel.

    The result is empty if the learning rate of the panel is not constant: no limit is valid for
    a whole run.

    Parameters
    ----------
    table
        With the columns ``dataset`` and ``network``.
    panel
        Cells of one panel, from `compared_cells`.
    """
    first = panel.iloc[0]
    same = (table["dataset"] == first["dataset"]) & (table["network"] == first["network"])
    chosen: pd.DataFrame = table[same & (first["schedule"] == "constant")]
    return chosen


def held_fixed(cells: pd.DataFrame, *also: str) -> str:
    """List what all cells of a figure have in common."""
    batches = cells.drop_duplicates("batch").sort_values("batch_size")["batch"]
    parts = [batch_name(batches.iloc[0], cells)] if len(batches) == 1 else []
    parts.append(span(cells["steps"], "update"))
    names = {key: cells[key].iloc[0].replace("_", " ") for key in _VARIANTS}
    texts = {
        "network": f"network “{names['network']}”",
        "schedule": f"{names['schedule']} schedule",
    }
    parts += [texts[key] for key in _VARIANTS if len(cells[key].unique()) == 1]
    return (
        f"Held fixed: {', '.join([*parts, *also])}. Replicates per cell: {span(cells['n_runs'])}."
    )


def batch_name(batch: str, cells: pd.DataFrame) -> str:
    """Name of a batch size."""
    sizes = cells.loc[cells["batch"] == batch, "batch_size"]
    return f"full batch ({span(sizes, 'row')})" if batch == "full" else f"batch size {span(sizes)}"


def mark_end(axes: Axes, x: ArrayLike, y: ArrayLike, series: Series) -> None:
    """Draw the cross after which at least half of the runs have diverged."""
    axes.plot(
        x,
        y,
        linestyle="",
        marker="x",
        markersize=4.0,
        markeredgewidth=1.0,
        color=series.color,
        clip_on=False,
        zorder=4,
    )


def draw_lines(axes: Axes, cells: pd.DataFrame, rate: str, *, intervals: bool = False) -> None:
    """Draw the losses of one panel, a line for each series.

    Parameters
    ----------
    axes
        A panel with its axes set.
    cells
        From `compared_cells`.
    rate
        The column on the x-axis, ``"alpha"`` or ``"eta"``.
    intervals
        Whether to shade the interval of each median. An interval whose upper end is infinite
        extends to the edge of the panel.
    """
    _, top = axes.get_ylim()
    for series in sorted(set(cells["series"])):
        line = cells[cells["series"] == series].sort_values(rate)
        x, y = line[rate].to_numpy(), line["loss"].to_numpy()
        present = np.isfinite(y)
        axes.plot(x, np.where(present, np.maximum(y, FLOOR), np.nan), **series.line)
        if intervals:
            low, high = (
                np.clip(line[end].to_numpy(), FLOOR, 10 * top) for end in ("loss_low", "loss_high")
            )
            axes.fill_between(x, low, high, where=present, color=series.color, alpha=0.2, lw=0)
        ends = present & ~np.append(present[1:], True)
        if ends.any():
            mark_end(axes, x[ends], np.clip(y[ends], FLOOR, top), series)
        if not present[0]:  # there is no line before it: the cross is on the upper edge
            mark_end(axes, x[:1], [top], series)
