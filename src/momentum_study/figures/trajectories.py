"""Paths of the rules on landscapes, in the three comparisons."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from momentum_study.core.errors import StudyError
from momentum_study.core.text import counted, format_number, rounded
from momentum_study.experiments.landscapes.functions import HOLD, Landscape, all_landscapes
from momentum_study.figures.layout import Sheet, layout
from momentum_study.figures.rules import RULE_STYLES
from momentum_study.tables.arms import COMPARISONS

PICTURES = {
    "ravine": "ravine",
    "noisy_ravine": "noisy ravine",
    "rosenbrock": "Rosenbrock",
    "beale": "Beale",
    "saddle": "saddle",
    "monkey_saddle": "monkey saddle",
    "double_well_slope": "double well",
}
"""Landscapes from top to bottom → display text."""

_MARK: dict[str, Any] = {"linestyle": "", "markeredgecolor": "black", "markerfacecolor": "white"}
_MARKS: dict[str, dict[str, Any]] = {
    "start": {**_MARK, "marker": "o", "markersize": 3.4, "markeredgewidth": 0.8, "zorder": 5},
    "minimum": {**_MARK, "marker": "*", "markersize": 6.5, "markeredgewidth": 0.6, "zorder": 5},
    "saddle": {**_MARK, "marker": "x", "markersize": 4.0, "markeredgewidth": 0.9, "zorder": 1.5},
}

_GRID = 201  # points in each direction, for contours
_LEVELS = np.linspace(0.02, 0.98, 11)  # quantiles of the values in the window


def draw(landscapes: pd.DataFrame, trajectories: pd.DataFrame) -> Sheet:
    """Draw the paths over contours of the landscapes.

    Parameters
    ----------
    landscapes, trajectories
        The two tables of landscapes.

    Returns
    -------
    Sheet
        A row of panels for each landscape, a column for each comparison.

    Raises
    ------
    StudyError
        If a landscape has no path.
    """
    drawn = {one.name: one for one in all_landscapes() if one.drawn}
    if absent := [name for name in PICTURES if name not in set(trajectories["landscape"])]:
        raise StudyError(
            f"the table of trajectories has no path on {', '.join(absent)}; run the workflow with "
            "--forcerun landscapes"
        )
    places = [(name, comparison) for name in PICTURES for comparison in COMPARISONS]
    rules = [rule for rule in RULE_STYLES if rule in set(trajectories["rule"])]
    figure, panels = layout(
        "Paths on landscapes at the same α, at the same η, and each tuned",
        _notes(landscapes),
        (len(PICTURES), len(COMPARISONS)),
        [""] * len(places),
        height=0.6,
        gaps=(0.1, 0.02),
        labels=("", ""),
        sides=(0.45, 0.12),
        keys=[
            *(
                Line2D([], [], label=RULE_STYLES[rule].label, **RULE_STYLES[rule].line)
                for rule in rules
            ),
            *(Line2D([], [], label=label, **mark) for label, mark in _MARKS.items()),
        ],
        second_line=True,
        heads=list(COMPARISONS.values()),
    ).draw()
    for axes, (name, comparison) in zip(panels.flat, places, strict=True):
        here = (landscapes["landscape"] == name) & (landscapes["comparison"] == comparison)
        height = landscapes["height"].isna() | (landscapes["height"] == drawn[name].height)
        paths = trajectories[
            (trajectories["landscape"] == name) & (trajectories["comparison"] == comparison)
        ]
        _draw_landscape(axes, drawn[name])
        _draw_paths(axes, paths, landscapes[here & height])
    for axes, name in zip(panels[:, 0], PICTURES, strict=True):
        rate = format_number(drawn[name].rate)
        axes.set_ylabel(f"{PICTURES[name]}\nrate {rate}", labelpad=4.0)
    return figure


def _notes(landscapes: pd.DataFrame) -> list[str]:
    beta = landscapes.loc[landscapes["comparison"] == "same_alpha", "beta"].max()
    draws = counted(int(landscapes["draws"].max()), "draw")
    return [
        f"Held fixed: the start of a row; β = {format_number(beta)} in the first two columns. Same "
        "α: all rules have the effective rate of plain gradient descent. Same η: all rules have "
        "its learning rate, and the effective rate of momentum is "
        f"{rounded(1 / (1 - beta))} times as large. The shared rate is at the left. Momentum and "
        "heavy ball are one rule with different rates held fixed.",
        "Numbers: updates until a run reaches the minimum or the other well and stays there for "
        f"{HOLD} updates, or leaves the saddle; with noise (noisy ravine, saddles, double well) "
        f"the median over {draws}, or the share of draws that succeed. The path is a draw "
        "near all medians.",
    ]


def _draw_landscape(axes: Axes, landscape: Landscape) -> None:
    """Draw contours at even quantiles of the values, the start, minima and saddles."""
    (left, right), (low, high) = landscape.window
    x, y = np.meshgrid(np.linspace(left, right, _GRID), np.linspace(low, high, _GRID))
    values = landscape.value(np.stack([x, y], axis=-1))
    axes.contour(
        x,
        y,
        values,
        np.quantile(values, _LEVELS),
        colors="0.8",
        linestyles="solid",
        linewidths=0.5,
        zorder=0,
    )
    axes.set(xlim=(left, right), ylim=(low, high), xticks=[], yticks=[])
    points = {"start": [landscape.start], "minimum": landscape.minima, "saddle": landscape.saddles}
    for label, mark in _MARKS.items():
        for point in points[label]:
            axes.plot(*point, **mark)


def _draw_paths(axes: Axes, paths: pd.DataFrame, rows: pd.DataFrame) -> None:
    keys = []
    for rule, style in RULE_STYLES.items():
        row = rows[rows["rule"] == rule]
        path = paths[paths["rule"] == rule]
        if path.empty:
            continue
        keys.append(Line2D([], [], label=_count(row.iloc[0]), **style.line))
        if rule == "gd" or path["beta"].iloc[0] > 0:  # β = 0 has the path of rule gd
            axes.plot(path["x"], path["y"], linewidth=0.9, **style.line)
    axes.legend(
        handles=keys,
        ncols=len(keys),
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.0,
        borderpad=0.0,
        columnspacing=0.8,
        handlelength=2.2,
        handletextpad=0.4,
    )


def _count(row: pd.Series) -> str:
    """Number of updates, or the reason why there is none."""
    if row["rule"] != "gd" and row["beta"] == 0:
        return "β = 0"
    if np.isfinite(row["median_steps"]):
        return f"{row['median_steps']:.0f}"
    if 2 * row["n_diverged"] >= row["draws"]:
        return "diverges"
    return f"{row['share']:.0%}" if row["share"] >= 0.01 else "<1%"
