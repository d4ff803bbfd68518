"""A forest plot of the verdicts: every claim with the effects and intervals of its cases.

The name of a case is a list of levels; cases of a claim with the same first level form a group.
"""

import textwrap
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from momentum_study.figures.effects import (
    EDGE_NOTE,
    draw_effects,
    drawn_values,
    key_marks,
    on_axis,
)
from momentum_study.figures.layout import Sheet, interval_text, layout, nothing_to_draw
from momentum_study.figures.rules import RuleStyle
from momentum_study.figures.style import (
    DESCENT,
    NORMAL,
    SMALL,
    WIDTH,
    linear_ticks,
    ratio_axis,
    set_ticks,
)

TITLE = "Verdicts on the claims, and the cases behind them"

OUTCOMES = {
    "for": RuleStyle("for the claim", "#2166ac", "-", "o"),
    "against": RuleStyle("against the claim", "#b2182b", "-", "s"),
    "no_difference": RuleStyle("no difference", "0.25", "-", "D"),
    "undecided": RuleStyle("undecided", "0.5", "-", "P"),
}
"""Name in tables → style. Both marks and colours differ."""


@dataclass(frozen=True)
class Unit:
    """A unit of effects, which has its own panel.

    Attributes
    ----------
    title
        Of the panel.
    room
        Relative width of the panel.
    ticks
        Largest number of ticks.
    """

    title: str
    room: float
    ticks: int


UNITS = {
    "log_ratio": Unit("ratio (log scale)", 2.1, 4),
    "share": Unit("share", 1.0, 2),
    "arrays": Unit("arrays", 0.9, 2),
}
"""Name in tables → panel, in the order of panels."""

# Inches from the left edge of the page to each column.
_CLAIM, _WORDS, _CASES, _PANELS, _VERDICTS, _RIGHT = 0.07, 0.34, 1.54, 3.07, 6.0, 6.95
_PANEL_GAP = 0.2  # inches
_BAND, _GUIDE, _MINOR = "0.86", "0.93", "0.4"
_BAND_KEY: dict[str, Any] = {"color": _BAND, "linewidth": 6.0, "solid_capstyle": "butt"}
_EQUIVALENCE_WIDTH = 2.2  # points
_SIZE, _HEADLINE_SIZE = 2.4, 5.0  # points, of marks

_LINE, _GAP = 0.119, 0.07  # inches, of a line of text and between claims
_WORDS_CHARACTERS, _CASE_CHARACTERS, _VERDICT_CHARACTERS = 21, 28, 18  # of a line
_ROWS = (0.036, 0.031, 0.027, 0.023, 0.018)  # inches, of a case in a group of many
_MOST = 6.85  # inches for claims on a page, unless the smallest rows need more


@dataclass(frozen=True)
class Group:
    """Cases of a claim under one name.

    Attributes
    ----------
    label
        Lines of the name.
    cases
        Rows of the table, the smallest effect first, with the additional columns ``y``, in inches
        from the top, and ``height``.
    top, height
        Inches.
    headline
        Whether it is the headline.
    """

    label: list[str]
    cases: pd.DataFrame
    top: float
    height: float
    headline: bool


@dataclass(frozen=True)
class Block:
    """A claim on the page: name, lines of its text and verdict, groups, and position in inches."""

    name: str
    words: list[str]
    verdict: list[str]
    groups: list[Group]
    top: float
    height: float


def draw(claims: pd.DataFrame, claim_cases: pd.DataFrame, confidence: float) -> Sheet:
    """Draw the headline, the voting cases and the verdict of every claim.

    Parameters
    ----------
    claims, claim_cases
        The tables of claims and of their cases.
    confidence
        Level of the intervals, c.

    Returns
    -------
    Sheet
        A row for each case, in a panel for each unit of effects. A sentence if there is no claim.
    """
    if claims.empty:
        return nothing_to_draw(TITLE, "This study has no claim that it can test.")
    blocks = lay_out(claims, claim_cases)
    total = blocks[-1].top + blocks[-1].height
    figure, panels = layout(
        TITLE,
        [
            "Held fixed: the levels in the name of a case, and data, start and minibatches of each "
            "pair of runs. Large marks and black text: headline of a claim. Small marks and grey "
            "text: groups of the cases that vote on it, with their number, the smallest effect "
            "first.",
            "Marks: effect over all data sets as a ratio, a gain in a share, or a number of "
            "arrays saved; above 1 or above 0 the claim is right. Thin bar: its "
            f"{interval_text(confidence)}. Thick bar of a headline: its "
            f"{interval_text(2 * confidence - 1)}, which must be inside the grey band of "
            f"negligible differences for the outcome “no difference”. {EDGE_NOTE}",
        ],
        (1, 1),
        [None],
        height=total,
        gaps=(0.0, 0.2),
        labels=("", ""),
        second_line=True,  # for the titles of the panels above it
        keys=[
            *key_marks(list(OUTCOMES.values())),
            Line2D([], [], label="negligible difference", **_BAND_KEY),
        ],
    ).draw()
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
    """Write the texts of a claim."""
    if block.top:
        canvas.hlines(block.top, _CLAIM, _RIGHT, color="0.8", linewidth=0.5)
    first = block.top + _GAP / 2
    word, *counts = block.verdict
    _write_lines(canvas, _CLAIM, first, [block.name], weight="bold")
    _write_lines(canvas, _WORDS, first, block.words)
    _write_lines(canvas, _VERDICTS, first, [word], weight="bold", size=NORMAL)
    _write_lines(canvas, _VERDICTS, first + _LINE, counts, color=_MINOR)
    for group in block.groups:
        color = "black" if group.headline else _MINOR
        _write_lines(canvas, _CASES, group.top, group.label, color=color)
    if not block.groups:
        _write_lines(canvas, _CASES, first, ["no case"], color=_MINOR)


