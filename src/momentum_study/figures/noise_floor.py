"""The noise floor and the jitter of momentum against β, at the same α."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from momentum_study.core.text import format_number
from momentum_study.figures.layout import Sheet, layout
from momentum_study.figures.predictions import (
    BETA_LABEL,
    beta_axis,
    draw_dots,
    ring_wrong,
    rows_of,
    stretched,
    verdict,
)
from momentum_study.figures.style import log_axis, write
from momentum_study.theory.arrays import FloatArray
from momentum_study.theory.noise import jitter, position_variance


@dataclass(frozen=True)
class Scatter:
    """The content of a panel.

    Attributes
    ----------
    title, label
        Of the panel and of its y-axis.
    quantity
        In the theory table; the simulated quantity ends with ``_simulated``.
    formula
        The closed form, of a rule, β and αλ.
    unit
        Its value for plain gradient descent at small αλ, as a function of αλ.
    limit
        Display text of the closed form over `unit` at small αλ.
    ticks
        Of the y-axis.
    """

    title: str
    label: str
    quantity: str
    formula: Callable[[str, FloatArray, float], FloatArray]
    unit: Callable[[Any], Any]
    limit: str
    ticks: tuple[float, ...]


PANELS = (
    Scatter(
        "noise floor",
        "variance of w over αs²/(2λ) (log scale)",
        "variance",
        position_variance,
        lambda rate: rate / 2.0,
        "small αλ: 1",
        (1, 1.5, 2, 3, 4),
    ),
    Scatter(
        "jitter",
        "variance of one update over α²s² (log scale)",
        "jitter",
        jitter,
        lambda rate: rate**2,
        "small αλ: (1−β)/(1+β)",
        (0.01, 0.1, 1),
    ),
)

_RULES = ("gd", "momentum")
_DESCENT_PLACE = 1.0 / 1.6  # on the axis of 1/(1−β), left of β = 0
_MARGIN = 1.15  # of the axes, as a factor
_LABELS_APART = 0.25  # decades
_EXACT: dict[str, Any] = {"marker": "o", "markersize": 2.6, "markeredgewidth": 0}
_SIMULATED: dict[str, Any] = {
    "linestyle": "",
    "marker": "s",
    "markersize": 2.8,
    "markerfacecolor": "white",
    "markeredgewidth": 0.7,
    "elinewidth": 0.8,
    "capsize": 1.8,
    "capthick": 0.8,
    "zorder": 3,
}
_ASIDE = 1.07  # factor of 1/(1−β), so that a simulated variance does not hide the exact one
_SMALL_RATE = 1e-6  # αλ at which the closed forms have their limit for αλ → 0, to six digits


def draw(theory: pd.DataFrame) -> Sheet:
    """Draw the stationary variances of the position and of one update against β.

    Parameters
    ----------
    theory
        The theory table.

    Returns
    -------
    Sheet
        Two panels; a line for each αλ from the closed form, exact measurements as dots, and
        simulated ones, shifted, as squares with bars of three standard errors.

    Raises
    ------
    StudyError
        If a variance of plain gradient descent or of momentum is missing in the table.
    """
    exact = [rows_of(theory, one.quantity, *_RULES) for one in PANELS]
    simulated = [rows_of(theory, f"{one.quantity}_simulated", *_RULES) for one in PANELS]
    figure, panels = layout(
        "Noise floor and jitter at the same α",
        [
            "Held fixed: αλ of a line, one eigenvalue λ. Gradients have independent noise of "
            "variance s²; the distribution is stationary.",
            "At small αλ the floor is αs²/(2λ) for every β; only the jitter, the variance of one "
            "update, falls, by the factor (1−β)/(1+β). If αλ is near 2, the limit of plain "
            "gradient descent, a larger β also lowers the floor, but never below αs²/(2λ).",
            f"Lines: closed form. Marks: measured. {verdict(*exact, *simulated)}",
        ],
        (1, 2),
        [one.title for one in PANELS],
        height=2.5,
        gaps=(0.55, 0.34),
        labels=("", ""),
    ).draw()
    rates = sorted(set(pd.concat([*exact, *simulated])["rate"]))
    colors = dict(zip(rates, sns.color_palette("crest", len(rates)).as_hex(), strict=True))
    for axes, one, exact_rows, simulated_rows in zip(
        panels.flat, PANELS, exact, simulated, strict=True
    ):
        _set_axes(axes, one, exact_rows)
        _draw_lines(axes, one, exact_rows, colors)
        _draw_exact(axes, one, exact_rows, colors)
        _draw_simulated(axes, one, simulated_rows, colors)
    _draw_keys(panels[0, 0], panels[0, 1], colors)
    return figure


def _set_axes(axes: Axes, one: Scatter, rows: pd.DataFrame) -> None:
    beta_axis(axes, "x", rows["beta"], _MARGIN, apart=_LABELS_APART)
    places = [_DESCENT_PLACE, *axes.get_xticks()]
    labels = ["none", *(tick.get_text() for tick in axes.get_xticklabels())]
    axes.set_xticks(places, labels)
    axes.set_xlim(left=_DESCENT_PLACE / _MARGIN)
    shares = rows["predicted"] / one.unit(rows["rate"])
    low, high = shares.min() / _MARGIN, shares.max() * _MARGIN
    log_axis(axes, "y", low, high, [tick for tick in one.ticks if low <= tick <= high])
    axes.set_xlabel(BETA_LABEL)
    axes.set_ylabel(one.label)


def _draw_lines(axes: Axes, one: Scatter, rows: pd.DataFrame, colors: dict[float, str]) -> None:
    x = np.geomspace(1.0, stretched(rows["beta"]).max(), 200)
    betas = 1.0 - 1.0 / x
    limit = one.formula("momentum", betas, _SMALL_RATE) / one.unit(_SMALL_RATE)
    axes.plot(x, limit, color="black", linestyle=(0, (2.0, 1.5)), linewidth=0.8, zorder=2.5)
    write(axes, one.limit, (x[130], limit[130]), (0, -5), ha="right", va="top")
    for rate, color in colors.items():
        y = one.formula("momentum", betas, rate) / one.unit(rate)
        axes.plot(x, y, color=color, zorder=2)


def _draw_exact(axes: Axes, one: Scatter, rows: pd.DataFrame, colors: dict[float, str]) -> None:
    for rate, color in colors.items():
        here = rows[rows["rate"] == rate]
        y = here["measured"] / one.unit(rate)
        draw_dots(axes, _place(here), y, here["holds"], color=color, **_EXACT)


def _draw_simulated(axes: Axes, one: Scatter, rows: pd.DataFrame, colors: dict[float, str]) -> None:
    for rate, color in colors.items():
        here = rows[rows["rate"] == rate]
        y, bar = (here[column] / one.unit(rate) for column in ("measured", "tolerance"))
        x = _place(here) * _ASIDE
        axes.errorbar(x, y, bar, color=color, **_SIMULATED)
        ring_wrong(axes, x, y, here["holds"])


def _place(rows: pd.DataFrame) -> FloatArray:
    """Position on the axis of β; plain gradient descent has its own."""
    return np.where(rows["form"] == "gd", _DESCENT_PLACE, stretched(rows["beta"]))


def _draw_keys(left: Axes, right: Axes, colors: dict[float, str]) -> None:
    """Draw a key of the lines and one of the marks."""
    place: dict[str, Any] = {"loc": "upper right", "borderaxespad": 0.2, "handletextpad": 0.5}
    lines = [
        Line2D([], [], color=color, label=f"αλ = {format_number(rate)}")
        for rate, color in reversed(colors.items())
    ]
    right.legend(handles=lines, **place)
    exact = Line2D(
        [], [], color="0.2", linestyle="", label="exact, from the update of the rule", **_EXACT
    )
    simulated = left.errorbar(
        [],
        [],
        [],
        color="0.2",
        label="simulated, ± 3 standard errors,\nshifted right",
        **_SIMULATED,
    )
    left.legend(handles=[exact, simulated], **place)
