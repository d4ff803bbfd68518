"""Columns of the tables that compare update rules on problems, each described once."""

from dataclasses import replace

from momentum_study.tables.columns import BATCH, DATASET, GRADIENT_NOISE, NETWORK
from momentum_study.tables.schema import NOT_NEGATIVE, SHARE, Check, flag, real, text, whole

FAMILY = text("family", "Grids that give every run the same budget, named after the first of them.")
PROBLEM_COLUMNS = (FAMILY, DATASET, NETWORK, BATCH, GRADIENT_NOISE)

ARM_COLUMNS = (
    text("arm_rule", "Update rule of the arm; `any` for the best of all rules at the usual β."),
    real(
        "arm_beta",
        "Momentum coefficient β of the arm.",
        check=SHARE,
        missing="β is tuned, or the rule has none",
    ),
    flag("arm_tunes_beta", "Whether β is tuned together with the learning rate."),
    text("arm_schedule", "Schedule of the arm's learning rate or β; `constant` for none."),
    real(
        "arm_rate_low",
        "Smallest learning rate that the arm may choose.",
        check=NOT_NEGATIVE,
        missing="it may choose any of the grid",
    ),
    real(
        "arm_rate_high",
        "Largest learning rate that the arm may choose.",
        check=NOT_NEGATIVE,
        missing="it may choose any of the grid",
    ),
)
"""An arm: what is tuned or compared. Its learning rate is always tuned."""

REFERENCE_COLUMNS = (
    replace(
        ARM_COLUMNS[0],
        name="reference_arm_rule",
        meaning="Update rule of the reference, the arm that the other arm is compared with.",
    ),
    replace(
        ARM_COLUMNS[1],
        name="reference_arm_beta",
        meaning="Momentum coefficient β of the reference.",
    ),
    replace(ARM_COLUMNS[2], name="reference_arm_tunes_beta"),
    replace(
        ARM_COLUMNS[3],
        name="reference_arm_schedule",
        meaning="Schedule of the reference's learning rate or β; `constant` for none.",
    ),
)
CRITERION = text(
    "criterion",
    "What runs are judged by: `speed` (updates to a target chosen for the problem), `updates` (to "
    "a given target), `train_loss`, `test_loss`, `sign_flips` or `up_steps`.",
)
_TARGET = "Fraction of the null loss whose first crossing is timed"
_NO_TARGET = "the criterion has no target, or there is nothing to judge"
TARGET = real("target", f"{_TARGET}.", "null loss", SHARE, missing=_NO_TARGET)
TARGET_RANGE = (
    replace(
        TARGET, name="easiest_target", meaning=f"{_TARGET}, the largest one of all pairs of runs."
    ),
    replace(
        TARGET, name="hardest_target", meaning=f"{_TARGET}, the smallest one of all pairs of runs."
    ),
)
STATE = text(
    "state",
    "State of the reference run at a quarter of its budget: `slow`, `oscillating`, `monotone` "
    "or `diverged`.",
    missing="the question is not `intervention`, or there are no pairs",
)
COMPARISON_COLUMNS = (
    text("question", "What is compared: update rules, or a piece of advice with its alternative."),
    text(
        "comparison",
        "How cells are matched: same α, same η, each side tuned, or all pairs of cells of equal α.",
        *("same_alpha", "same_eta", "tuned", "every_alpha"),
    ),
    *REFERENCE_COLUMNS,
    *ARM_COLUMNS,
    CRITERION,
)

_UNIT = "see `unit`"
_NO_GAIN = "no pair has a gain"
EFFECT = real(
    "effect",
    "Estimated effect; above 0 if the arm does better than the reference.",
    _UNIT,
    missing=f"{_NO_GAIN}, or infinite gains of both signs leave it undefined",
)
LOW = real("low", "Low end of the interval of the effect.", _UNIT, missing=_NO_GAIN)
HIGH = real("high", "High end of the interval of the effect.", _UNIT, missing=_NO_GAIN)
EFFECT_COLUMNS = (
    EFFECT,
    LOW,
    HIGH,
    real(
        "equivalence_low",
        "Low end of the interval for the test of equivalence: where `low` is at confidence c, "
        "this one is at 2c − 1.",
        _UNIT,
        missing=_NO_GAIN,
    ),
    real(
        "equivalence_high",
        "High end of the interval for the test of equivalence.",
        _UNIT,
        missing=_NO_GAIN,
    ),
)
PROBABILITY = real(
    "probability",
    "Share of compared pairs in which the arm does better; ties count half.",
    "1",
    SHARE,
    missing=_NO_GAIN,
)
COUNT_COLUMNS = (
    whole("n_pairs", "Pairs of runs.", "pairs"),
    whole("n_compared", "Pairs that have a gain.", "pairs"),
    whole("n_failed", "Pairs in which the run of the arm failed.", "pairs"),
    whole("n_reference_failed", "Pairs in which the run of the reference failed.", "pairs"),
    whole("n_both_failed", "Pairs in which both runs failed.", "pairs"),
    whole("n_diverged", "Pairs in which the run of the arm diverged.", "pairs"),
    whole("n_reference_diverged", "Pairs in which the run of the reference diverged.", "pairs"),
)

EFFECT_IN_ORDER = Check(
    "the effect must lie within its interval",
    lambda table: ~(table["low"] > table["effect"]) & ~(table["effect"] > table["high"]),
)
EFFECT_CHECKS = (
    EFFECT_IN_ORDER,
    Check(
        "failures must not exceed the pairs",
        lambda table: (
            (table["n_compared"] <= table["n_pairs"])
            & (
                table["n_failed"] + table["n_reference_failed"]
                <= table["n_pairs"] + table["n_both_failed"]
            )
            & (table["n_both_failed"] <= table[["n_failed", "n_reference_failed"]].min(axis=1))
        ),
    ),
)
