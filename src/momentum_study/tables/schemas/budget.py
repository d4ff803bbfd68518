"""The best of k random trials."""

from momentum_study.tables.arms import ARM_KEYS
from momentum_study.tables.columns import with_interval
from momentum_study.tables.comparison_columns import ARM_COLUMNS, PROBLEM_COLUMNS
from momentum_study.tables.keys import PROBLEM_KEYS
from momentum_study.tables.schema import NOT_NEGATIVE, Table, real, whole

BUDGET = Table(
    file="budget.csv",
    row="A problem, an arm and a number of trials: the best of so many random cells.",
    keys=(*PROBLEM_KEYS, *ARM_KEYS, "trials"),
    fields=(
        *PROBLEM_COLUMNS,
        *ARM_COLUMNS,
        whole("trials", "Number k of trials: different cells, drawn at random.", "cells", 1),
        whole("n_cells", "Cells of the arm.", "cells", 1),
        whole("n_replicates", "Replicates in which all cells were run.", "replicates", 1),
        whole("n_runs", "Runs that enter.", "runs", 1),
        whole("n_diverged", "Runs among them that diverged.", "runs"),
        *with_interval(
            real(
                "validation_loss",
                "Expected lowest validation loss of k trials, interquartile mean over replicates; "
                "a failed trial counts as the best constant prediction.",
                "null loss",
                NOT_NEGATIVE,
            ),
            "the expected validation loss",
        ),
        *with_interval(
            real(
                "test_loss",
                "Expected test loss of the trial with the lowest validation loss, interquartile "
                "mean over replicates; at most 1.",
                "null loss",
                NOT_NEGATIVE,
            ),
            "the expected test loss",
        ),
        real(
            "draw_low",
            "10 % point of the lowest validation loss over draws of k trials.",
            "null loss",
            NOT_NEGATIVE,
        ),
        real(
            "draw_high",
            "90 % point of the lowest validation loss over draws of k trials.",
            "null loss",
            NOT_NEGATIVE,
        ),
        *with_interval(
            real(
                "advantage",
                "ln(test loss of gradient descent without momentum after k trials / test loss of "
                "the arm), interquartile mean over replicates; above 0 if the arm is better.",
                "1",
                missing="gradient descent without momentum was not run",
            ),
            "the advantage",
        ),
    ),
)
