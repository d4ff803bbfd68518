"""The forest of verdicts: every claim with its cases, their effects, intervals and outcomes."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from momentum_study.core.text import rounded
from momentum_study.figures.catalogue import what_to_see
from momentum_study.figures.effects import (
    EDGE_NOTE,
    draw_effects,
    drawn_values,
    key_marks,
    nothing_to_draw,
    on_axis,
)
from momentum_study.figures.layout import Sheet, sheet
from momentum_study.figures.rules import RuleStyle
from momentum_study.figures.style import DESCENT, NORMAL, SMALL, WIDTH, ratio_axis
from momentum_study.figures.verdict_rows import GAP, LINE, Block, lay_out

TITLE = "Verdicts on the claims, and the cases they rest on"

OUTCOMES = {
    "for": RuleStyle("for the claim", "#2166ac", "-", "o"),
    "against": RuleStyle("against it", "#b2182b", "-", "s"),
    "no_difference": RuleStyle("no difference", "0.25", "-", "D"),
    "undecided": RuleStyle("undecided", "0.5", "-", "P"),
}
"""By the name in tables; told apart by their marks as well as by their colours."""


@dataclass(frozen=True)
class Unit:
    """A unit of effects, with a panel of its own.

    Attributes
    ----------
    title
        Of the panel.
    room
        Width of the panel, relative to the others’.
    ticks
        At most so many.
    """

    title: str
    room: float
    ticks: int


UNITS = {
    "log_ratio": Unit("× as good (log scale)", 2.1, 4),
    "share": Unit("gain in share", 1.0, 2),
    "arrays": Unit("fewer arrays", 0.9, 2),
}
"""By the name in tables, in the order of panels."""

# Inches from the left edge of the page to each column.
_CLAIM, _WORDS, _CASES, _PANELS, _VERDICTS, _RIGHT = 0.07, 0.34, 1.54, 3.07, 6.0, 6.95
_PANEL_GAP = 0.2  # inches
_BAND, _GUIDE, _MINOR = "0.86", "0.93", "0.4"
_BAND_KEY: dict[str, Any] = {"color": _BAND, "linewidth": 6.0, "solid_capstyle": "butt"}
_EQUIVALENCE_WIDTH = 2.2  # points
_SIZE, _HEADLINE_SIZE = 2.4, 5.0  # points, of marks


def draw(claims: pd.DataFrame, claim_cases: pd.DataFrame) -> Sheet:
    """Draw every claim's headline, the cases that vote on it, and its verdict.

    Parameters
    ----------
    claims, claim_cases
        The tables of claims and of their cases.

    Returns
    -------
    Sheet
        A row for each case, in a panel for each unit of effects. A sentence if there is no claim.
    """
    if claims.empty:
        return nothing_to_draw(TITLE, "This study has no claim that it could put to the test.")
    blocks = lay_out(claims, claim_cases)
    total = blocks[-1].top + blocks[-1].height
    figure, panels = sheet(
        TITLE,
        [
            "Held fixed: what a case names, and data, start and minibatches of each pair of runs. "
            "Large marks, black: a claim’s headline. Small marks, grey: groups of the cases that "
            "vote on it, with their number, the smallest effect first.",
            "Marks: effect over all data sets, above 1 or above 0 where the claim is right; thin: "
            "its interval; thick: of a headline the narrower one that for “no difference” must lie "
            f"in the grey band of differences too small to matter. {EDGE_NOTE}",
            what_to_see("verdicts"),
        ],
        (1, 1),
        [None],
        height=total,
        gaps=(0.0, 0.2),
        labels=("", ""),
        second_line=True,  # for the titles of the panels on it
        keys=[
            *key_marks(list(OUTCOMES.values())),
            Line2D([], [], label="too small to matter", **_BAND_KEY),
        ],
    )
    canvas = panels[0, 0]
    bottom, height = canvas.get_position().y0, canvas.get_position().height
    canvas.set_position((0.0, bottom, 1.0, height))
    canvas.set(xlim=(0.0, WIDTH), ylim=(total, 0.0))
    for block in blocks:
        _write(canvas, block)
    rows = pd.concat([claim_cases[:0], *(one.cases for block in blocks for one in block.groups)])
    units = {name: unit for name, unit in UNITS.items() if name in set(rows["unit"])}
    room = _VERDICTS - _PANELS - _PANEL_GAP * len(units)
    left = _PANELS
    for name, unit in units.items():
        width = room * unit.room / sum(one.room for one in units.values())
        axes = figure.add_axes((left / WIDTH, bottom, width / WIDTH, height))
        _draw_panel(axes, name, rows[rows["unit"] == name], total)
        left += width + _PANEL_GAP
    return figure


def _write(canvas: Axes, block: Block) -> None:
    """Write all of a claim that is text."""
    if block.top:
        canvas.hlines(block.top, _CLAIM, _RIGHT, color="0.8", linewidth=0.5)
    first = block.top + GAP / 2
    word, *counts = block.verdict
    _write_lines(canvas, _CLAIM, first, [block.name], weight="bold")
    _write_lines(canvas, _WORDS, first, block.words)
    _write_lines(canvas, _VERDICTS, first, [word], weight="bold", size=NORMAL)
    _write_lines(canvas, _VERDICTS, first + LINE, counts, color=_MINOR)
    for group in block.groups:
        color = "black" if group.headline else _MINOR
        _write_lines(canvas, _CASES, group.top, group.label, color=color)
    if not block.groups:
        _write_lines(canvas, _CASES, first, ["no case"], color=_MINOR)


def _write_lines(canvas: Axes, x: float, top: float, lines: list[str], **look: Any) -> None:
    for place, line in enumerate(lines):
        canvas.text(x, top + LINE * place, line, **{"va": "top", "size": SMALL, **look})


def _draw_panel(axes: Axes, name: str, rows: pd.DataFrame, total: float) -> None:
    unit = UNITS[name]
    _set_axis(axes, name, rows)
    axes.set_ylim(total, 0.0)
    axes.set_yticks([])
    axes.set_title(unit.title)
    axes.patch.set_visible(False)  # lines between claims go through
    axes.grid(axis="x", color=_GUIDE, linewidth=0.5)
    axes.set_axisbelow(True)
    low, high = (on_axis(sign * rows["margin"], name) for sign in (-1, 1))
    axes.barh(rows["y"], high - low, rows["height"], low, color=_BAND, linewidth=0, zorder=0)
    headline = rows["headline"].to_numpy(bool)
    axes.hlines(rows["y"][headline], *axes.get_xlim(), color=_GUIDE, linewidth=0.5, zorder=0.5)
    for outcome, style in OUTCOMES.items():
        here = rows["outcome"].to_numpy() == outcome
        ends = rows.loc[here & headline, ["equivalence_low", "equivalence_high"]]
        narrow = np.clip(on_axis(ends.to_numpy("float64").T, name), *axes.get_xlim())
        places = rows.loc[here & headline, "y"]
        axes.hlines(places, *narrow, color=style.color, linewidth=_EQUIVALENCE_WIDTH, zorder=3)
        for one, size in ((here & headline, _HEADLINE_SIZE), (here & ~headline, _SIZE)):
            draw_effects(axes, "x", rows.loc[one, "y"], rows[one], style, size)


def _set_axis(axes: Axes, name: str, rows: pd.DataFrame) -> None:
    values = np.concatenate(
        [drawn_values(rows, name), *(on_axis(sign * rows["margin"], name) for sign in (-1, 1))]
    )
    if name == "log_ratio":
        ratio_axis(axes, "x", values, UNITS[name].ticks)
        return
    low, high = min(values.min(), 0.0), max(values.max(), 0.0)
    margin = 0.12 * (high - low)
    axes.set_xlim(low - margin, high + margin)
    ticks = MaxNLocator(UNITS[name].ticks, steps=[1, 2, 5, 10]).tick_values(low, high)
    inside = [tick for tick in ticks if low <= tick <= high]
    axes.set_xticks(inside, [rounded(tick) for tick in inside])
    axes.axvline(0.0, color=DESCENT, linewidth=0.7, linestyle=(0, (4.0, 1.5)), zorder=1)
