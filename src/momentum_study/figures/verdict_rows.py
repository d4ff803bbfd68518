"""Where the rows of the forest of verdicts lie on the page: claims, their groups, their cases.

The name of a case is a list of levels; cases of a claim with the same first level make a group.
"""

import textwrap
from dataclasses import dataclass

import numpy as np
import pandas as pd

LINE = 0.119
"""Inches, of text in print."""
GAP = 0.07
"""Inches, between claims."""

_WORDS_CHARACTERS, _CASE_CHARACTERS, _VERDICT_CHARACTERS = 21, 28, 18  # of a line
_ROWS = (0.036, 0.031, 0.027, 0.023, 0.018)  # inches, of a case in a group of many
_MOST = 6.85  # inches that are left for claims on a page; more only where the least rows ask for it


@dataclass(frozen=True)
class Group:
    """Cases of a claim under one name.

    Attributes
    ----------
    label
        Lines of the name.
    cases
        Their rows of the table, the smallest effect first, with the columns ``y``, in inches from
        the top, and ``height`` more.
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
    """A claim on the page: its name, lines of its words and its verdict, groups, and its place."""

    name: str
    words: list[str]
    verdict: list[str]
    groups: list[Group]
    top: float
    height: float


def lay_out(claims: pd.DataFrame, cases: pd.DataFrame) -> list[Block]:
    """Lay out the claims one below the other, with as much room for a case as a page allows.

    Parameters
    ----------
    claims, cases
        The tables of claims and of their cases. Of these the headlines are shown and those that
        vote.
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
        groups = _groups(cases[cases["claim"] == claim["claim"]], top + GAP / 2, row)
        words = _lines(claim["words"], _WORDS_CHARACTERS)
        verdict = _verdict_lines(claim)
        lines = max(len(words), len(verdict))
        height = max(LINE * lines, sum(group.height for group in groups)) + GAP
        blocks.append(Block(claim["claim"], words, verdict, groups, top, height))
    return blocks


def _groups(cases: pd.DataFrame, top: float, row: float) -> list[Group]:
    """Lay out a claim's cases: its headline, then those that vote, by the first level."""
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
        height = max(LINE * len(label), row * len(rows))
        places = top + height * (np.arange(len(rows)) + 0.5) / len(rows)
        ordered = rows.sort_values("effect", kind="stable").assign(
            y=places, height=height / len(rows)
        )
        groups.append(Group(label, ordered, top, height, headline=rows is headline))
        top += height
    return groups


def _verdict_lines(claim: pd.Series) -> list[str]:
    """Lines of a verdict: the word, how many cases spoke for it, what the published rule says."""
    lines = [claim["verdict"].replace("_", " ")]
    counts = f"{claim['n_for']} for, {claim['n_against']} against of {claim['n_cases']} cases"
    lines += _lines(counts, _VERDICT_CHARACTERS)
    if claim["default_verdict"] != claim["verdict"]:
        default = f"by the published rule {claim['default_verdict'].replace('_', ' ')}"
        lines += _lines(default, _VERDICT_CHARACTERS)
    return lines


def _lines(text: str, characters: int) -> list[str]:
    return textwrap.wrap(text, characters)
