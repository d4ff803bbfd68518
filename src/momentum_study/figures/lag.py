"""The lag: by how many updates momentum is behind plain gradient descent at the same α."""

from math import inf

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from momentum_study.core.text import format_number
from momentum_study.figures.layout import Sheet, layout
from momentum_study.figures.predictions import by, draw_dots, rows_of, verdict
from momentum_study.figures.rules import RULE_STYLES, Series
from momentum_study.figures.style import log_axis, log_ticks, set_ticks, write
from momentum_study.theory.arrays import FloatArray
from momentum_study.theory.quadratics import lag

_LINEAR_BELOW = 0.2  # updates, so that the axis contains the lag 0
_LABEL_ROOM = 4.5  # factor of the axis, for the labels at the right
_CORRECTED = RULE_STYLES["momentum_corrected"]


def draw(theory: pd.DataFrame) -> Sheet:
    """Draw the lag over β/(1−β), and over the number of updates.

    Parameters
    ----------
    theory
        The theory table.

    Returns
    -------
    Sheet
        Two panels; closed forms as lines, measured lags as dots on top.

    Raises
    ------
    StudyError
        If the table has no lags of momentum, with or without bias correction.
    """
    plain, corrected = lags(theory, "momentum"), lags(theory, "momentum_corrected")
    figure, panels = layout(
        "Updates by which momentum is behind plain gradient descent at the same α",
        [
            "Held fixed: α, and the gradient, which is constant. Lag: the number of updates by "
            "which momentum is behind after k updates.",
            "Without bias correction the lag approaches β/(1−β), 9 updates for β = 0.9. With bias "
            "correction there is no lag.",
            f"Lines: closed form. Dots: measured. {verdict(plain, corrected)}",
        ],
        (1, 2),
        ["lag after k updates", "approach to the limit"],
        height=2.5,
        gaps=(0.52, 0.34),
        labels=("", ""),
        series=[Series(True, beta) for beta, _ in by(plain, "beta")],
    ).draw()
    _draw_over_beta(panels[0, 0], plain, corrected)
    _draw_over_updates(panels[0, 1], plain, corrected)
    return figure


def limit(beta: ArrayLike) -> FloatArray:
    """Lag of momentum after infinitely many updates."""
    return lag("momentum", beta, inf)


def lags(theory: pd.DataFrame, rule: str) -> pd.DataFrame:
    """Rows of a rule's lags, with the `limit` at their β and the measured ``share`` of it."""
    rows = rows_of(theory, "lag", rule)
    limits = limit(rows["beta"])
    return rows.assign(limit=limits, share=rows["measured"] / limits)


def _draw_over_beta(axes: Axes, plain: pd.DataFrame, corrected: pd.DataFrame) -> None:
    low, high = plain["limit"].min() / 1.6, plain["limit"].max() * 3 * _LABEL_ROOM
    log_axis(axes, "x", low, high, log_ticks(low, high, 4))
    axes.set_yscale("symlog", linthresh=_LINEAR_BELOW, linscale=0.3)
    axes.set_ylim(-0.3 * _LINEAR_BELOW, high)
    set_ticks(axes, "y", [0.0, *log_ticks(_LINEAR_BELOW, high, 4)])
    axes.set_xlabel("β/(1−β) (log scale)")
    axes.set_ylabel(f"lag in updates (log scale from {format_number(_LINEAR_BELOW)})")

    x = np.geomspace(low, high / _LABEL_ROOM, 200)
    betas = x / (1.0 + x)
    axes.plot([low, high], [low, high], color="0.25", linestyle=(0, (4, 1.5)), linewidth=0.9)
    write(axes, "k → ∞: β/(1−β)", (x[110], x[110]), (-4, 2), ha="right", color="0.25")
    longest = plain["step"].max()
    for step, _ in by(plain, "step"):
        y = lag("momentum", betas, step)
        axes.plot(x, y, color="0.6", linewidth=0.8, zorder=1)
        label = f"{'k = ' if step == longest else ''}{format_number(step)}"
        write(axes, label, (x[-1], y[-1]), (3, 0), va="center", color="0.25")
    _draw_measured(axes, plain, "limit", "measured")
    _draw_corrected(axes, corrected, "limit", "measured")


def _draw_over_updates(axes: Axes, plain: pd.DataFrame, corrected: pd.DataFrame) -> None:
    low, high = plain["step"].min() / 1.4, plain["step"].max() * 1.4
    log_axis(axes, "x", low, high, log_ticks(low, high, 4))
    axes.set(ylim=(-0.06, 1.08), yticks=np.linspace(0.0, 1.0, 6))
    axes.set_xlabel("updates k (log scale)")
    axes.set_ylabel("lag as a share of β/(1−β)")

    axes.axhline(1.0, color="0.25", linestyle=(0, (4, 1.5)), linewidth=0.9)
    steps = np.geomspace(plain["step"].min(), plain["step"].max(), 200)
    for beta, _ in by(plain, "beta"):
        share = lag("momentum", beta, steps) / limit(beta)
        axes.plot(steps, share, color=Series(True, beta).color)
    _draw_measured(axes, plain, "step", "share")
    _draw_corrected(axes, corrected, "step", "share")


def _draw_measured(axes: Axes, rows: pd.DataFrame, x: str, y: str) -> None:
    for beta, here in by(rows, "beta"):
        draw_dots(
            axes,
            here[x],
            here[y],
            here["holds"],
            marker="o",
            markersize=3.0,
            markeredgewidth=0,
            color=Series(True, beta).color,
        )


def _draw_corrected(axes: Axes, rows: pd.DataFrame, x: str, y: str) -> None:
    axes.axhline(0.0, **RULE_STYLES["momentum_corrected"].line)
    draw_dots(
        axes,
        rows[x],
        rows[y],
        rows["holds"],
        marker=_CORRECTED.marker,
        markersize=3.6,
        color=_CORRECTED.color,
        markeredgecolor="0.2",
        markeredgewidth=0.3,
    )
    text, right = "with bias correction: no lag", axes.get_yaxis_transform()
    write(axes, text, (1.0, 0.0), (-3, 4), xycoords=right, ha="right")
