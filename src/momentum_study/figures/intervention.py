"""What changing β or α in mid-run gains, for runs that were slow, oscillated, or neither."""

import textwrap
from collections.abc import Iterable
from itertools import product

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from momentum_study.analysis.comparison.questions import HEAVY_BALL, MOMENTUM
from momentum_study.analysis.comparison.states import MONOTONE, OSCILLATING, SLOW
from momentum_study.core.text import format_number, span
from momentum_study.figures.catalogue import what_to_see
from momentum_study.figures.effects import (
    EDGE_NOTE,
    draw_effects,
    drawn_values,
    key_marks,
    nothing_to_draw,
    problem_names,
)
from momentum_study.figures.layout import Sheet, label_outer, sheet
from momentum_study.figures.rules import RuleStyle, batch_styles
from momentum_study.figures.style import SMALL, ratio_axis

TITLE = "What a change in mid-run gains"

CHANGES = {"beta_up": "β up", "beta_down": "β down", "rate_up": "α up", "rate_down": "α down"}
"""By the name of the schedule, in the order of rows."""

FORMS = {MOMENTUM: "average", HEAVY_BALL: "heavy ball"}

ADVISED = {(SLOW, "beta_up"), (OSCILLATING, "beta_down")}
"""State and change: what the tutorial advises."""

_STATES = {SLOW: "slow", OSCILLATING: "oscillating", MONOTONE: "neither"}
_ROW = 0.19  # inches, of a data set
_HEIGHTS = (0.62, 1.1)  # inches, of a panel: the name of a state stands beside it
_ASIDE = 0.24  # between batch sizes, of the room of a data set
_NAME_CHARACTERS = 28  # of a line
_CHARACTER = 0.055  # inches
_ADVISED_FRAME = 1.3  # points


def draw(advice: pd.DataFrame) -> Sheet:
    """Draw the gain of each change in each state, with its interval.

    Parameters
    ----------
    advice
        The table of advice.

    Returns
    -------
    Sheet
        A row of panels for each state, a column for each change; in a panel a row for each data
        set with a mark for each batch size; at the right the numbers of pairs. A sentence if no
        run was changed.
    """
    shown = _shown(advice)
    if shown.empty:
        return nothing_to_draw(TITLE, "No grid of this study changes β or α in mid-run.")
    changes = [
        (change, rule)
        for change, rule in product(CHANGES, FORMS)
        if ((shown["change"] == change) & (shown["rule"] == rule)).any()
    ]
    states = [state for state in _STATES if state in set(shown["state"])]
    names = sorted(set(shown["problem"]))
    styles = batch_styles(shown["batch"])
    counts = {
        (state, name): _count(shown[(shown["state"] == state) & (shown["problem"] == name)], styles)
        for state, name in product(states, names)
    }
    lines = [line for name in names for line in _lines(name)]
    beta = format_number(shown["reference_arm_beta"].iloc[0])
    figure, panels = sheet(
        TITLE,
        [
            "Held fixed: data, start, minibatches, and until a quarter of the updates α and "
            f"β = {beta}. Then one run goes on; the other has α, or 1 − β, doubled or halved. When "
            "β changes, the moving average keeps its α and the heavy ball its η.",
            "Rows: what the runs looked like until then. Marks: interquartile mean over all α "
            "of the final training loss unchanged / changed, with its interval; right of dashed "
            f"the change helped. Numbers: pairs of runs, in the order of the key. {EDGE_NOTE}",
            what_to_see("intervention"),
        ],
        (len(states), len(changes)),
        [""] * (len(states) * len(changes)),
        heads=[_head(*one) for one in changes],
        height=float(np.clip(_ROW * len(names), *_HEIGHTS)),
        gaps=(0.12, 0.03),
        labels=("training loss unchanged / changed (log scale)", ""),
        keys=key_marks(list(styles.values())),
        sides=(0.4 + _room(lines), 0.08 + _room([*counts.values()])),
    )
    for state, row in zip(states, panels, strict=True):
        of_state = shown[shown["state"] == state]
        for axes, (change, rule) in zip(row, changes, strict=True):
            here = of_state[(of_state["change"] == change) & (of_state["rule"] == rule)]
            _set_axes(axes, shown, names)
            _draw_marks(axes, here, names, styles)
            if (state, change) in ADVISED:
                for edge in axes.spines.values():
                    edge.set_linewidth(_ADVISED_FRAME)
        row[0].set_ylabel(_STATES[state])
        for name in names:
            _write_count(row[-1], names.index(name), counts[state, name])
    label_outer(panels)
    figure.align_ylabels()
    return figure


def _shown(advice: pd.DataFrame) -> pd.DataFrame:
    """Rows to draw, with their problem's name, their rule and their change.

    A change of α is the same to both forms, and drawn for the moving average if there are both.
    """
    asked = (
        (advice["question"] == "intervention")
        & (advice["criterion"] == "train_loss")
        & (advice["gradient_noise"] == 0)
        & advice["state"].isin(_STATES)
        & advice["arm_schedule"].isin(CHANGES)
    )
    shown = advice.rename(columns={"arm_rule": "rule", "arm_schedule": "change"})
    shown = shown.assign(problem=problem_names(advice))[asked]
    twice = (shown["rule"] == HEAVY_BALL) & shown["change"].str.startswith("rate")
    return shown[~twice] if (shown["rule"] == MOMENTUM).any() else shown


def _head(change: str, rule: str) -> str:
    form = f",\n{FORMS[rule]}" if change.startswith("beta") else ""
    return CHANGES[change] + form


def _lines(name: str) -> list[str]:
    return textwrap.wrap(name, _NAME_CHARACTERS)


def _set_axes(axes: Axes, shown: pd.DataFrame, names: list[str]) -> None:
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_yticks(range(len(names)), ["\n".join(_lines(name)) for name in names])
    ratio_axis(axes, "x", drawn_values(shown, "log_ratio"), 4)


def _draw_marks(
    axes: Axes, rows: pd.DataFrame, names: list[str], styles: dict[str, RuleStyle]
) -> None:
    for place, (batch, style) in enumerate(styles.items()):
        here = rows[rows["batch"] == batch]
        aside = (place - (len(styles) - 1) / 2) * _ASIDE
        draw_effects(
            axes, "x", [names.index(name) + aside for name in here["problem"]], here, style
        )


def _room(texts: Iterable[str]) -> float:
    """Inches that the longest of some texts takes."""
    return _CHARACTER * max(map(len, texts))


def _count(rows: pd.DataFrame, batches: Iterable[str]) -> str:
    """Write the numbers of pairs of a data set for each batch size, whatever the change."""
    counts = dict(list(rows.groupby("batch")["n_pairs"]))
    spans = (span(counts[batch]) if batch in counts else "–" for batch in batches)
    return " / ".join(spans).replace(" to ", "–")


def _write_count(axes: Axes, place: float, text: str) -> None:
    axes.annotate(
        text,
        (1.0, place),
        (3, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        size=SMALL,
        color="0.3",
        va="center",
    )