def _write_lines(canvas: Axes, x: float, top: float, lines: list[str], **look: Any) -> None:
    for place, line in enumerate(lines):
        canvas.text(x, top + _LINE * place, line, **{"va": "top", "size": SMALL, **look})


def _draw_panel(axes: Axes, name: str, rows: pd.DataFrame, total: float) -> None:
    unit = UNITS[name]
    _set_axis(axes, name, rows)
    axes.set_ylim(total, 0.0)
    axes.set_yticks([])
    axes.set_title(unit.title)
    axes.patch.set_visible(False)  # so that the lines between claims are visible
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
    set_ticks(axes, "x", linear_ticks(low, high, UNITS[name].ticks))
    axes.axvline(0.0, color=DESCENT, linewidth=0.7, linestyle=(0, (4.0, 1.5)), zorder=1)


def lay_out(claims: pd.DataFrame, cases: pd.DataFrame) -> list[Block]:
    """Place the claims below each other, with the largest height of a case that fits on a page.

    Parameters
    ----------
    claims, cases
        The tables of claims and of their cases. Only headlines and voting cases are drawn.
    """
    for row in _ROWS:
        blocks = _blocks(claims, cases, row)
        if blocks[-1].top + blocks[-1].height <= _MOST:
            break
    return blocks


def _blocks(claims: pd.DataFrame, cases: pd.DataFrame, row: float) -> list[Block]:
    blocks: list[Block] = []
    for _, claim in claims.sort_values("number").iterrows():
        top = blocks[-1].top + blocks[-1].height if blocks else 0.0
        groups = _groups(cases[cases["claim"] == claim["claim"]], top + _GAP / 2, row)
        words = _lines(claim["words"], _WORDS_CHARACTERS)
        verdict = _verdict_lines(claim)
        lines = max(len(words), len(verdict))
        height = max(_LINE * lines, sum(group.height for group in groups)) + _GAP
        blocks.append(Block(claim["claim"], words, verdict, groups, top, height))
    return blocks


def _groups(cases: pd.DataFrame, top: float, row: float) -> list[Group]:
    """Group the cases of a claim: its headline, then the voting cases by their first level."""
    headline, voting = cases[cases["headline"]], cases[cases["votes"]].assign(headline=False)
    level = voting["group"]
    parts = [headline, *(voting[level == one] for one in dict.fromkeys(level))]
    groups = []
    for rows in parts:
        if rows.empty:
            continue
        name = rows["case"].iloc[0]
        if len(rows) > 1:
            name = f"{rows['group'].iloc[0]} ({len(rows)})"
        label = _lines(name, _CASE_CHARACTERS)
        height = max(_LINE * len(label), row * len(rows))
        places = top + height * (np.arange(len(rows)) + 0.5) / len(rows)
        ordered = rows.sort_values("effect", kind="stable").assign(
            y=places, height=height / len(rows)
        )
        groups.append(Group(label, ordered, top, height, headline=rows is headline))
        top += height
    return groups


def _verdict_lines(claim: pd.Series) -> list[str]:
    """Lines of a verdict: the word, the outcomes of the cases, the verdict of the default rule."""
    lines = [claim["verdict"].replace("_", " ")]
    counts = f"{claim['n_for']} for, {claim['n_against']} against of {claim['n_cases']} cases"
    lines += _lines(counts, _VERDICT_CHARACTERS)
    if claim["default_verdict"] != claim["verdict"]:
        default = f"default rule: {claim['default_verdict'].replace('_', ' ')}"
        lines += _lines(default, _VERDICT_CHARACTERS)
    return lines


def _lines(text: str, characters: int) -> list[str]:
    return textwrap.wrap(text, characters)
