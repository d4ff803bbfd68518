"""Sharpness along training against the curvature at which the rule becomes unstable."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from momentum_study.figures.compared import Series, panel_names
from momentum_study.figures.layout import sheet
from momentum_study.figures.style import STEP_LABEL, log_axis, log_ticks, rounded, step_axis

_COLORS = sns.color_palette("viridis", as_cmap=True)
_COLOR_RANGE = (0.0, 0.85)  # beyond it is too light on white
_DESCENT_LIMIT = 2.0
_HEADROOM = 1.6


def draw(sharpness: pd.DataFrame) -> Figure:
    """Draw λ_max of the followed runs of one grid over their updates.

    Parameters
    ----------
    sharpness
        Rows of the grid.

    Returns
    -------
    Figure
        A row of panels for each data set (and batch size, where there are several), a column for
        each rule and β; a line for each run, coloured by α.
    """
    followed = sharpness.assign(panel=_panels(sharpness))
    names = list(dict.fromkeys(followed["panel"]))
    columns = list(dict.fromkeys(zip(followed["rule"], followed["beta"], strict=True)))
    alphas = np.sort(followed["alpha"].unique())
    low, high = _COLOR_RANGE
    colors = dict(
        zip(alphas, map(to_hex, _COLORS(np.linspace(low, high, len(alphas)))), strict=True)
    )
    figure, panels = sheet(
        "Sharpness along training, and where it makes a rule unstable",
        [
            _held_fixed(followed),
            f"Each line: λ_max of the training loss's Hessian in one run, {_replicates(followed)}. "
            "A line ends where its run diverges.",
            "Dashed, in the colour of its α: the λ beyond which the rule is unstable on a "
            "quadratic, 2/α for plain descent, 2(1+β)/((1−β)α) for momentum. Dotted: 2/α, where "
            "the rule has another limit. What to see: sharpness that grows stops at the rule's "
            "own limit, and a run that starts above it must come down to stay.",
        ],
        (len(names), len(columns)),
        [f"{name}, {_rule_name(*column)}" for name in names for column in columns],
        height=0.85 if len(names) > 2 else 1.9,
        gaps=(0.36, 0.05),
        labels=(STEP_LABEL, "largest eigenvalue λ_max (log scale)"),
        keys=[Line2D([], [], color=colors[a], label=f"α = {rounded(a)}") for a in alphas],
    )
    for name, row in zip(names, panels, strict=True):
        of_row = followed[followed["panel"] == name]
        for column, axes in zip(columns, row, strict=True):
            chosen = (of_row["rule"] == column[0]) & (of_row["beta"] == column[1])
            _draw_panel(axes, of_row[chosen], _limits(of_row), colors)
            step_axis(axes, int(followed["step"].max()))
            axes.label_outer()
    return figure


def _held_fixed(followed: pd.DataFrame) -> str:
    batches, networks = (list(followed[key].unique()) for key in ("batch", "network"))
    parts = [f"{followed['step'].max()} updates", "constant schedule"]
    if len(networks) == 1:
        parts.append(f"network “{networks[0].replace('_', ' ')}”")
    if len(batches) == 1:
        parts.insert(0, "full batch" if batches[0] == "full" else f"batch size {batches[0]}")
    return f"Held fixed: {', '.join(parts)}."


def _panels(sharpness: pd.DataFrame) -> pd.Series:
    names = panel_names(sharpness)
    if len(sharpness["batch"].unique()) > 1:
        names = names + ", batch " + sharpness["batch"]
    return names


def _rule_name(rule: str, beta: float) -> str:
    if rule in ("gd", "momentum"):
        return Series(rule == "momentum", beta).label
    return f"{rule.replace('_', ' ')} β = {rounded(beta)}"


def _replicates(followed: pd.DataFrame) -> str:
    count = followed["replicate"].nunique()
    return f"{count} replicates" if count > 1 else "one replicate"


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """Range of the y-axis of a row of panels: its positive eigenvalues, and the limits near them.

    A limit far above every eigenvalue is left out, so that the lines keep their shape.
    """
    values = rows["lambda_max"].to_numpy()
    values = values[values > 0]
    if not len(values):
        values = rows["stability_limit"].to_numpy()
    return values.min() / _HEADROOM, values.max() * _HEADROOM**2


def _draw_panel(
    axes: Axes, rows: pd.DataFrame, limits: tuple[float, float], colors: dict[float, str]
) -> None:
    log_axis(axes, "y", *limits, log_ticks(*limits, 4))
    for alpha, color in colors.items():
        of_alpha = rows[rows["alpha"] == alpha]
        if of_alpha.empty:
            continue
        limit = of_alpha["stability_limit"].iloc[0]
        axes.axhline(limit, color=color, linestyle=(0, (4, 2)), linewidth=0.8, zorder=1)
        if not np.isclose(limit, _DESCENT_LIMIT / alpha):
            axes.axhline(
                _DESCENT_LIMIT / alpha, color=color, linestyle=(0, (1, 2)), linewidth=0.8, zorder=1
            )
        for _, run in of_alpha.groupby("replicate"):
            axes.plot(run["step"], run["lambda_max"], color=color, linewidth=0.9)
    if not rows.loc[rows["step"] > 0, "lambda_max"].notna().any():
        axes.text(0.5, 0.5, "all runs diverged", transform=axes.transAxes, ha="center", va="center")
