"""Planes of learning rate and β: where a rule is monotone, oscillates, alternates or diverges."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from momentum_study.figures.layout import Sheet, layout
from momentum_study.figures.predictions import (
    BETA_LABEL,
    beta_axis,
    ring_wrong,
    rows_of,
    stretched,
    verdict,
)
from momentum_study.figures.rules import RULE_STYLES
from momentum_study.figures.style import log_axis, log_ticks
from momentum_study.theory.arrays import FloatArray
from momentum_study.theory.quadratics import ALTERNATING, DIVERGING, MONOTONE, OSCILLATING, regime


@dataclass(frozen=True)
class RegimeLook:
    """The style of a regime: a light region and a darker mark, distinguishable in grey."""

    label: str
    region: str
    mark: dict[str, Any]


_MARK: dict[str, Any] = {"linestyle": "", "markeredgewidth": 0.8, "clip_on": False, "zorder": 4}

REGIMES = {
    MONOTONE: RegimeLook(
        "monotone", "#f7f6ee", {**_MARK, "marker": "o", "markersize": 2.0, "color": "#303030"}
    ),
    OSCILLATING: RegimeLook(
        "oscillating",
        "#d9e8f5",
        {**_MARK, "marker": "o", "markersize": 3.4, "color": "#0b4a8f", "fillstyle": "none"},
    ),
    ALTERNATING: RegimeLook(
        "alternating", "#e9c27f", {**_MARK, "marker": "^", "markersize": 3.0, "color": "#7a3e00"}
    ),
    DIVERGING: RegimeLook(
        "diverging", "#b5b0b0", {**_MARK, "marker": "x", "markersize": 3.2, "color": "#202020"}
    ),
}
"""Number of the regime in the theory table → style."""

_RULES = {"momentum": "αλ", "heavy_ball": "ηλ", "nesterov": "ηλ"}
_MARGIN = 1.22  # of the axis of β, for half a mark
_BETAS = 241  # enough for smooth edges
_STEP = 1.002  # between the rates searched for an edge: less than the width of a line


def draw(theory: pd.DataFrame) -> Sheet:
    """Draw the regimes of momentum, heavy ball and Nesterov's rule.

    Parameters
    ----------
    theory
        The theory table.

    Returns
    -------
    Sheet
        A panel for each rule: regions from the closed form, measured regimes as marks.

    Raises
    ------
    StudyError
        If the regimes of one of the rules are missing in the table.
    """
    rows = {rule: rows_of(theory, "regime", rule) for rule in _RULES}
    figure, panels = layout(
        "Regions of stability and oscillation on a quadratic",
        [
            "Held fixed: one eigenvalue λ of a quadratic, exact gradients. At β = 0 each rule is "
            "plain gradient descent, stable below 2.",
            "Oscillation begins at smaller rates for larger β. The limit of αλ for momentum grows "
            "with β without bound. The heavy ball has the same iterates at η = (1−β)α, and its "
            "limit of ηλ grows from 2 to 4. The limit of Nesterov’s rule falls to 4/3.",
            f"Regions: closed form. Marks: measured. {verdict(*rows.values())}",
        ],
        (1, len(rows)),
        [RULE_STYLES[rule].label for rule in rows],
        height=2.6,
        gaps=(0.14, 0.60),
        labels=("", BETA_LABEL),
    ).draw()
    for axes, (rule, of_rule) in zip(panels.flat, rows.items(), strict=True):
        _set_axes(axes, of_rule, f"learning rate × curvature, {_RULES[rule]}")
        _draw_regions(axes, rule)
        _draw_marks(axes, of_rule)
        axes.label_outer()
    _draw_key(panels[0, 0])
    return figure


def _set_axes(axes: Axes, rows: pd.DataFrame, label: str) -> None:
    beta_axis(axes, "y", rows["beta"], _MARGIN)
    low, high = rows["rate"].min() / _MARGIN, rows["rate"].max() * _MARGIN
    log_axis(axes, "x", low, high, log_ticks(low, high, 5))
    axes.set_xlabel(label)


def edges(rule: str, betas: FloatArray, low: float, high: float) -> FloatArray:
    """Rates at which a rule changes from one regime into the next.

    Parameters
    ----------
    rule
        Its regimes have the order of `REGIMES` as the rate grows.
    betas
        ``(n,)``.
    low, high
        Range of rates to search.

    Returns
    -------
    numpy.ndarray
        ``(5, n)``, not descending along the first axis: region k is between rows k and k + 1.
    """
    rates = np.geomspace(low, high, int(np.log(high / low) / np.log(_STEP)) + 2)
    # Accumulated, because Nesterov's rule converges in one update at exactly the rate 1.
    regimes = np.maximum.accumulate(regime(rule, betas[:, None], rates), axis=1)
    before = [np.minimum((regimes < k).sum(axis=1), len(rates) - 1) for k in REGIMES]
    return np.stack([*(rates[count] for count in before), np.full_like(betas, high)])


def _draw_regions(axes: Axes, rule: str) -> None:
    low, high = axes.get_xlim()
    _, top = axes.get_ylim()
    y = np.geomspace(1.0, top, _BETAS)
    bounds = edges(rule, 1.0 - 1.0 / y, low, high)
    for k, look in REGIMES.items():
        axes.fill_betweenx(
            y, bounds[k], bounds[k + 1], facecolor=look.region, edgecolor="none", zorder=0
        )
        if k:
            inside = np.where(bounds[k] < high, bounds[k], np.nan)
            axes.plot(inside, y, color="0.35", linewidth=0.7, zorder=1)


def _draw_marks(axes: Axes, rows: pd.DataFrame) -> None:
    y = stretched(rows["beta"])
    for number, look in REGIMES.items():
        measured = (rows["measured"] == number).to_numpy()
        axes.plot(rows.loc[measured, "rate"], y[measured], **look.mark)
    ring_wrong(axes, rows["rate"], y, rows["holds"])


def _draw_key(axes: Axes) -> None:
    """Draw the key below the panels, each mark on the colour of its region."""
    handles = [
        (
            Patch(facecolor=look.region, edgecolor="0.35", linewidth=0.5),
            Line2D([], [], **look.mark),
        )
        for look in REGIMES.values()
    ]
    axes.legend(
        handles,
        [look.label for look in REGIMES.values()],
        ncols=len(handles),
        loc="lower center",
        bbox_to_anchor=(0.5, 0.0),
        bbox_transform=axes.figure.transFigure,
        borderaxespad=0.3,
        borderpad=0.0,
        columnspacing=2.0,
        handleheight=1.0,
        handlelength=2.4,
    )
