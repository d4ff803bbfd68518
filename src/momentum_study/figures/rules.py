"""The palette: names, colours, lines and marks of rules, arms and batch sizes.

Every figure, the explorer and the comparison pages take them from here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log10
from typing import Any
from zlib import crc32

import numpy as np
import seaborn as sns
from matplotlib.colors import to_hex, to_rgb

from momentum_study.core.text import format_number
from momentum_study.engine.optimizers import USUAL_BETA
from momentum_study.figures.style import DESCENT
from momentum_study.tables.arms import ANY_RULE, CONSTANT, ArmKey
from momentum_study.tables.keys import batches_in_order

TUNED = "tuned"
"""Label in place of a momentum coefficient that is tuned as well."""

_DESCENT_LABEL = "plain gradient descent"

# From dark violet to orange: dark to light in grey as well, and safe for the colour-blind.
_MOMENTUM = sns.color_palette("plasma", as_cmap=True)
_MOMENTUM_RANGE = (0.0, 0.84)

_TUNED_WIDTH = 2.0  # points, thick like in the figure of rates on quadratics
_TUNED_SHADE = 0.5  # of the colour, darker than the rule at one β
_OTHER_ARM = "0.45"
# Of user-defined rules: each colour with each line and mark; no built-in rule has any of them.
_ADDED_COLORS = ("#64783a", "#ac86f9", "#67324d")
_ADDED_LINES: tuple[tuple[tuple[int, tuple[float, ...]], str], ...] = (
    ((0, (8.0, 1.5)), "P"),
    ((0, (3.0, 1.0, 1.0, 1.0, 1.0, 1.0)), "*"),
    ((0, (8.0, 1.5, 2.0, 1.5)), ">"),
    ((0, (1.0, 2.5)), "<"),
)
_BATCHES = sns.color_palette("mako", as_cmap=True)
_BATCH_RANGE = (0.78, 0.18)  # of the smallest batch and of the largest: from light to dark
_BATCH_MARKERS = ("o", "^", "D", "v", "P")


@dataclass(frozen=True, order=True)
class Series:
    """A line of a figure or a row of a map: plain gradient descent, or momentum with one β."""

    is_momentum: bool
    beta: float

    @property
    def color(self) -> str:
        """The colour of this β in any figure of any study, by log 1/(1−β)."""
        if not self.is_momentum:
            return DESCENT
        # The colour changes from 1/(1−β) = 1.6 to 100 and is constant outside this range.
        position = np.clip((-log10(1 - self.beta) - 0.2) / 1.8, 0.0, 1.0)
        low, high = _MOMENTUM_RANGE
        return to_hex(_MOMENTUM(low + (high - low) * position))

    @property
    def line(self) -> dict[str, Any]:
        """Keywords of a line: plain gradient descent also has its own dash and mark."""
        line = {"color": self.color, "marker": "o", "markersize": 2.2, "markeredgewidth": 0}
        if self.is_momentum:
            return line
        # Dashed and on top, so that both of two coinciding lines are visible.
        return {**line, "marker": "s", "linestyle": (0, (4, 1.5)), "zorder": 3}

    @property
    def label(self) -> str:
        """Display text."""
        return f"momentum β = {format_number(self.beta)}" if self.is_momentum else _DESCENT_LABEL


@dataclass(frozen=True)
class RuleStyle:
    """The style of a rule, a batch size or an outcome.

    Attributes
    ----------
    label
        Display text.
    color
        Distinguishable from the colour of every other rule with any of the three kinds of colour
        blindness; if two are equally light in grey, their lines and marks differ.
    linestyle, marker
        For matplotlib.
    """

    label: str
    color: str
    linestyle: str | tuple[int, tuple[float, ...]]
    marker: str

    @property
    def line(self) -> dict[str, Any]:
        """Keywords of a line without marks."""
        # Plain gradient descent is on top, so that both of two coinciding lines are visible.
        zorder = 3 if self.color == DESCENT else 2
        return {"color": self.color, "linestyle": self.linestyle, "zorder": zorder}

    @property
    def marked_line(self) -> dict[str, Any]:
        """Keywords of a line with marks at its points."""
        return {**self.line, "marker": self.marker, "markersize": 3.2, "markeredgewidth": 0}


RULE_STYLES: dict[str, RuleStyle] = {
    "gd": RuleStyle(_DESCENT_LABEL, DESCENT, (0, (4.0, 1.5)), "s"),
    "momentum": RuleStyle("momentum", Series(True, USUAL_BETA).color, "-", "o"),
    "momentum_corrected": RuleStyle("momentum, bias-corrected", "#e29adb", (0, (1.0, 1.0)), "h"),
    "heavy_ball": RuleStyle("heavy ball", "#d98200", "-", "^"),
    "nesterov": RuleStyle("Nesterov", "#20a387", (0, (6.0, 1.2, 1.2, 1.2)), "D"),
    "adam": RuleStyle("Adam", "#1f35c9", (0, (2.0, 1.0)), "v"),
}
"""Styles of the built-in rules by name, in the order of a key."""


def rule_style(rule: str) -> RuleStyle:
    """Return the style of a rule.

    The style of a user-defined rule depends only on its name, so it is the same in every study.
    """
    if rule in RULE_STYLES:
        return RULE_STYLES[rule]
    place, color = divmod(crc32(rule.encode()), len(_ADDED_COLORS))
    linestyle, marker = _ADDED_LINES[place % len(_ADDED_LINES)]
    return RuleStyle(rule.replace("_", " "), _ADDED_COLORS[color], linestyle, marker)


def rule_place(rule: str) -> int:
    """Return the place of a rule in a key; all user-defined rules share the last one."""
    return [*RULE_STYLES, rule].index(rule)


def rule_color(rule: str, beta: float) -> str:
    """Return the colour of a rule; that of momentum depends on β."""
    return Series(True, beta).color if rule == "momentum" else rule_style(rule).color


@dataclass(frozen=True)
class ArmStyle(RuleStyle):
    """The style of an arm: that of its rule with a line width."""

    linewidth: float = 1.1

    @property
    def line(self) -> dict[str, Any]:
        """Keywords of a line without marks."""
        return {**super().line, "linewidth": self.linewidth}


def arm_style(arm: ArmKey) -> ArmStyle:
    """Return the style of an arm.

    The label leaves out the usual β. An arm that may choose among several rules is grey.
    """
    if arm.rule == ANY_RULE:
        return ArmStyle(arm.label, _OTHER_ARM, "-", "X")
    style = rule_style(arm.rule)
    label, color, width = style.label.removeprefix("momentum, "), style.color, 1.1
    if arm.tunes_beta:
        label += ", β tuned"
        red, green, blue = to_rgb(color)
        color = to_hex((_TUNED_SHADE * red, _TUNED_SHADE * green, _TUNED_SHADE * blue))
        width = _TUNED_WIDTH
    elif arm.beta is not None and arm.beta != USUAL_BETA:
        label += f", β = {format_number(arm.beta)}"
        color = rule_color(arm.rule, arm.beta)
    if arm.schedule != CONSTANT:
        label += f", {arm.schedule}"
    return ArmStyle(label, color, style.linestyle, style.marker, width)


def arms_in_order(arms: Iterable[ArmKey]) -> list[ArmKey]:
    """Sort arms for a key: by rule, then by β, then β tuned.

    User-defined rules come after the built-in ones; an arm of several rules comes last.
    """

    def place(arm: ArmKey) -> tuple[bool, int, str, bool, float]:
        several = arm.rule == ANY_RULE
        return several, rule_place(arm.rule), arm.rule, arm.tunes_beta, arm.beta or 0.0

    return sorted(set(arms), key=place)


def contrasted(arms: Sequence[ArmKey]) -> set[ArmKey]:
    """Of sorted arms, return plain gradient descent and momentum (with β tuned, if present).

    A figure shades only their intervals, because the intervals of all arms would hide each other.
    """
    both = [arm for arm in arms if arm.rule in ("gd", "momentum")]
    return {*both[:1], *both[-1:]}


def batch_label(batch: str) -> str:
    """Display text of a batch size."""
    return "full batch" if batch == "full" else f"batch size {batch}"


def batch_styles(batches: Iterable[str]) -> dict[str, RuleStyle]:
    """Return the style of each batch size of a figure, the smallest first and lightest."""
    ordered = batches_in_order(batches)
    shades = np.linspace(*_BATCH_RANGE, max(len(ordered), 2))[-len(ordered) :]
    return {
        batch: RuleStyle(
            batch_label(batch),
            to_hex(_BATCHES(shade)),
            "-",
            "s" if batch == "full" else _BATCH_MARKERS[place % len(_BATCH_MARKERS)],
        )
        for place, (batch, shade) in enumerate(zip(ordered, shades, strict=True))
    }
