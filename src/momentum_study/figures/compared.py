"""What a figure compares: series of cells, their losses and names, and their lines."""

from dataclasses import dataclass
from math import log10
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from numpy.typing import ArrayLike

from momentum_study.core.errors import StudyError
from momentum_study.core.text import format_number, span
from momentum_study.figures.style import DESCENT, FLOOR, METRIC

# From dark violet to orange: dark to light in grey as well, and safe for the colour-blind.
_MOMENTUM = sns.color_palette("plasma", as_cmap=True)
_MOMENTUM_RANGE = (0.0, 0.84)


_VARIANTS = ("network", "schedule")  # named where a grid has one, panels apart where several


@dataclass(frozen=True, order=True)
class Series:
    """A line of a figure or a row of a map: plain descent, or momentum with one β."""

    is_momentum: bool
    beta: float

    @property
    def color(self) -> str:
        """The colour of this β in any figure of any study, by log 1/(1−β)."""
        if not self.is_momentum:
            return DESCENT
        # Between 1/(1−β) = 1.6 and 100 the colour changes, beyond it does not.
        position = np.clip((-log10(1 - self.beta) - 0.2) / 1.8, 0.0, 1.0)
        low, high = _MOMENTUM_RANGE
        return to_hex(_MOMENTUM(low + (high - low) * position))

    @property
    def line(self) -> dict[str, Any]:
        """Keywords of a line: descent differs in more than its colour."""
        line = {"color": self.color, "marker": "o", "markersize": 2.2, "markeredgewidth": 0}
        if self.is_momentum:
            return line
        # Dashed and on top: where lines coincide both can be seen.
        return {**line, "marker": "s", "linestyle": (0, (4, 1.5)), "zorder": 3}

    @property
    def label(self) -> str:
        """Name for people."""
        return f"momentum β = {format_number(self.beta)}" if self.is_momentum else "plain descent"


def compared_cells(cells: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Cells of plain descent and of momentum, with losses as figures show them.

    Parameters
    ----------
    cells, runs
        Tables of one grid.

    Returns
    -------
    pandas.DataFrame
        Rows of the rules ``gd`` and ``momentum``, with these columns more: ``panel``, the name of
        the data set (and of network and schedule, if there are several); ``series``; ``loss``,
        ``loss_low`` and ``loss_high``, the median of `METRIC` with its interval, over the loss of
        the best constant prediction, infinite where half of the runs or more diverged.

    Raises
    ------
    StudyError
        If one of the two rules is not there.
    """
    rules = set(cells["rule"])
    if not {"gd", "momentum"} <= rules:
        found = ", ".join(sorted(rules)) or "no cell at all"
        raise StudyError(
            "a figure sets momentum against plain descent: expected cells of the rules gd and "
            f"momentum, found {found}. Choose a grid and a batch size that have both."
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
    """Find the cell of the lowest loss; of equal ones the one of smallest α, then smallest β.

    Losses below `FLOOR` are equal. Where no cell has a finite loss all are.

    Parameters
    ----------
    cells
        As `compared_cells` gives them.
    """
    drawn = cells.assign(loss=cells["loss"].clip(lower=FLOOR))
    order = drawn.sort_values(["loss", "alpha", "beta"], kind="stable").index
    best: pd.Series = cells.loc[order[0]]
    return best


def panel_names(table: pd.DataFrame) -> pd.Series:
    """Name of each row's panel: its data set, with network and schedule if they vary."""
    names = table["dataset"]
    for key in _VARIANTS:
        if len(table[key].unique()) > 1:
            names = names + ", " + table[key]
    return names.str.replace("_", " ")


def initial_sharpness_of(table: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame:
    """Rows of a table on λₘₐₓ for the data set and network of a panel.

    None if the panel's learning rate is not constant: a limit is not one for all of a run.

    Parameters
    ----------
    table
        With the columns ``dataset`` and ``network``.
    panel
        Cells of one panel, as `compared_cells` gives them.
    """
    first = panel.iloc[0]
    same = (table["dataset"] == first["dataset"]) & (table["network"] == first["network"])
    chosen: pd.DataFrame = table[same & (first["schedule"] == "constant")]
    return chosen


def held_fixed(cells: pd.DataFrame, *also: str) -> str:
    """Say what all cells of a figure have in common."""
    batches = cells.drop_duplicates("batch").sort_values("batch_size")["batch"]
    parts = [batch_name(batches.iloc[0], cells)] if len(batches) == 1 else []
    parts.append(f"{span(cells['steps'])} updates")
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
    rows = span(cells.loc[cells["batch"] == batch, "batch_size"])
    return f"full batch ({rows} rows)" if batch == "full" else f"batch size {rows}"


def mark_end(axes: Axes, x: ArrayLike, y: ArrayLike, series: Series) -> None:
    """Set the cross that says: from here on half of the runs or more have diverged."""
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
        As `compared_cells` gives them.
    rate
        The column to draw over, ``"alpha"`` or ``"eta"``.
    intervals
        Whether to shade the interval of each median. An interval without an upper end, because
        too many resamples hold too many diverged runs, goes up to the edge of the panel.
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
        if not present[0]:  # no line to end: the cross stands alone, on the upper edge
            mark_end(axes, x[:1], [top], series)
