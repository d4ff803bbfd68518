"""What update rules gain over gradient descent without momentum, on each problem."""

from momentum_study.tables.arms import ARM_KEYS, REFERENCE_KEYS
from momentum_study.tables.comparison_columns import (
    COMPARISON_COLUMNS,
    COUNT_COLUMNS,
    EFFECT_CHECKS,
    EFFECT_COLUMNS,
    PROBABILITY,
    PROBLEM_COLUMNS,
    STATE,
    TARGET_RANGE,
)
from momentum_study.tables.keys import PROBLEM_KEYS
from momentum_study.tables.schema import SHARE, Table, real, text

CONTRASTS = Table(
    file="contrasts.csv",
    row="A problem, a comparison of rules and a criterion: all pairs of replicates together.",
    keys=(
        *PROBLEM_KEYS,
        *("question", "comparison", *REFERENCE_KEYS, *ARM_KEYS),
        *("criterion", "hardest_target", "state"),
    ),
    fields=(
        *PROBLEM_COLUMNS,
        *COMPARISON_COLUMNS,
        *TARGET_RANGE,
        STATE,
        text(
            "unit",
            "Unit of the effect: a natural logarithm of a ratio of costs, or a difference of "
            "shares.",
            *("log_ratio", "share"),
        ),
        *EFFECT_COLUMNS,
        PROBABILITY,
        real("p_value", "Two-sided p-value of Wilcoxon's signed-rank test.", "1", SHARE),
        real(
            "p_holm",
            "`p_value` corrected after Holm over the data sets of the same comparison.",
            "1",
            SHARE,
        ),
        *COUNT_COLUMNS,
        text(
            "reason",
            "Why replicates are not compared, for example because nothing was tuned.",
            missing="all of them are",
        ),
    ),
    checks=EFFECT_CHECKS,
)
