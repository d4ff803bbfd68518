"""The cells that tuning chose."""

from momentum_study.tables.arms import ARM_KEYS
from momentum_study.tables.comparison_columns import ARM_COLUMNS, CRITERION, PROBLEM_COLUMNS, TARGET
from momentum_study.tables.keys import PROBLEM_KEYS
from momentum_study.tables.schema import NOT_NEGATIVE, SHARE, Check, Table, real, text, whole

_NO_CELL = "no cell could be chosen; see `reason`"
_SCORE = "updates or null loss"

TUNED = Table(
    file="tuned.csv",
    row="A problem, an arm, a criterion and the fold of the replicates to evaluate on: the cell "
    "that was chosen on the other fold.",
    keys=(*PROBLEM_KEYS, *ARM_KEYS, "criterion", "target", "evaluation_fold"),
    fields=(
        *PROBLEM_COLUMNS,
        *ARM_COLUMNS,
        CRITERION,
        TARGET,
        text(
            "evaluation_fold",
            "Replicates that the cell is evaluated on; it was chosen on the others.",
            *("even", "odd"),
        ),
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
            "selection_score",
            "Score on the fold it was chosen on, smaller is better: expected running time to the "
            "target, or geometric mean of relative losses; infinite after a failure.",
            _SCORE,
            NOT_NEGATIVE,
            missing=_NO_CELL,
        ),
        real(
            "evaluation_score",
            "The same score on the evaluation fold.",
            _SCORE,
            NOT_NEGATIVE,
            missing="no cell could be chosen, or a run of it is not there",
        ),
        real(
            "optimism",
            "ln(evaluation_score / selection_score): how much worse the cell is than on the fold "
            "it was chosen on.",
            "1",
            missing="no cell could be chosen, or both scores are infinite",
        ),
        real(
            "outcome",
            "Geometric mean of the costs on the evaluation fold: updates to the target, final "
            "training loss or test loss at the lowest validation loss; infinite after a failure.",
            _SCORE,
            NOT_NEGATIVE,
            missing="no run is evaluated",
        ),
        real(
            "median_updates",
            "Median of the updates to the target on the evaluation fold, infinite if no more than "
            "half of the runs reach it; also the Kaplan–Meier median, since budgets are equal.",
            "updates",
            NOT_NEGATIVE,
            missing="the criterion is a loss, or no run is evaluated",
        ),
        real(
            "win_share",
            "Share of resamples of the replicates to choose on in which the cell wins again.",
            "1",
            SHARE,
            missing="no cell could be chosen, or every cell failed, so that none wins",
        ),
        whole("n_evaluated", "Runs that the cell is evaluated on.", "runs"),
        whole("n_diverged", "Runs among them that diverged.", "runs"),
        whole("n_missed", "Other runs among them that failed.", "runs"),
        *(
            real(
                f"extend_{name}_{side}",
                f"{symbol} to add to the grid, since the chosen cell has the {end} one.",
                check=check,
                missing="the chosen cell does not lie on this edge of the grid, there is none, or "
                f"the grid has one {symbol[0].lower()}{symbol[1:]}, so that nothing was tuned",
            )
            for name, symbol, check in (
                ("rate", "Learning rate", NOT_NEGATIVE),
                ("beta", "β", SHARE),
            )
            for side, end in (("below", "smallest"), ("above", "largest"))
        ),
        text(
            "reason",
            "Why nothing was tuned: there is no replicate to choose by, and thus no cell, or none "
            "to evaluate on; there is one learning rate; or a run of every cell failed.",
            missing="a cell was tuned",
        ),
    ),
    checks=(
        Check(
            "a reason: in every row without a cell",
            lambda table: (table["reason"] != "") | table["learning_rate"].notna(),
        ),
        Check(
            "n_diverged and n_missed must not exceed n_evaluated",
            lambda table: table["n_diverged"] + table["n_missed"] <= table["n_evaluated"],
        ),
    ),
)

EXTENSIONS = tuple(name for name in TUNED.columns if name.startswith("extend_"))
"""Columns of the values to add to a grid if the chosen cell is on its edge."""
