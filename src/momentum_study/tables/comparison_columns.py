"""Columns of the tables that compare update rules on problems, each described once."""

from momentum_study.tables.columns import BATCH, DATASET, GRADIENT_NOISE, NETWORK
from momentum_study.tables.schema import SHARE, Check, real, text, whole

FAMILY = text("family", "Grids that give every run the same budget, named after the first of them.")
PROBLEM_COLUMNS = (FAMILY, DATASET, NETWORK, BATCH, GRADIENT_NOISE)

ARM = text("arm", "What is tuned or compared: rules, β, schedule and range of learning rates.")
CRITERION = text(
    "criterion",
    "What runs are judged by: `speed` (updates to a target chosen for the problem), "
    "`steps_to_<target>`, `train_loss`, `test_loss`, `sign_flips` or `up_steps`.",
)
TARGET = text(
    "target",
    "Column of the target that `speed` means here; where replicates differ, all of them.",
    missing="the criterion is not `speed`, or there is nothing to judge",
)
STATE = text(
    "state",
    "State of the reference run at a quarter of its budget: `slow`, `oscillating`, `steady` "
    "or `diverged`.",
    missing="the question is not `intervention`, or there are no pairs",
)
COMPARISON_COLUMNS = (
    text("question", "What is compared: update rules, or a piece of advice with its alternative."),
    text(
        "basis",
        "How cells are matched: same α, same η, each side tuned, or all pairs of cells of equal α.",
        *("same_alpha", "same_eta", "tuned", "every_alpha"),
    ),
    text("reference", "Arm that the other arm is compared with."),
    ARM,
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
