"""Names and looks in figures that compare update rules: of rules, comparisons, arms, batches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
import seaborn as sns
from matplotlib.colors import to_hex, to_rgb

from momentum_study.core.text import format_number
from momentum_study.engine.optimizers import USUAL_BETA
from momentum_study.figures.compared import Series
from momentum_study.figures.style import DESCENT
from momentum_study.tables.arms import ANY_RULE, CONSTANT, ArmKey
from momentum_study.tables.keys import batches_in_order

TUNED = "tuned"
"""Label in place of a momentum coefficient that is tuned as well."""

_TUNED_WIDTH = 2.0  # points: thick where β is tuned too, as in the figure of rates on quadratics
_TUNED_SHADE = 0.5  # of the colour, darker than the rule at one β
_OTHER_ARM = "0.45"
# Of rules that users bring: each colour with each line and mark, none of them a built-in rule's.
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


@dataclass(frozen=True)
class RuleStyle:
    """The look of a rule, a batch size or an outcome.

    Attributes
    ----------
    label
        Name for people.
    color
        Told apart under the three kinds of colour blindness from every other rule's; where two
        are as light as each other in grey, the lines and marks differ.
    linestyle, marker
        As matplotlib takes them.
    """

    label: str
    color: str
    linestyle: str | tuple[int, tuple[float, ...]]
    marker: str

    @property
    def line(self) -> dict[str, Any]:
        """Keywords of a line without marks."""
        # Descent is dashed and on top, as in every figure: where lines coincide both are seen.
        zorder = 3 if self.color == DESCENT else 2
        return {"color": self.color, "linestyle": self.linestyle, "zorder": zorder}

    @property
    def marked_line(self) -> dict[str, Any]:
        """Keywords of a line with marks at its points."""
        return {**self.line, "marker": self.marker, "markersize": 3.2, "markeredgewidth": 0}


RULE_STYLES: dict[str, RuleStyle] = {
    "gd": RuleStyle("plain descent", DESCENT, (0, (4.0, 1.5)), "s"),
    "momentum": RuleStyle("momentum", Series(True, USUAL_BETA).color, "-", "o"),
    "momentum_corrected": RuleStyle("momentum, bias-corrected", "#e29adb", (0, (1.0, 1.0)), "h"),
    "heavy_ball": RuleStyle("heavy ball", "#d98200", "-", "^"),
    "nesterov": RuleStyle("Nesterov", "#20a387", (0, (6.0, 1.2, 1.2, 1.2)), "D"),
    "adam": RuleStyle("Adam", "#1f35c9", (0, (2.0, 1.0)), "v"),
}
"""Of the built-in rules, by name, in the order of a key."""


def rule_style(rule: str) -> RuleStyle:
    """Return the look of a rule.

    One that a user has brought has a look by its name, the same in every study.
    """
    if rule in RULE_STYLES:
        return RULE_STYLES[rule]
    place, color = divmod(crc32(rule.encode()), len(_ADDED_COLORS))
    linestyle, marker = _ADDED_LINES[place % len(_ADDED_LINES)]
    return RuleStyle(rule.replace("_", " "), _ADDED_COLORS[color], linestyle, marker)


@dataclass(frozen=True)
class ArmStyle(RuleStyle):
    """The look of an arm: that of its rule, but for the width of the line."""

    linewidth: float = 1.1

    @property
    def line(self) -> dict[str, Any]:
        """Keywords of a line without marks."""
        return {**super().line, "linewidth": self.linewidth}


def arm_style(arm: ArmKey) -> ArmStyle:
    """Return the look of an arm.

    The usual β is not written. An arm that may choose among several rules is grey.
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
        if arm.rule == "momentum":
            color = Series(True, arm.beta).color
    if arm.schedule != CONSTANT:
        label += f", {arm.schedule}"
    return ArmStyle(label, color, style.linestyle, style.marker, width)


def arms_in_order(arms: Iterable[ArmKey]) -> list[ArmKey]:
    """Put arms into the order of a key: by rule, then β, last with β tuned.

    Rules that users bring come after the built-in ones, and an arm of several rules comes last.
    """
    rules = list(RULE_STYLES)

    def place(arm: ArmKey) -> tuple[bool, int, str, bool, float]:
        known = rules.index(arm.rule) if arm.rule in rules else len(rules)
        return arm.rule == ANY_RULE, known, arm.rule, arm.tunes_beta, arm.beta or 0.0

    return sorted(set(arms), key=place)


def contrasted(arms: Sequence[ArmKey]) -> set[ArmKey]:
    """Of arms in order, plain descent and momentum, with β tuned if that is among them.

    These are the arms that a figure is about. Intervals of all arms would hide each other.
    """
    both = [arm for arm in arms if arm.rule in ("gd", "momentum")]
    return {*both[:1], *both[-1:]}


def batch_label(batch: str) -> str:
    """Name of a batch size for people."""
    return "full batch" if batch == "full" else f"batch size {batch}"


def batch_styles(batches: Iterable[str]) -> dict[str, RuleStyle]:
    """Return the look of each batch size of a figure, the smallest first and lightest."""
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
