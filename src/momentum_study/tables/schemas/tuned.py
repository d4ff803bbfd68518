"""The cells that tuning chose."""

from dataclasses import replace

from momentum_study.tables.comparison_columns import ARM, CRITERION, PROBLEM_COLUMNS, TARGET
from momentum_study.tables.keys import PROBLEM_KEYS
from momentum_study.tables.schema import NOT_NEGATIVE, SHARE, Check, Table, real, text, whole

_NO_CELL = "no cell could be chosen; see `reason`"
_SCORE = "updates or null loss"

TUNED = Table(
    file="tuned.csv",
    row="A problem, an arm, a criterion and the half of the replicates that is reported: the cell "
    "that was chosen on the other half.",
    keys=(*PROBLEM_KEYS, "arm", "criterion", "reported"),
    fields=(
        *PROBLEM_COLUMNS,
        ARM,
        CRITERION,
        text("reported", "Replicates that are reported; the others chose.", "even", "odd"),
        replace(TARGET, meaning="Column of the target that `speed` means on this half."),
        whole("n_trials", "Cells that could be chosen.", "cells"),
        text("rule", "Update rule of the chosen cell.", missing=_NO_CELL),
        real("beta", "Momentum coefficient β of the chosen cell.", "1", SHARE, missing=_NO_CELL),
        real(
            "learning_rate",
            "Learning rate of the chosen cell, as its rule defines it.",
            "1",
            NOT_NEGATIVE,
            missing=_NO_CELL,
        ),
        real(
            "alpha",
            "Effective learning rate α of the chosen cell.",
            "1",
            NOT_NEGATIVE,
            missing=_NO_CELL,
        ),
        real(
            "eta",
            "Heavy-ball learning rate η of the chosen cell.",
            "1",
            NOT_NEGATIVE,
            missing=_NO_CELL,
        ),
        real(
            "selected_score",
            "Score on the half that chose, smaller is better: expected running time to the target, "
            "or geometric mean of relative losses; infinite after a failure.",
            _SCORE,
            NOT_NEGATIVE,
            missing=_NO_CELL,
        ),
        real(
            "reported_score",
            "The same score on the half that is reported.",
            _SCORE,
            NOT_NEGATIVE,
            missing="no cell could be chosen, or a run of it is not there",
        ),
        real(
            "optimism",
            "ln(reported_score / selected_score): how much worse the cell is than it was chosen "
            "for.",
            "1",
            missing="no cell could be chosen, or both scores are infinite",
        ),
        real(
            "outcome",
            "Geometric mean of the reported costs: updates to the target, final training loss or "
            "test loss at the lowest validation loss; infinite after a failure.",
            _SCORE,
            NOT_NEGATIVE,
            missing="no run is reported",
        ),
        real(
            "median_updates",
            "Median of the updates to the target over the reported half, after Kaplan and Meier; "
            "infinite if no more than half of the runs reach it.",
            "updates",
            NOT_NEGATIVE,
            missing="the criterion is a loss, or no run is reported",
        ),
        real(
            "win_share",
            "Share of resamples of the choosing replicates in which the cell wins again.",
            "1",
            SHARE,
            missing=_NO_CELL,
        ),
        whole("n_reported", "Runs that are reported.", "runs"),
        whole("n_diverged", "Runs among them that diverged.", "runs"),
        whole("n_missed", "Other runs among them that failed.", "runs"),
        text(
            "edge",
            "How to extend the grid.",
            missing="the chosen cell lies within the grid, or there is none",
        ),
        text("reason", "Why there is no cell.", missing="there is one"),
    ),
    checks=(
        Check(
            "a reason: in every row without a cell, in no other",
            lambda table: (table["reason"] != "") == table["learning_rate"].isna(),
        ),
        Check(
            "n_diverged and n_missed must not exceed n_reported",
            lambda table: table["n_diverged"] + table["n_missed"] <= table["n_reported"],
        ),
    ),
)
