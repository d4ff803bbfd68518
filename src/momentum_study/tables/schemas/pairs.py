"""Pairs of runs, of an arm and of what it is compared with."""

from dataclasses import replace

from momentum_study.tables.arms import ARM_KEYS, REFERENCE_KEYS
from momentum_study.tables.columns import (
    ALPHA,
    BATCH_SIZE,
    BETA,
    LEARNING_RATE,
    REPLICATE,
    RULE,
)
from momentum_study.tables.comparison_columns import (
    COMPARISON_COLUMNS,
    PROBLEM_COLUMNS,
    STATE,
    TARGET,
)
from momentum_study.tables.keys import PROBLEM_KEYS
from momentum_study.tables.schema import NOT_NEGATIVE, Table, flag, real

_COST_UNIT = "see `criterion`"
_COST = (
    "updates for `speed` and a target, the relative loss for a loss, the share for a shape of the "
    "path; infinite if it failed"
)
_NO_SHAPE = "a shape of the path is compared, and the run diverged or has none"

PAIRS = Table(
    file="pairs.parquet",
    row="A comparison and a replicate: two runs from the same start, over the same minibatches.",
    keys=(
        *PROBLEM_KEYS,
        *("question", "comparison", *REFERENCE_KEYS, *ARM_KEYS),
        *("criterion", "target", "alpha", "replicate"),
    ),
    fields=(
        *PROBLEM_COLUMNS,
        BATCH_SIZE,
        *COMPARISON_COLUMNS,
        TARGET,
        REPLICATE,
        replace(BETA, name="reference_beta", meaning="β of the run of the reference."),
        replace(
            LEARNING_RATE,
            name="reference_rate",
            meaning="Learning rate of the run of the reference, as its rule defines it.",
        ),
        replace(RULE, meaning="Update rule of the run of the arm."),
        replace(BETA, meaning="β of the run of the arm."),
        replace(LEARNING_RATE, meaning="Learning rate of the run of the arm, as its rule has it."),
        replace(ALPHA, meaning="Effective learning rate α of the run of the arm."),
        STATE,
        real(
            "reference_cost",
            f"Cost of the run of the reference: {_COST}.",
            _COST_UNIT,
            NOT_NEGATIVE,
            missing=_NO_SHAPE,
        ),
        real(
            "cost",
            f"Cost of the run of the arm: {_COST}.",
            _COST_UNIT,
            NOT_NEGATIVE,
            missing=_NO_SHAPE,
        ),
        flag("reference_diverged", "Whether the run of the reference diverged."),
        flag("diverged", "Whether the run of the arm diverged."),
        real(
            "gain",
            "ln(reference_cost / cost), of shapes of the path reference_cost − cost; above 0 if "
            "the arm does better, infinite if one run failed.",
            "1",
            missing="both runs failed, or a shape of the path is missing",
        ),
    ),
)
