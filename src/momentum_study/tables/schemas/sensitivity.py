"""How exactly β and α have to be chosen."""

from momentum_study.tables.columns import RULE, with_interval
from momentum_study.tables.comparison_columns import CRITERION, PROBLEM_COLUMNS
from momentum_study.tables.keys import PROBLEM_KEYS
from momentum_study.tables.schema import NOT_NEGATIVE, SHARE, Table, real, whole

_ALL_FAILED = "all cells failed"

SENSITIVITY = Table(
    file="sensitivity.csv",
    row="A problem, a criterion, a rule and one of its β, or all of them together.",
    keys=(*PROBLEM_KEYS, "criterion", "rule", "beta"),
    fields=(
        *PROBLEM_COLUMNS,
        CRITERION,
        RULE,
        real(
            "beta",
            "Momentum coefficient β of the cells.",
            "1",
            SHARE,
            missing="the row is about all coefficients of the rule",
        ),
        whole("n_cells", "Cells, which differ in α, and in β where that is missing.", "cells", 1),
        whole("n_failed_cells", "Cells with an infinite score.", "cells"),
        whole("n_runs", "Runs of these cells.", "runs", 1),
        whole("n_failed", "Runs among them that failed.", "runs"),
        *with_interval(
            real(
                "near_best_share",
                "Share of the cells whose score is within the margin of the best that the rule "
                "has at any β.",
                "1",
                SHARE,
            ),
            "the share",
        ),
        real(
            "width_decades",
            "Width in α of the cells around the best one that are within the margin, at its β.",
            "decades",
            NOT_NEGATIVE,
            missing="all cells failed, or there is one α alone",
        ),
        real("best_beta", "β of the best cell.", "1", SHARE, missing=_ALL_FAILED),
        *with_interval(
            real("best_alpha", "α of the best cell.", "1", NOT_NEGATIVE, missing=_ALL_FAILED),
            "the best α",
        ),
        real(
            "best_alpha_lambda_max",
            "The best α times the median λ_max at the start.",
            "1",
            NOT_NEGATIVE,
            missing="all cells failed, or λ_max was not measured",
        ),
        *with_interval(
            real(
                "scaling_exponent",
                "Exponent d of best α ∝ (1/(1 − β))^d: 0 if the best α is the same for every β, "
                "1 if the best η is.",
                "1",
                missing="the row is about one β, or cells succeed at fewer than two β",
            ),
            "the exponent",
        ),
    ),
)
