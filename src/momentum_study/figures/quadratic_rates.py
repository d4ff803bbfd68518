"""Rates of tuned gradient descent and momentum, and the speed-up of momentum, over κ."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import ArrayLike

from momentum_study.core.text import format_number, rounded
from momentum_study.figures.layout import Sheet, layout
from momentum_study.figures.predictions import by, draw_dots, rows_of, verdict
from momentum_study.figures.rules import RULE_STYLES, Series
from momentum_study.figures.style import log_axis, log_ticks, write
from momentum_study.theory.arrays import FloatArray
from momentum_study.theory.quadratics import stability_limit
from momentum_study.theory.tuning import (
    best_beta,
    best_radius,
    break_even_kappa,
    speed_up,
    tuned_radius,
)

_POINTS = 400  # of a line, enough for its corners
_DOT = {"marker": "o", "markersize": 2.6, "markeredgewidth": 0}
_TUNED = ("gd", "momentum", "nesterov")


def draw(theory: pd.DataFrame) -> Sheet:
    """Draw the rates of convergence and the speed-up over the condition number κ.

    Parameters
    ----------
    theory
        The theory table.

    Returns
    -------
    Sheet
        Two panels; closed forms as lines, on top the measured optima as dots.

    Raises
    ------
    StudyError
        If the best radii of a rule, or tuned radii, speed-ups or break-even points of momentum are
        missing in the table.
    """
    best = rows_of(theory, "best_radius", *_TUNED)
    fixed = rows_of(theory, "tuned_radius", "momentum")
    gains = rows_of(theory, "speed_up", "momentum")
    even = rows_of(theory, "break_even_kappa", "momentum")
    even = even[even["beta"].isin(gains["beta"])]
    figure, panels = layout(
        "Convergence of tuned rules on a quadratic, and speed-up of momentum",
        [
            "Held fixed: the rule of a line and, if given, its β. At each κ = L/μ the remaining "
            "parameters are the best for the spectrum [μ, L].",
            "With β fixed no learning rate brings ρ below √β, so below the break-even κ (squares) "
            "momentum is slower than plain gradient descent. Its speed-up is largest at the square "
            "of that κ and falls to (1+β)/(1−β) for larger κ (arrows). Thick: β also tuned, in the "
            "colour of the best β.",
            "Lines: closed form. Marks: measured by running the rule. "
            f"{verdict(best, fixed, gains, even)}",
        ],
        (1, 2),
        ["updates for a tenfold smaller error", "speed-up over tuned plain gradient descent"],
        height=2.9,
        gaps=(0.50, 0.34),
        labels=("", ""),
    ).draw()
    kappa = np.geomspace(fixed["kappa"].min(), fixed["kappa"].max(), _POINTS)
    _draw_updates(panels[0, 0], kappa, best, fixed)
    _draw_gains(panels[0, 1], kappa, best, gains, even)
    return figure


def updates_per_tenth(radius: ArrayLike) -> FloatArray:
    """Updates that reduce the error to a tenth, −1/log₁₀ ρ."""
    return np.asarray(-1.0 / np.log10(np.asarray(radius, dtype=np.float64)))


def _draw_updates(axes: Axes, kappa: FloatArray, best: pd.DataFrame, fixed: pd.DataFrame) -> None:
    _kappa_axis(axes, kappa)
    descent = updates_per_tenth(best_radius("gd", kappa))
    low = updates_per_tenth(best_radius("momentum", kappa)).min() / 1.5
    high = descent.max() * 1.5
    log_axis(axes, "y", low, high, log_ticks(low, high, 6))
    axes.set_ylabel("updates, −1/log₁₀ ρ (log scale)")
    for rule in _TUNED:
        _draw_tuned(axes, rule, kappa, updates_per_tenth(best_radius(rule, kappa)))
        here = best[best["form"] == rule]
        _draw_optima(axes, here, updates_per_tenth(here["measured"]))
    for beta, here in by(fixed, "beta"):
        y = updates_per_tenth(tuned_radius(beta, kappa))
        _draw_fixed(axes, beta, kappa, y, here, updates_per_tenth(here["measured"]))
        _label(axes, f"β = {format_number(beta)}", kappa[0], y[0], (2, 2), Series(True, beta).color)
    for text, rule, at, shift in (
        ("plain gradient\ndescent", "gd", 0.80, (-5, 0)),
        ("Nesterov", "nesterov", 1.0, (3, -1)),
        ("momentum,\nβ also tuned", "momentum", 0.72, (4, -8)),
    ):
        here = kappa[int(at * (len(kappa) - 1))]
        height = float(updates_per_tenth(best_radius(rule, here)))
        _label(axes, text, here, height, shift, RULE_STYLES[rule].color)


def _draw_gains(
    axes: Axes, kappa: FloatArray, best: pd.DataFrame, gains: pd.DataFrame, even: pd.DataFrame
) -> None:
    _kappa_axis(axes, kappa)
    descent = updates_per_tenth(best_radius("gd", kappa))
    low = gains["predicted"].min() / 1.5
    high = descent[-1] / updates_per_tenth(best_radius("momentum", kappa))[-1] * 1.5
    log_axis(axes, "y", low, high, log_ticks(low, high, 6))
    axes.set_ylabel("ln ρ / ln ρ of plain gradient descent (log scale)")
    axes.axhline(1.0, **RULE_STYLES["gd"].line)
    radius_of_descent = best[best["form"] == "gd"].set_index("kappa")["measured"]
    for rule in ("momentum", "nesterov"):
        _draw_tuned(axes, rule, kappa, descent / updates_per_tenth(best_radius(rule, kappa)))
        here = best[best["form"] == rule]
        slower = updates_per_tenth(here["kappa"].map(radius_of_descent))
        _draw_optima(axes, here, slower / updates_per_tenth(here["measured"]))
    for beta, here in by(gains, "beta"):
        _draw_fixed(axes, beta, kappa, speed_up(beta, kappa), here, here["measured"])
        _draw_limit(axes, beta, kappa[-1], float(speed_up(beta, kappa[-1])))
    _draw_break_even(axes, even)


def _kappa_axis(axes: Axes, kappa: FloatArray) -> None:
    low, high = kappa[0] / 1.3, kappa[-1] * 14.0  # room for labels at the right
    log_axis(axes, "x", low, high, log_ticks(low, high, 6))
    axes.set_xlabel("condition number κ = L/μ (log scale)")


def _draw_tuned(axes: Axes, rule: str, kappa: FloatArray, y: FloatArray) -> None:
    """Draw a rule with all parameters tuned; momentum has the colour of its best β."""
    if rule != "momentum":
        axes.plot(kappa, y, **RULE_STYLES[rule].line)
        return
    points = np.column_stack([kappa, y])
    colors = [Series(True, beta).color for beta in best_beta("momentum", kappa)]
    axes.add_collection(
        LineCollection(
            list(np.stack([points[:-1], points[1:]], axis=1)), colors=colors, linewidth=2.0
        )
    )


def _draw_fixed(
    axes: Axes, beta: float, kappa: FloatArray, y: FloatArray, rows: pd.DataFrame, dots: ArrayLike
) -> None:
    color = Series(True, beta).color
    axes.plot(kappa, y, color=color)
    draw_dots(axes, rows["kappa"], dots, rows["holds"], color=color, **_DOT)


def _draw_optima(axes: Axes, rows: pd.DataFrame, dots: ArrayLike) -> None:
    style = RULE_STYLES[rows["form"].iloc[0]]
    look = {"markersize": 3.4, "markerfacecolor": "white", "markeredgewidth": 0.7}
    draw_dots(
        axes, rows["kappa"], dots, rows["holds"], color=style.color, marker=style.marker, **look
    )


def _draw_limit(axes: Axes, beta: float, kappa: float, gain: float) -> None:
    """Write β at the end of its line, and with an arrow the speed-up for κ → ∞."""
    # In this limit both rules have their largest stable learning rate.
    limit = float(stability_limit("momentum", beta) / stability_limit("gd", 0.0))
    color = Series(True, beta).color
    _label(axes, f"β = {format_number(beta)}", kappa, gain, (-1, 3), color)
    _label(axes, f"→ {rounded(limit)}", kappa, gain, (2, -3.5), color)


def _draw_break_even(axes: Axes, rows: pd.DataFrame) -> None:
    low, _ = axes.get_ylim()
    for beta, kappa in zip(rows["beta"], break_even_kappa(rows["beta"]), strict=True):
        color = Series(True, beta).color
        axes.plot([kappa, kappa], [low, 1.0], color=color, linewidth=0.7, linestyle=":")
        label = f"κ = {rounded(kappa)}"
        write(axes, label, (kappa, low), (1.5, 3), color=color, rotation=90, va="bottom")
    draw_dots(
        axes,
        rows["measured"],
        np.ones(len(rows)),
        rows["holds"],
        marker="s",
        markersize=3.6,
        markerfacecolor="white",
        markeredgecolor="black",
        markeredgewidth=0.8,
        zorder=5,
    )


def _label(
    axes: Axes, text: str, x: float, y: float, shift: tuple[float, float], color: str
) -> None:
    ha, va = "left" if shift[0] > 0 else "right", "top" if shift[1] < -5 else "bottom"
    write(axes, text, (x, y), shift, color=color, ha=ha, va=va)
