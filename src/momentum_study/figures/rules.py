"""Names and looks in figures that compare update rules: of the rules, and of the comparisons."""

from dataclasses import dataclass
from typing import Any

from momentum_study.figures.compared import Series
from momentum_study.figures.style import DESCENT
from momentum_study.optimizers import USUAL_BETA

COMPARISONS = {"same_alpha": "same α", "same_eta": "same η", "tuned": "each tuned"}
"""By the name in tables, in the order of columns."""


@dataclass(frozen=True)
class RuleStyle:
    """The look of a rule.

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
"""By the name of the rule, in the order of a key."""
