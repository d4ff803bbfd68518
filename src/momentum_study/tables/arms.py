"""Arms in tables: the typed columns that say what was tuned and compared, and their display text.

An *arm* is a way of training: an update rule with a momentum coefficient β, fixed or tuned, a
schedule, and possibly a range of learning rates to choose from. Its learning rate is always tuned.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.core.text import format_number

DESCENT = "gd"
MOMENTUM = "momentum"
HEAVY_BALL = "heavy_ball"
CORRECTED = "momentum_corrected"

ANY_RULE = "any rule"
"""In place of a rule: the best of all rules that the study has at the usual β."""

CONSTANT = "constant"

COMPARISONS = {"same_alpha": "same α", "same_eta": "same η", "tuned": "each tuned"}
"""The comparisons that figures show next to each other, with their display texts."""

REFERENCE_KEYS = (
    "reference_arm_rule",
    "reference_arm_beta",
    "reference_arm_tunes_beta",
    "reference_arm_schedule",
)
"""Columns of the arm that another one is compared with."""

ARM_KEYS = (
    "arm_rule",
    "arm_beta",
    "arm_tunes_beta",
    "arm_schedule",
    "arm_rate_low",
    "arm_rate_high",
)
"""Columns of an arm. β is missing where it is tuned and for a rule that has none; the range of
learning rates is missing where it is all of the grid."""


@dataclass(frozen=True)
class ArmKey:
    """An arm as tables identify it.

    Attributes
    ----------
    rule
        Name of the update rule, or `ANY_RULE`.
    beta
        Momentum coefficient; None where it is tuned and for a rule that has none.
    tunes_beta
        Whether β is tuned together with the learning rate.
    schedule
        Name of the schedule.
    rate_low, rate_high
        Range of the learning rates to choose from; None for all of the grid.
    """

    rule: str
    beta: float | None = None
    tunes_beta: bool = False
    schedule: str = CONSTANT
    rate_low: float | None = None
    rate_high: float | None = None

    @property
    def label(self) -> str:
        """Display text, such as ``gd``, ``momentum 0.9`` or ``adam 0.9, 0.001 to 0.01``."""
        text = "best rule" if self.rule == ANY_RULE else self.rule
        if self.tunes_beta:
            text += " tuned"
        elif self.beta is not None:
            text += f" {format_number(self.beta)}"
        if self.schedule != CONSTANT:
            text += f", {self.schedule}"
        if self.rate_low is not None and self.rate_high is not None:
            low, high = format_number(self.rate_low), format_number(self.rate_high)
            text += f", {low}" if low == high else f", {low} to {high}"
        return text

    def columns(self, names: tuple[str, ...] = ARM_KEYS) -> dict[str, Any]:
        """Return its values under `ARM_KEYS` or `REFERENCE_KEYS`."""
        values = (np.nan if value is None else value for value in vars(self).values())
        return dict(zip(names, values, strict=False))


def arms_of_rows(table: pd.DataFrame, names: tuple[str, ...] = ARM_KEYS) -> pd.Series:
    """Return the `ArmKey` of each row, from `ARM_KEYS` or `REFERENCE_KEYS`."""
    columns = [table[name].astype(object).where(table[name].notna(), None) for name in names]
    keys = [ArmKey(*values) for values in zip(*columns, strict=True)]
    return pd.Series(keys, index=table.index, dtype=object)
