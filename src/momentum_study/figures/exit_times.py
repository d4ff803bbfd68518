"""How many updates the rules need to leave saddles and wells, in the three comparisons."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from momentum_study.core.errors import StudyError
from momentum_study.core.text import counted, format_number, rounded
from momentum_study.experiments.landscapes.functions import FloatArray
from momentum_study.figures.layout import NARROW, Sheet, interval_text, label_outer, layout
from momentum_study.figures.rules import RULE_STYLES
from momentum_study.figures.style import AxesArray, log_axis, log_ticks
from momentum_study.tables.arms import COMPARISONS

SADDLES = {"saddle": "saddle", "monkey_saddle": "monkey saddle"}
WELLS = {"double_well": "bottom of a well", "double_well_slope": "slope of a well"}

_ASIDE = 0.22  # between rules at one place, as a share of the width or of a doubled height
_BAR: dict[str, Any] = {"elinewidth": 0.8, "capsize": 1.5, "capthick": 0.8}


def draw(landscapes: pd.DataFrame, confidence: float) -> Sheet:
    """Draw exit times of saddles, and share and time of crossings over the height of a barrier.

    Parameters
    ----------
    landscapes
        The table of landscapes.
    confidence
        Level of the intervals.

    Returns
    -------
    Sheet
        Two columns of panels for each comparison: a row for the two saddles, then the share and
        the time of crossings from the two starts in a well.

    Raises
    ------
    StudyError
        If a saddle or a well is missing in the table.
    """
    shown = landscapes[landscapes["landscape"].isin([*SADDLES, *WELLS])]
    if absent := sorted({*SADDLES, *WELLS} - set(shown["landscape"])):
        raise StudyError(
            f"the table of landscapes has no rows of {', '.join(absent)}; run the workflow with "
            "--forcerun landscapes"
        )
    styles = [style for rule, style in RULE_STYLES.items() if rule in set(shown["rule"])]
    budget = int(shown["budget"].max())
    figure, panels = layout(
        "Exit from saddles and wells at the same α, at the same η, and each tuned",
        _notes(shown, budget, confidence),
        (3, 2 * len(COMPARISONS)),
        [*list(SADDLES.values()) * len(COMPARISONS), *list(WELLS.values()) * len(COMPARISONS) * 2],
        height=0.95,
        gaps=(NARROW, 0.08),
        labels=("height of the barrier (log scale)", ""),
        keys=[
            *(Line2D([], [], label=style.label, **style.marked_line) for style in styles),
            Line2D([], [], label="above the budget", color="0.4", **_censored("o")),
        ],
        blocks=(2, 0.06),
        heads=list(COMPARISONS.values()),
    ).draw()
    for number, comparison in enumerate(COMPARISONS):
        saddles, shares, times = panels[:, 2 * number : 2 * number + 2]
        rows = shown[shown["comparison"] == comparison]
        rules = [rule for rule in RULE_STYLES if rule in set(rows["rule"])]
        for place, rule in enumerate(rules):
            aside = (place - (len(rules) - 1) / 2) * _ASIDE
            of_rule = rows[rows["rule"] == rule]
            for axes, saddle in zip(saddles, SADDLES, strict=True):
                _draw_times(axes, np.array([aside]), of_rule[of_rule["landscape"] == saddle])
            for over, under, well in zip(shares, times, WELLS, strict=True):
                crossings = of_rule[of_rule["landscape"] == well].sort_values("height")
                _draw_shares(over, crossings)
                _draw_times(under, crossings["height"].to_numpy(), crossings, 2.0**aside)
    _set_axes(panels, shown, budget)
    return figure


def _notes(shown: pd.DataFrame, budget: int, confidence: float) -> list[str]:
    draws = counted(int(shown["draws"].max()), "draw")
    beta = shown.loc[shown["comparison"] == "same_alpha", "beta"].max()
    descent = shown[shown["rule"] == "gd"].set_index("landscape").loc["double_well"].iloc[0]
    lift = rounded(descent["alpha"] * descent["noise"] ** 2 / 4)
    return [
        f"Held fixed: β = {format_number(beta)} at the same α (all rules have the effective rate "
        "of plain gradient descent) and at the same η (all rules have its learning rate). Each "
        "tuned: the rate and β with the fewest updates.",
        f"Marks: medians and shares with their {interval_text(confidence)}, over {draws} of "
        "gradient noise, the same for all rules; tuned on other draws. Dotted: the budget of "
        f"{budget} updates. In a well, noise s alone lifts plain gradient descent, and momentum at "
        f"the same α, by about αs²/4 = {lift}; it lifts momentum at the same η "
        f"{rounded(1 / (1 - beta))} times as high.",
    ]


def _censored(marker: str) -> dict[str, Any]:
    return {
        "linestyle": "",
        "marker": marker,
        "markersize": 2.6,
        "markerfacecolor": "white",
        "markeredgewidth": 0.7,
    }


def _draw_shares(axes: Axes, rows: pd.DataFrame) -> None:
    share = rows["share"].to_numpy()
    bars = np.abs(rows[["share_low", "share_high"]].to_numpy().T - share)
    style = RULE_STYLES[rows["rule"].iloc[0]]
    axes.errorbar(rows["height"], share, bars, linewidth=0.9, **style.marked_line, **_BAR)


def _draw_times(axes: Axes, x: FloatArray, rows: pd.DataFrame, aside: float = 1.0) -> None:
    """Draw medians with their intervals; medians above the budget are open marks, shifted."""
    style = RULE_STYLES[rows["rule"].iloc[0]]
    known = np.isfinite(rows["median_steps"].to_numpy())
    columns = ["median_steps", "median_steps_low", "median_steps_high"]
    steps, *ends = np.minimum(rows[columns].to_numpy().T, rows["budget"].to_numpy())
    bars = np.abs(np.array(ends) - steps)
    # The line has a gap at an unknown median.
    medians = np.where(known, steps, np.nan)
    axes.errorbar(x, medians, bars, linewidth=0.9, **style.marked_line, **_BAR)
    open_marks = {"color": style.color, "zorder": 4, **_censored(style.marker)}
    axes.plot(x[~known] * aside, steps[~known], **open_marks)


def _set_axes(panels: AxesArray, shown: pd.DataFrame, budget: int) -> None:
    heights = np.unique(shown["height"].dropna())
    exits = shown.loc[shown["landscape"].isin(SADDLES), "median_steps"]
    for axes in panels[0]:
        axes.set_xlim(-0.5, 0.5)
        axes.set_xticks([])
        low, high = exits.min() / 1.5, exits.max() * 1.5
        log_axis(axes, "y", low, high, log_ticks(low, high, 4))
    for axes in panels[1:].flat:
        log_axis(axes, "x", heights[0] / 1.3, heights[-1] * 1.8, heights[::2].tolist())
    for axes in panels[1]:
        axes.set(ylim=(-0.06, 1.06), yticks=(0.0, 0.5, 1.0))
    for axes in panels[2]:
        log_axis(axes, "y", 0.7, budget * 1.6, log_ticks(1, budget, 4))
        axes.axhline(budget, color="0.6", linewidth=0.5, linestyle=(0, (1, 1.5)), zorder=0)
    labels = ("updates (log scale)", "share crossing", "updates (log scale)")
    for axes, label in zip(panels[:, 0], labels, strict=True):
        axes.set_ylabel(label)
    label_outer(panels)
    panels[0, 0].figure.align_ylabels(panels[:, 0])
