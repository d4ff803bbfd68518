"""Sharpness during training and the curvature at which the rule becomes unstable."""

from math import log

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D

from momentum_study.core.text import counted, rounded, span
from momentum_study.figures.compared import panel_names
from momentum_study.figures.layout import Sheet, sheet_of_blocks
from momentum_study.figures.rules import Series, batch_label
from momentum_study.figures.style import (
    POINTS_PER_INCH,
    STEP_LABEL,
    log_axis,
    log_ticks,
    step_axis,
    tick_labels,
    write,
)

_COLORS = sns.color_palette("viridis", as_cmap=True)
_COLOR_RANGE = (0.0, 0.8)  # beyond it is too light on white
_DESCENT_LIMIT = 2.0
_HEADROOM = 1.6
_LINE = 9.5  # points, of a line of text


def draw(sharpness: pd.DataFrame) -> Sheet:
    """Draw λₘₐₓ of the followed runs of one grid over their updates.

    Parameters
    ----------
    sharpness
        Rows of the grid.

    Returns
    -------
    Sheet
        A panel for each data set (and batch size, if there are several), rule and β; a line for
        each run, coloured by α.
    """
    followed = sharpness.assign(panel=_panels(sharpness))
    alphas = np.sort(followed["alpha"].unique())
    low, high = _COLOR_RANGE
    colors = dict(
        zip(alphas, map(to_hex, _COLORS(np.linspace(low, high, len(alphas)))), strict=True)
    )
    labels = dict(zip(alphas, tick_labels(alphas), strict=True))
    notes = [
        _held_fixed(followed),
        "Each line: λₘₐₓ of the Hessian of the training loss in one run, "
        f"{counted(followed['replicate'].nunique(), 'replicate')}. A line ends when its run "
        "diverges.",
        "Dashed, in the colour of its α: the λ above which the rule is unstable on a "
        "quadratic, 2/α for plain gradient descent, 2(1+β)/((1−β)α) for momentum. Dotted: 2/α, "
        "if the rule has another limit.",
    ]

    def panel(axes: Axes, name: str, column: tuple[str, float], shape: tuple[int, int]) -> None:
        rule, beta = column
        of_name = followed[followed["panel"] == name]
        chosen = (of_name["rule"] == rule) & (of_name["beta"] == beta)
        named = labels if shape[0] == 1 else {}
        _draw_panel(axes, of_name[chosen], _limits(of_name), colors, named)
        step_axis(axes, int(followed["step"].max()))

    return sheet_of_blocks(
        "Sharpness during training, and the stability limit of each rule",
        notes,
        list(dict.fromkeys(followed["panel"])),
        list(dict.fromkeys(zip(followed["rule"], followed["beta"], strict=True))),
        panel,
        head=lambda column: _rule_name(*column),
        most=4,
        one_row=2.3,
        gaps=(0.2, 0.03),
        labels=(STEP_LABEL, "largest eigenvalue λₘₐₓ (log scale)"),
        keys=[Line2D([], [], color=colors[a], label=f"α = {labels[a]}") for a in alphas],
    )


def _held_fixed(followed: pd.DataFrame) -> str:
    batches, networks = (list(followed[key].unique()) for key in ("batch", "network"))
    parts = [span([followed["step"].max()], "update"), "constant schedule"]
    if len(networks) == 1:
        parts.append(f"network “{networks[0].replace('_', ' ')}”")
    if len(batches) == 1:
        parts.insert(0, batch_label(batches[0]))
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


def _limits(rows: pd.DataFrame) -> tuple[float, float]:
    """Range of the y-axis of a row of panels: its positive eigenvalues, and the limits near them.

    A limit far above all eigenvalues is left out, so that the lines use the height of the panel.
    """
    values = rows["lambda_max"].to_numpy()
    values = values[values > 0]
    if not len(values):
        values = rows["stability_limit"].to_numpy()
    return values.min() / _HEADROOM, values.max() * _HEADROOM**2


def _draw_panel(
    axes: Axes,
    rows: pd.DataFrame,
    limits: tuple[float, float],
    colors: dict[float, str],
    named: dict[float, str],
) -> None:
    log_axis(axes, "y", *limits, log_ticks(*limits, 4))
    points = axes.bbox.height / axes.figure.dpi * POINTS_PER_INCH
    written: list[float] = []
    for alpha, color in colors.items():
        of_alpha = rows[rows["alpha"] == alpha]
        if of_alpha.empty:
            continue
        limit = of_alpha["stability_limit"].iloc[0]
        axes.axhline(limit, color=color, linestyle=(0, (4, 2)), linewidth=0.8, zorder=1)
        below = limit > limits[1] / _HEADROOM  # no room above
        place = points * log(limit / limits[0]) / log(limits[1] / limits[0]) - 10.5 * below
        free = all(abs(place - other) >= _LINE for other in written)
        if alpha in named and limits[0] < limit < limits[1] and free:
            written.append(place)
            write(
                axes,
                f"limit of α = {named[alpha]}",
                (0.0, limit),
                (3, -2 if below else 1.5),
                va="top" if below else "bottom",
                xycoords=axes.get_yaxis_transform(),
                color=color,
                bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 0.2},
            )
        if not np.isclose(limit, _DESCENT_LIMIT / alpha):
            axes.axhline(
                _DESCENT_LIMIT / alpha, color=color, linestyle=(0, (1, 2)), linewidth=0.8, zorder=1
            )
        for _, run in of_alpha.groupby("replicate"):
            axes.plot(run["step"], run["lambda_max"], color=color, linewidth=0.9)
    if not rows.loc[rows["step"] > 0, "lambda_max"].notna().any():
        axes.text(0.5, 0.5, "all runs diverged", transform=axes.transAxes, ha="center", va="center")
