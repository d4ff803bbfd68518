"""The effect of changing β or α during training on runs that were slow, oscillated, or neither."""

from collections.abc import Iterable, Sequence
from itertools import product

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from momentum_study.analysis.comparison.states import MONOTONE, OSCILLATING, SLOW
from momentum_study.core.text import format_number, span
from momentum_study.figures.effects import (
    EDGE_NOTE,
    draw_effects,
    drawn_values,
    key_marks,
    problem_names,
)
from momentum_study.figures.layout import (
    Page,
    Sheet,
    fitted,
    interval_text,
    label_outer,
    layout,
    nothing_to_draw,
    paged,
)
from momentum_study.figures.rules import RuleStyle, batch_styles
from momentum_study.figures.style import AxesArray, ratio_axis, text_width, write
from momentum_study.tables.arms import HEAVY_BALL, MOMENTUM

TITLE = "Effect of changing β or α during training"

CHANGES = {"beta_up": "β up", "beta_down": "β down", "rate_up": "α up", "rate_down": "α down"}
"""Name of the schedule → display text, in the order of columns."""

COLUMN_NAMES = {MOMENTUM: "average", HEAVY_BALL: "heavy ball"}

ADVISED = {(SLOW, "beta_up"), (OSCILLATING, "beta_down")}
"""State and change that the tutorial advises."""

_STATES = {SLOW: "slow", OSCILLATING: "oscillating", MONOTONE: "neither"}
_ROW, _LEAST = 0.19, 0.11  # inches, of a data set: usual and smallest
_HEIGHTS = (0.62, 1.1)  # inches, of a panel; the name of a state must fit next to it
_ASIDE = 0.24  # between batch sizes, as a share of the height of a data set
_NAME_ROOM = 1.6  # inches
_ADVISED_FRAME = 1.3  # points


def draw(advice: pd.DataFrame, confidence: float) -> Sheet:
    """Draw the effect of each change in each state, with its interval.

    Parameters
    ----------
    advice
        The table of advice.
    confidence
        Level of the intervals.

    Returns
    -------
    Sheet
        A row of panels for each state, a column for each change; in a panel a row for each data
        set with a mark for each batch size; at the right the numbers of pairs. A sentence if no
        run was changed.
    """
    shown = _shown(advice)
    if shown.empty:
        return nothing_to_draw(TITLE, "No grid of this study changes β or α during training.")
    changes = [
        (change, rule)
        for change, rule in product(CHANGES, COLUMN_NAMES)
        if ((shown["change"] == change) & (shown["rule"] == rule)).any()
    ]
    states = [state for state in _STATES if state in set(shown["state"])]
    styles = batch_styles(shown["batch"])
    beta = format_number(shown["reference_arm_beta"].iloc[0])
    notes = [
        "Held fixed: data, start, minibatches, and for the first quarter of the updates α and "
        f"β = {beta}. Then one run continues unchanged; in the other, α or 1 − β is doubled or "
        "halved. When β changes, the moving average keeps its α and the heavy ball its η.",
        "Rows: state of the runs before the change. Marks: final training loss unchanged / "
        f"changed, interquartile mean over all α with its {interval_text(confidence)}; right "
        "of the dashed line the change helped. Numbers: pairs of runs, in the order of the "
        f"key. {EDGE_NOTE}",
    ]

    every = sorted(set(shown["problem"]))
    counts = {
        (state, name): _count(shown[(shown["state"] == state) & (shown["problem"] == name)], styles)
        for state, name in product(states, every)
    }

    def page(names: Sequence[str]) -> Page:
        labels = fitted(dict.fromkeys(names, _NAME_ROOM))
        own_counts = [counts[one] for one in product(states, names)]
        empty = layout(
            TITLE,
            notes,
            (len(states), len(changes)),
            [""] * (len(states) * len(changes)),
            heads=[_head(*one) for one in changes],
            height=max(float(np.clip(_ROW * len(names), *_HEIGHTS)), _LEAST * len(names)),
            gaps=(0.12, 0.03),
            labels=("training loss unchanged / changed (log scale)", ""),
            keys=key_marks(list(styles.values())),
            sides=(0.4 + _room(labels.values()), 0.08 + _room(own_counts)),
        )

        def fill(figure: Sheet, panels: AxesArray) -> None:
            for state, row in zip(states, panels, strict=True):
                of_state = shown[shown["state"] == state]
                for axes, (change, rule) in zip(row, changes, strict=True):
                    here = of_state[(of_state["change"] == change) & (of_state["rule"] == rule)]
                    _set_axes(axes, shown, list(labels.values()))
                    _draw_marks(axes, here[here["problem"].isin(names)], names, styles)
                    if (state, change) in ADVISED:
                        for edge in axes.spines.values():
                            edge.set_linewidth(_ADVISED_FRAME)
                row[0].set_ylabel(_STATES[state])
                for place, name in enumerate(names):
                    _write_count(row[-1], place, counts[state, name])
            label_outer(panels)
            figure.align_ylabels()

        return empty, fill

    return paged(every, page)


def _shown(advice: pd.DataFrame) -> pd.DataFrame:
    """Rows to draw, with the name of their problem, their rule and their change.

    A change of α has the same effect on both forms; it is drawn for the moving average if present.
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
    form = f",\n{COLUMN_NAMES[rule]}" if change.startswith("beta") else ""
    return CHANGES[change] + form


def _set_axes(axes: Axes, shown: pd.DataFrame, labels: list[str]) -> None:
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_yticks(range(len(labels)), labels)
    ratio_axis(axes, "x", drawn_values(shown, "log_ratio"), 4)


def _draw_marks(
    axes: Axes, rows: pd.DataFrame, names: Sequence[str], styles: dict[str, RuleStyle]
) -> None:
    for place, (batch, style) in enumerate(styles.items()):
        here = rows[rows["batch"] == batch]
        aside = (place - (len(styles) - 1) / 2) * _ASIDE
        draw_effects(
            axes, "x", [names.index(name) + aside for name in here["problem"]], here, style
        )


def _room(texts: Iterable[str]) -> float:
    """Width of the longest text, in inches."""
    return max(map(text_width, texts))


def _count(rows: pd.DataFrame, batches: Iterable[str]) -> str:
    """Write the numbers of pairs of a data set for each batch size, over all changes."""
    counts = dict(list(rows.groupby("batch")["n_pairs"]))
    spans = (span(counts[batch]) if batch in counts else "–" for batch in batches)
    return " / ".join(spans).replace(" to ", "–")


def _write_count(axes: Axes, place: float, text: str) -> None:
    at = ("axes fraction", "data")
    write(axes, text, (1.0, place), (3, 0), xycoords=at, color="0.3", va="center")
