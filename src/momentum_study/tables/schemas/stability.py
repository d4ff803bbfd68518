"""How well the stability limit at the start predicts which runs fail."""

from dataclasses import replace

from momentum_study.tables.columns import BATCH, DATASET, GRID, LAMBDA_MAX, NETWORK, with_interval
from momentum_study.tables.schema import NOT_NEGATIVE, SHARE, Table, ordered, real, text, whole

_NO_SHIFT = "there is one replicate alone, or all runs of the even replicates ended alike"

STABILITY = Table(
    file="stability.csv",
    row="A grid, data set, network, batch size and outcome that is predicted.",
    keys=("grid", "dataset", "network", "batch", "outcome"),
    fields=(
        GRID,
        DATASET,
        NETWORK,
        BATCH,
        text(
            "outcome",
            "What is predicted: that a run diverges, or that it fails, which includes a final "
            "training loss no better than that of the best constant prediction.",
            *("diverged", "failed"),
        ),
        replace(
            LAMBDA_MAX,
            meaning="Median over replicates of the largest eigenvalue of the Hessian at the start.",
        ),
        whole("n_runs", "Runs of a linear rule at a constant learning rate.", "runs", 1),
        whole("n_beyond", "Runs beyond the stability limit at the start.", "runs"),
        whole("n_bad", "Runs with the outcome.", "runs"),
        whole("n_both", "Runs beyond the limit with the outcome.", "runs"),
        whole("n_correct", "Runs of which the limit predicts the outcome correctly.", "runs"),
        *with_interval(
            real("accuracy", "Share of runs of which the prediction is correct.", "1", SHARE),
            "the accuracy",
        ),
        real(
            "shift",
            "Factor on the limit with which it is correct most often on the even replicates.",
            "1",
            NOT_NEGATIVE,
            missing=_NO_SHIFT,
        ),
        real(
            "accuracy_shifted",
            "Accuracy of the shifted limit on the odd replicates.",
            "1",
            SHARE,
            missing=_NO_SHIFT,
        ),
    ),
    checks=(ordered("accuracy_low", "accuracy_high"),),
)
