"""Levels of a case's condition: typed columns of the table of cases, and their display text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from momentum_study.analysis.comparison.criteria import SPEED, TEST_LOSS, TRAIN_LOSS
from momentum_study.core.text import format_number
from momentum_study.tables.arms import ANY_RULE, COMPARISONS, HEAVY_BALL, MOMENTUM, ArmKey
from momentum_study.tables.schemas.claim_cases import LEVEL_COLUMNS

NO_LEVELS: dict[str, str | float] = {
    column.name: "" if column.dtype == "str" else np.nan for column in LEVEL_COLUMNS
}
"""Columns of levels, with their values for a case without such a level."""

CRITERIA = {
    SPEED: "updates to a target",
    TRAIN_LOSS: "final training loss",
    TEST_LOSS: "test loss",
    "sign_flips": "sign flips",
    "up_steps": "rises of the loss",
    "time": "time",
    "memory": "memory",
}
FORM_NAMES = {MOMENTUM: "moving average", HEAVY_BALL: "heavy ball"}
"""Forms of momentum. If β changes, the moving average keeps its α and the heavy ball its η."""

LANDSCAPES = {
    "saddle": "saddle",
    "monkey_saddle": "monkey saddle",
    "double_well": "well from the bottom",
    "double_well_slope": "well from the slope",
}


@dataclass(frozen=True)
class Level:
    """A part of a condition.

    Attributes
    ----------
    text
        Display text; empty if it is not part of the case's name.
    columns
        Its columns among `NO_LEVELS`; none if the level pools all values.
    """

    text: str
    columns: Mapping[str, str | float] = field(default_factory=dict)


ALL_BATCHES = Level("all batch sizes")
ALL_DECAYS = Level("all decays")
ALL_NETWORKS = Level("all networks")
ANY_INJECTED_NOISE = Level("injected noise")


def case_name(levels: Iterable[Level]) -> str:
    """Return the display text of a condition. Generators of resamples are named after it."""
    return ", ".join(level.text for level in levels if level.text)


def criterion_level(criterion: str, text: str | None = None) -> Level:
    """Return the level of a criterion, with its usual text or another one."""
    return Level(CRITERIA[criterion] if text is None else text, {"criterion": criterion})


def comparison_level(comparison: str) -> Level:
    """Return the level of a comparison; at every α, both runs have the same α."""
    text = COMPARISONS.get(comparison, COMPARISONS["same_alpha"])
    return Level(text, {"comparison": comparison})


def batch_level(batch: str, text: str = "{}") -> Level:
    """Return the level of a batch size, with its text inserted into a longer one."""
    size = "full batch" if batch == "full" else f"batch {batch}"
    return Level(text.format(size), {"batch": batch})


def kappa_level(side: str, threshold: float) -> Level:
    """Return the level of condition numbers ``below`` a threshold, or of the others (``above``)."""
    sign = "<" if side == "below" else "≥"
    text = f"κ {sign} {threshold:.0f}"
    return Level(text, {"kappa_side": side, "kappa_threshold": threshold})


def curvature_level(low: float, high: float) -> Level:
    """Return the level of runs with ``low`` ≤ αλ_max < ``high`` at the start."""
    text = f"αλ < {high:g}" if low == 0 else f"{low:g} ≤ αλ < {high:g}"
    return Level(text, {"alpha_lambda_from": low, "alpha_lambda_to": high})


def noise_level(deviation: float) -> Level:
    """Return the level of a standard deviation of injected gradient noise."""
    return Level(f"injected noise of {deviation:g}", {"gradient_noise": deviation})


def intervention_level(schedule: str) -> Level:
    """Return the level of a change of β or α during the run."""
    text = schedule.replace("beta", "β").replace("rate", "α").replace("_", " ")
    return Level(text, {"schedule": schedule})


def decay_level(schedule: str) -> Level:
    """Return the level of a decay of the learning rate."""
    return Level(schedule.replace("_", " "), {"schedule": schedule})


def rule_level(rule: str, text: str) -> Level:
    """Return the level of an update rule."""
    return Level(text, {"rule": rule})


def beta_level(beta: float, text: str | None = None) -> Level:
    """Return the level of a momentum coefficient."""
    return Level(f"β = {format_number(beta)}" if text is None else text, {"beta": beta})


def arm_level(rule: str, beta: float) -> Level:
    """Return the level of an update rule at a momentum coefficient."""
    text = "best of all" if rule == ANY_RULE else ArmKey(rule, beta).label
    return Level(text, {"rule": rule, "beta": beta})


def network_level(network: str) -> Level:
    """Return the level of a network of the record of costs."""
    return Level(network, {"network": network})


def landscape_level(landscape: str) -> Level:
    """Return the level of a landscape."""
    return Level(LANDSCAPES[landscape], {"landscape": landscape})


def height_level(height: float) -> Level:
    """Return the level of the height of a barrier."""
    return Level(f"height {format_number(height)}", {"height": height})
