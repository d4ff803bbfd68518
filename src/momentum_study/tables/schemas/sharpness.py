"""The sharpness along some runs."""

from momentum_study.tables.columns import ALPHA, ETA, RUN_KEY_COLUMNS, STEP
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.schema import NOT_NEGATIVE, POSITIVE, Table, real

SHARPNESS = Table(
    file="sharpness.csv",
    row="A checkpoint of a run that was followed.",
    keys=(*RUN_KEYS, "step"),
    fields=(
        *RUN_KEY_COLUMNS,
        STEP,
        ALPHA,
        ETA,
        real(
            "train_loss",
            "Loss on all training rows.",
            "loss",
            NOT_NEGATIVE,
            missing="the run has diverged",
        ),
        real(
            "lambda_max",
            "Largest eigenvalue of the Hessian of the training loss at this point.",
            "loss",
            missing="the run has diverged",
        ),
        real(
            "stability_limit",
            "Largest curvature at which the rule is stable on a quadratic at this learning rate.",
            "loss",
            POSITIVE,
        ),
    ),
)
