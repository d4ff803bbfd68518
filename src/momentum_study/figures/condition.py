"""The speed-up of tuned momentum over the condition number: networks and lines of theory."""

from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from momentum_study.core.text import format_number, span
from momentum_study.figures.effects import (
    EDGE_NOTE,
    draw_effects,
    drawn_values,
    key_marks,
    tuned_speed,
)
from momentum_study.figures.layout import Sheet, interval_text, label_outer, layout, nothing_to_draw
from momentum_study.figures.predictions import by, rows_of
from momentum_study.figures.rules import TUNED, ArmStyle, RuleStyle, arm_style, batch_label
from momentum_study.figures.style import log_axis, log_ticks, power_label, ratio_axis, write
from momentum_study.tables.arms import ArmKey
from momentum_study.tables.keys import batches_in_order
from momentum_study.theory.arrays import FloatArray
from momentum_study.theory.tuning import best_radius, speed_up

TITLE = "Speed-up over the condition number, in theory and in networks"

_NOTHING = "No comparison of momentum at a β of theory with plain gradient descent at a known κ."
_POINTS = 400  # of a line, enough for its corners
_MARGIN = 1.6  # factor of κ, beyond the smallest and the largest
_MOST_NAMES = 12  # of data sets in a sentence
_ASIDE = 1.1  # factor of κ, between points of one data set
_NETWORK_MARKERS = ("o", "s", "^", "D", "v", "P")
_POINT: dict[str, Any] = {"size": 4.4, "markeredgewidth": 0.4, "markeredgecolor": "white"}


def draw(
    contrasts: pd.DataFrame, theory: pd.DataFrame, datasets: pd.DataFrame, confidence: float
) -> Sheet:
    """Draw speed-ups over κ: of quadratics as lines, of networks as points with intervals.

    Parameters
    ----------
    contrasts
        The table of contrasts.
    theory
        The theory table.
    datasets
        The table of data sets: ``dataset`` and ``condition_number``, κ of the inputs.
    confidence
        Level of the intervals.

    Returns
    -------
    Sheet
        A panel for the full batch and one for the smallest, each with the same lines. A sentence
        if there is no such comparison on these data sets.

    Raises
    ------
    StudyError
        If the theory table has no speed-ups of momentum.
    """
    kappa = datasets.set_index("dataset")["condition_number"]
    shown = tuned_speed(contrasts)
    shown = shown.assign(kappa=shown["dataset"].map(kappa).astype("float64"))
    shown = shown[shown["kappa"] < np.inf]
    if shown.empty:
        return nothing_to_draw(TITLE, _NOTHING)
    gains = rows_of(theory, "speed_up", "momentum")
    betas = {format_number(beta): beta for beta, _ in by(gains, "beta")}
    shown = shown[shown["setting"].isin([*betas, TUNED])]
    if shown.empty:
        return nothing_to_draw(TITLE, _NOTHING)
    batches = batches_in_order(shown["batch"])
    batches = list(dict.fromkeys([batches[-1], batches[0]]))  # the full one first
    shown = shown[shown["batch"].isin(batches)]
    networks = dict(zip(sorted(set(shown["network"])), cycle(_NETWORK_MARKERS)))
    figure, panels = layout(
        TITLE,
        [
            "Held fixed: the rule of a line and, if given, its β; each rule has its best learning "
            "rate. The κ of a network is that of the covariance of its inputs, which is the κ of "
            "a linear model; the Hessian of the network has a different one.",
            "Lines: closed form for a quadratic, ln ρ / ln ρ of plain gradient descent. Points: "
            "networks, updates of plain gradient descent / updates of momentum, interquartile mean "
            f"over {span(shown['n_pairs'], 'pair')} with its {interval_text(confidence)}; points "
            f"of one κ are shifted sideways. {EDGE_NOTE}",
            f"κ: {_conditions(shown)}.",
        ],
        (1, len(batches)),
        [_panel_title(batch) for batch in batches],
        height=2.9,
        gaps=(0.16, 0.34),
        labels=(
            "condition number κ (log scale)",
            "speed-up over plain gradient descent (log scale)",
        ),
        keys=key_marks(
            [
                RuleStyle(_network_label(name, place), "0.3", "-", marker)
                for place, (name, marker) in enumerate(networks.items())
            ]
        ),
    ).draw()
    kappas = np.geomspace(gains["kappa"].min(), gains["kappa"].max(), _POINTS)
    lines = {setting: speed_up(beta, kappas) for setting, beta in betas.items()}
    lines[TUNED] = np.log(best_radius("momentum", kappas)) / np.log(best_radius("gd", kappas))
    spots = [(setting, network) for setting in lines for network in networks]
    farthest = _ASIDE ** ((len(spots) - 1) / 2)
    for axes, batch in zip(panels.flat, batches, strict=True):
        _set_axes(
            axes,
            np.outer(np.append(kappas, shown["kappa"]), [1 / farthest, farthest]),
            np.append(drawn_values(shown, "log_ratio"), list(lines.values())),
        )
        rows = shown[shown["batch"] == batch]
        for setting, gain in lines.items():
            axes.plot(kappas, gain, **_style(setting).line)
            _write_name(axes, setting, kappas[-1], gain[-1])
        for place, (setting, network) in enumerate(spots):
            here = rows[(rows["setting"] == setting) & (rows["network"] == network)]
            color = _style(setting).color
            style = RuleStyle("", color, "-", networks[network])
            aside = _ASIDE ** (place - (len(spots) - 1) / 2)
            draw_effects(axes, "y", here["kappa"] * aside, here, style, **_POINT)
    label_outer(panels)
    return figure


def _style(setting: str) -> ArmStyle:
    """Return the look of momentum at a β, or with β tuned."""
    tuned = setting == TUNED
    return arm_style(ArmKey("momentum", None if tuned else float(setting), tuned))


def _conditions(shown: pd.DataFrame) -> str:
    """List the data sets with their condition numbers, or give the range of many."""
    kappas = shown.groupby("dataset")["kappa"].first().sort_values()
    if len(kappas) > _MOST_NAMES:
        low, high = (power_label(kappas.iloc[end], 2) for end in (0, -1))
        return f"{low} to {high}, of {len(kappas)} data sets"
    names = kappas.index.str.replace("_", " ")
    return ", ".join(
        f"{power_label(kappa, 2)} {name}" for name, kappa in zip(names, kappas, strict=True)
    )


def _network_label(name: str, place: int) -> str:
    """Name of a network in the key; the first one starts with the word network."""
    quoted = f"“{name.replace('_', ' ')}”"
    return quoted if place else f"network {quoted}"


def _panel_title(batch: str) -> str:
    noise = "no noise" if batch == "full" else "minibatch noise"
    return f"{batch_label(batch)}: {noise}"


def _write_name(axes: Axes, setting: str, kappa: float, gain: float) -> None:
    """Write β above the end of its line."""
    tuned = setting == TUNED
    write(
        axes,
        "β also tuned" if tuned else f"β = {setting}",
        (kappa, gain),
        (-12, -2) if tuned else (0, 1.5),
        color=_style(setting).color,
        ha="right",
        va="center" if tuned else "bottom",
    )


def _set_axes(axes: Axes, kappas: FloatArray, gains: FloatArray) -> None:
    low, high = kappas.min() / _MARGIN, kappas.max() * _MARGIN
    log_axis(axes, "x", low, high, log_ticks(low, high, 6))
    ratio_axis(axes, "y", gains, 6)
