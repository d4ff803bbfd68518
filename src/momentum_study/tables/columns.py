"""Columns that several tables of runs and cells have, each described once.

A column of one table alone is described in the module of that table.
"""

from dataclasses import replace

from momentum_study.tables.schema import (
    AT_MOST_ONE,
    BELOW_ONE,
    COSINE,
    FINITE,
    NOT_NEGATIVE,
    POSITIVE,
    SHARE,
    Column,
    real,
    text,
    whole,
)

GRID = text("grid", "Grid of the configuration that the run belongs to.")
DATASET = text("dataset", "Data set, by its name in the configuration.")
NETWORK = text("network", "Network, by its name in the configuration.")
RULE = text("rule", "Update rule, such as `gd`, `momentum` or `heavy_ball`.")
BATCH = text("batch", "Batch size as configured: a number of rows, or `full`.")
SCHEDULE = text("schedule", "Schedule of the learning rate or of β; `constant` for none.")
BETA = real(
    "beta",
    "Momentum coefficient β at the start of the run; 0 for a rule without one.",
    check=BELOW_ONE,
)
LEARNING_RATE = real(
    "learning_rate",
    "Learning rate at the start of the run, as the rule defines it: α for `gd` and for a moving "
    "average, η for `heavy_ball` and `nesterov`.",
    check=POSITIVE,
)
REPLICATE = whole(
    "replicate",
    "Number of the replicate: its split of the data, initial weights and order of minibatches.",
    "1",
)
CELL_KEY_COLUMNS = (GRID, DATASET, NETWORK, RULE, BATCH, SCHEDULE, BETA, LEARNING_RATE)
RUN_KEY_COLUMNS = (*CELL_KEY_COLUMNS, REPLICATE)

ALPHA = real(
    "alpha",
    "Effective learning rate α = η/(1 − β): the step per unit of a constant gradient.",
    check=POSITIVE,
)
ETA = real("eta", "Learning rate η = (1 − β)α of the equivalent heavy ball.", check=POSITIVE)
BATCH_SIZE = whole(
    "batch_size", "Rows per minibatch; the number of training rows for the full batch.", "rows", 1
)
STEPS = whole("steps", "Updates that the run may make.", "updates", 1)
GRADIENT_NOISE = real(
    "gradient_noise",
    "Standard deviation of the normal noise added to every component of every gradient.",
    "gradient",
    NOT_NEGATIVE,
)
CELL_FACT_COLUMNS = (ALPHA, ETA, BATCH_SIZE, STEPS, GRADIENT_NOISE)
CELL_FACTS = tuple(column.name for column in CELL_FACT_COLUMNS)
"""What all runs of a cell have in common besides its keys."""

STEP = whole("step", "Updates made before the evaluation.", "updates")
PARAMETERS = whole("parameters", "Weights and biases of the network.", "parameters", 1)
LAMBDA_MAX = real(
    "lambda_max",
    "Largest eigenvalue of the Hessian of the training loss before the first update.",
    "loss",
    FINITE,
)

NO_FINAL = "the run diverged"
NO_EVALUATION = "no evaluation before a divergence gave a finite value"

METRICS = {
    column.name: replace(column, dtype="float32")
    for column in (
        real(
            "train_loss_final",
            "Training loss after the last update.",
            "loss",
            NOT_NEGATIVE,
            missing=NO_FINAL,
        ),
        real(
            "train_loss_best",
            "Lowest training loss at any evaluation.",
            "loss",
            NOT_NEGATIVE,
            missing=NO_EVALUATION,
        ),
        real(
            "validation_loss_best",
            "Lowest validation loss at any evaluation.",
            "loss",
            NOT_NEGATIVE,
            missing=NO_EVALUATION,
        ),
        real(
            "test_loss_at_best",
            "Test loss at the evaluation with the lowest validation loss.",
            "loss",
            NOT_NEGATIVE,
            missing=NO_EVALUATION,
        ),
        real(
            "train_score_final",
            "Training score after the last update.",
            "score",
            AT_MOST_ONE,
            missing=NO_FINAL,
        ),
        real(
            "validation_score_best",
            "Highest validation score at any evaluation.",
            "score",
            AT_MOST_ONE,
            missing=NO_EVALUATION,
        ),
        real(
            "test_score_at_best",
            "Test score at the evaluation with the lowest validation loss.",
            "score",
            AT_MOST_ONE,
            missing=NO_EVALUATION,
        ),
        real(
            "up_step_share",
            "Share of consecutive evaluations between which the training loss rose.",
            "1",
            SHARE,
            missing="the run diverged before its second evaluation",
        ),
        real(
            "update_cosine",
            "Mean over evaluations of the cosine of the angle between the last two updates.",
            "1",
            COSINE,
            missing="no evaluation before a divergence had two updates to compare",
        ),
        real(
            "sign_flip_share",
            "Mean over evaluations of the share of weights whose last two updates differ in sign.",
            "1",
            SHARE,
            missing="no evaluation before a divergence had two updates to compare",
        ),
        real(
            "path_ratio",
            "Length of the path through the weights over the final distance from the start; "
            "each interval between evaluations counts with the length of its last update.",
            "1",
            NOT_NEGATIVE,
            missing="the run diverged, or ended where it had started",
        ),
        real(
            "gradient_norm_final",
            "Euclidean norm of the minibatch gradient of the last update.",
            "gradient",
            NOT_NEGATIVE,
            missing=NO_FINAL,
        ),
        real(
            "gradient_norm_mean",
            "Mean over evaluations of the norm of the last minibatch gradient.",
            "gradient",
            NOT_NEGATIVE,
            missing="the run diverged before its second evaluation",
        ),
    )
}
"""Metrics of a run that are summarised for its cell, in single precision as training mostly is."""

LOSS_METRICS = (
    "train_loss_final",
    "train_loss_best",
    "validation_loss_best",
    "test_loss_at_best",
)
SCORE_METRICS = ("train_score_final", "validation_score_best", "test_score_at_best")
PATH_METRICS = (
    "up_step_share",
    "update_cosine",
    "sign_flip_share",
    "path_ratio",
    "gradient_norm_final",
    "gradient_norm_mean",
)


def with_interval(column: Column, of: str) -> tuple[Column, Column, Column]:
    """Return a column and the two ends of its interval; `of` names the estimate in words."""
    low, high = (
        replace(
            column,
            name=f"{column.name}_{end.lower()}",
            meaning=f"{end} end of the interval of {of}.",
        )
        for end in ("Low", "High")
    )
    return column, low, high
