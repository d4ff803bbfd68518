"""What changing β or α in mid-run gains, for runs that were slow, oscillated, or neither."""

import textwrap
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from momentum_study.comparison.questions import HEAVY_BALL, MOMENTUM
from momentum_study.comparison.states import OSCILLATING, SLOW, STEADY
from momentum_study.figures.effects import (
    EDGE_NOTE,
    draw_effects,
    drawn_values,
    key_marks,
    nothing_to_draw,
    problem_names,
)
from momentum_study.figures.layout import sheet
from momentum_study.figures.rules import RuleStyle, batch_styles
from momentum_study.figures.style import SMALL, WIDTH, AxesArray, ratio_axis

TITLE = "What a change in mid-run gains"

CHANGES = {"beta_up": "β up", "beta_down": "β down", "rate_up": "α up", "rate_down": "α down"}
"""By the name of the schedule, in the order of rows."""

FORMS = {MOMENTUM: "average", HEAVY_BALL: "heavy ball"}

ADVISED = {(SLOW, "beta_up"), (OSCILLATING, "beta_down")}
"""State and change: what the tutorial advises."""

_STATES = {SLOW: "slow", OSCILLATING: "oscillating", STEADY: "neither"}
_ROW = 0.19  # inches, of a data set
_TALLEST = 0.9  # inches, of a panel: six of them fill a page
_ASIDE = 0.24  # between batch sizes, of the room of a data set
_NAME_CHARACTERS = 28  # of a line
_CHARACTER = 0.055  # inches
_COUNTS_ROOM = 0.62  # inches, right of a panel


def draw(advice: pd.DataFrame) -> Figure:
    """Draw the gain of each change in each state, with its interval.

    Parameters
    ----------
    advice
        The table of advice.

    Returns
    -------
    Figure
        A column of panels for each state, a row for each change; in a panel a row for each data
        set with a mark for each batch size, and the numbers of pairs. A sentence if no run was
        changed.
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
    beta = shown["reference"].iloc[0].rpartition(" ")[2]
    figure, panels = sheet(
        TITLE,
        [
            "Held fixed: data, start, minibatches, and until a quarter of the updates α and "
            f"β = {beta}. Then one run goes on; the other has α, or 1 − β, doubled or halved. When "
            "β changes, the moving average keeps its α and the heavy ball its η.",
            "Columns: what the runs looked like until then. Marks: interquartile mean over all α "
            "of the final training loss unchanged / changed, with its interval; right of dashed "
            f"the change helped. Numbers: pairs of runs, in the order of the key. {EDGE_NOTE}",
            "See: whether the advised change (bold) helps, and whether a change of α does more.",
        ],
        (len(changes), len(states)),
        [_title(state, change, rule) for change, rule in changes for state in states],
        height=float(np.clip(_ROW * len(names), 0.4, _TALLEST)),
        gaps=(_COUNTS_ROOM, 0.08),
        labels=("training loss unchanged / changed (log scale)", ""),
        keys=key_marks(list(styles.values())),
    )
    _make_room(figure, panels, names)
    for row, (change, rule) in zip(panels, changes, strict=True):
        of_row = shown[(shown["change"] == change) & (shown["rule"] == rule)]
        for axes, state in zip(row, states, strict=True):
            here = of_row[of_row["state"] == state]
            _set_axes(axes, shown, names)
            _draw_marks(axes, here, names, styles)
            _write_counts(axes, here, names, list(styles))
            if (state, change) in ADVISED:
                axes.set_title(axes.get_title(loc="left"), weight="bold")
    for axes in panels.flat:
        axes.label_outer()
    return figure


def _shown(advice: pd.DataFrame) -> pd.DataFrame:
    """Rows to draw, with their problem's name, their rule and their change.

    A change of α is the same to both forms, and drawn for the moving average if there are both.
    """
    rule, change = advice["arm"].str.extract(r"^(\w+) [^ ,]+, (\w+)$").to_numpy().T
    asked = (
        (advice["question"] == "intervention")
        & (advice["criterion"] == "train_loss")
        & (advice["gradient_noise"] == 0)
        & advice["state"].isin(_STATES)
        & np.isin(change.astype(str), list(CHANGES))
    )
    shown = advice.assign(problem=problem_names(advice), rule=rule, change=change)[asked]
    twice = (shown["rule"] == HEAVY_BALL) & shown["change"].str.startswith("rate")
    return shown[~twice] if (shown["rule"] == MOMENTUM).any() else shown


def _title(state: str, change: str, rule: str) -> str:
    form = f", {FORMS[rule]}" if change.startswith("beta") else ""
    return f"{_STATES[state]}, {CHANGES[change]}{form}"


def _make_room(figure: Figure, panels: AxesArray, names: list[str]) -> None:
    """Leave room for names at the left and for numbers of pairs right of each panel."""
    columns = panels.shape[1]
    left = 0.2 + _CHARACTER * max(len(line) for name in names for line in _lines(name))
    width = (WIDTH - left - columns * _COUNTS_ROOM) / columns
    panels[0, 0].get_gridspec().update(
        left=left / WIDTH, right=1.0 - _COUNTS_ROOM / WIDTH, wspace=_COUNTS_ROOM / width
    )
    for axes in panels.flat:
        axes.set_position(axes.get_subplotspec().get_position(figure))


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


def _write_counts(axes: Axes, rows: pd.DataFrame, names: list[str], batches: list[str]) -> None:
    """Write the numbers of pairs of each data set and batch size."""
    look: dict[str, Any] = {"textcoords": "offset points", "size": SMALL, "color": "0.3"}
    for name in names:
        counts = rows[rows["problem"] == name].set_index("batch")["n_pairs"]
        axes.annotate(
            " ".join(str(counts.get(batch, "–")) for batch in batches),
            (1.0, names.index(name)),
            (3, 0),
            xycoords=("axes fraction", "data"),
            va="center",
            **look,
        )
