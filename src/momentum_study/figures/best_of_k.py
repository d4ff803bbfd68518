"""The best of k random trials: the gain of tuning, with and without a second hyperparameter."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from momentum_study.analysis.comparison.budget import trials_until_it_pays
from momentum_study.core.text import format_number, span
from momentum_study.engine.optimizers import USUAL_BETA
from momentum_study.figures.effects import problem_names
from momentum_study.figures.layout import Sheet, interval_text, nothing_to_draw, sheet_of_blocks
from momentum_study.figures.rules import (
    ArmStyle,
    arm_style,
    arms_in_order,
    batch_label,
    contrasted,
)
from momentum_study.figures.style import FLOOR, log_axis, log_ticks, loss_axis
from momentum_study.tables.arms import ARM_KEYS, DESCENT, MOMENTUM, arms_of_rows
from momentum_study.tables.keys import PROBLEM_KEYS, batches_in_order

TITLE = "Test loss of the best of k random trials, with and without tuning β"

_BLOCK_GAP = 0.24  # inches: labels of ticks are short
_INTERVAL = ["test_loss_low", "test_loss_high"]
_BAND = 0.18  # opacity, so that overlapping bands are visible
_EXHAUSTED = (0, (1.0, 1.5))
_PAYS: dict[str, Any] = {
    "linestyle": "",
    "markersize": 4.6,
    "markeredgecolor": "white",
    "markeredgewidth": 0.6,
    "zorder": 4,
}


def draw(budget: pd.DataFrame, confidence: float) -> Sheet:
    """Draw the expected test loss of the best of k trials over k.

    Parameters
    ----------
    budget
        The table of budgets.
    confidence
        Level of the intervals.

    Returns
    -------
    Sheet
        For each data set a panel for the full batch and one for the smallest; a line for plain
        gradient descent, for every rule at one β, and for momentum with β also tuned, the first
        and the last with intervals. A sentence if no grid has several cells.
    """
    shown = _shown(budget)
    if shown.empty:
        return nothing_to_draw(TITLE, "No grid of this study has several cells to choose from.")
    shown = shown.assign(problem=problem_names(shown), pays=_pays(shown), arm=arms_of_rows(shown))
    styles = {arm: arm_style(arm) for arm in arms_in_order(shown["arm"])}
    notes = [
        "Held fixed: data, network, updates per run, and the grid of the trials: learning "
        "rates, or learning rates and β if β is tuned. "
        f"Otherwise β = {format_number(USUAL_BETA)}, unless the key gives another.",
        "Lines: expected test loss of the trial with the smallest validation loss among k "
        f"different trials, over {span(shown['n_replicates'], 'replicate')}. Shaded, for plain "
        f"gradient descent and momentum with the most tuning: {interval_text(confidence)}. A "
        "failed trial has the loss of the best constant, dotted at 1.",
        "Mark: from this k on the interval of the gain over plain gradient descent with the "
        "same number of trials is above zero. A line ends when all cells of its grid are "
        "tried; that of plain gradient descent continues dotted.",
    ]
    most = int(shown["trials"].max())

    def panel(axes: Axes, name: str, batch: str, _: tuple[int, int]) -> None:
        of_problem = shown[shown["problem"] == name]
        shaded = contrasted(arms_in_order(of_problem["arm"]))
        log_axis(axes, "x", 0.7, most * 1.5, log_ticks(0.7, most * 1.5, 4))
        intervals = of_problem.loc[of_problem["arm"].isin(shaded), _INTERVAL]
        loss_axis(axes, [*of_problem["test_loss"], *intervals.to_numpy().ravel()])
        for arm, style in styles.items():
            rows = of_problem[(of_problem["batch"] == batch) & (of_problem["arm"] == arm)]
            _draw_arm(axes, rows.sort_values("trials"), style, shaded=arm in shaded)
            if arm.rule == DESCENT:
                _extend(axes, rows, most)

    return sheet_of_blocks(
        TITLE,
        notes,
        sorted(set(shown["problem"])),
        batches_in_order(shown["batch"]),
        panel,
        head=batch_label,
        present=set(zip(shown["problem"], shown["batch"], strict=True)),
        between=_BLOCK_GAP,
        labels=(
            "number of trials k (log scale)",
            "test loss / loss of the best constant prediction (log scale)",
        ),
        keys=[Line2D([], [], label=style.label, **style.line) for style in styles.values()],
    )


def _shown(budget: pd.DataFrame) -> pd.DataFrame:
    """Rows of the full batch and of the smallest, and of the arms to draw."""
    quiet = budget[budget["gradient_noise"] == 0]
    batches = batches_in_order(quiet["batch"])
    # Other rules are drawn at one β only, so that all data sets have the same lines.
    other = quiet["arm_tunes_beta"] & (quiet["arm_rule"] != MOMENTUM)
    return quiet[quiet["batch"].isin([*batches[:1], *batches[-1:]]) & ~other]


def _pays(rows: pd.DataFrame) -> pd.Series:
    """Mark the rows with the first number of trials from which on an arm is better."""
    first = trials_until_it_pays(rows).rename(columns={"trials": "pays_from"})
    merged = rows.merge(first, on=[*PROBLEM_KEYS, *ARM_KEYS], how="left")
    return pd.Series((merged["trials"] == merged["pays_from"]).to_numpy(), index=rows.index)


def _draw_arm(axes: Axes, rows: pd.DataFrame, style: ArmStyle, *, shaded: bool) -> None:
    trials, loss = rows["trials"].to_numpy(), np.maximum(rows["test_loss"].to_numpy(), FLOOR)
    axes.plot(trials, loss, **style.line)
    if shaded:
        low, high = np.maximum(rows[_INTERVAL].to_numpy().T, FLOOR)
        axes.fill_between(trials, low, high, color=style.color, alpha=_BAND, lw=0)
    pays = rows["pays"].to_numpy(bool)
    axes.plot(trials[pays], loss[pays], color=style.color, marker=style.marker, **_PAYS)


def _extend(axes: Axes, rows: pd.DataFrame, most: int) -> None:
    """Continue the line of an arm whose grid has fewer cells than the largest."""
    last = rows[rows["trials"] == rows["trials"].max()]
    for trials, loss in zip(last["trials"], last["test_loss"], strict=True):
        axes.plot([trials, most], [loss, loss], color="black", linewidth=0.7, linestyle=_EXHAUSTED)
