"""Costs of tuned arms on each problem of a part, from which performance profiles are made."""

from momentum_study.tables.arms import ARM_KEYS
from momentum_study.tables.comparison_columns import ARM_COLUMNS, CRITERION, PROBLEM_COLUMNS
from momentum_study.tables.keys import PROBLEM_KEYS
from momentum_study.tables.schema import NOT_NEGATIVE, Table, real, whole

ARM_COSTS = Table(
    file="arm_costs.csv",
    row="A problem, a criterion and an arm: its cost with the tuned cell, on both folds.",
    keys=(*PROBLEM_KEYS, "criterion", *ARM_KEYS),
    fields=(
        *PROBLEM_COLUMNS,
        CRITERION,
        *ARM_COLUMNS,
        real(
            "cost",
            "Geometric mean over the folds of the expected running time, or of the mean loss; "
            "infinite if the arm failed on either fold.",
            "updates or null loss",
            NOT_NEGATIVE,
        ),
        whole("n_runs", "Runs that are evaluated.", "runs", 1),
        whole("n_failed", "Runs among them that failed.", "runs"),
    ),
)
