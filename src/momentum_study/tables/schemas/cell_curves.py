"""The learning curves of cells."""

from itertools import pairwise

import numpy as np

from momentum_study.tables.columns import CELL_KEY_COLUMNS, STEP
from momentum_study.tables.keys import CELL_KEYS
from momentum_study.tables.schema import NOT_NEGATIVE, Check, Table, real, whole

CURVE_LOSSES = ("train_loss", "test_loss")
QUARTILES = ("q25", "median", "q75")
"""Summaries of the runs of a cell at an evaluation, in columns such as ``train_loss_median``."""

_WORDS = dict(zip(QUARTILES, ("First quartile", "Median", "Third quartile"), strict=True))

CELL_CURVES = Table(
    file="cell_curves.parquet",
    row="An evaluation of a cell: all of its replicates after the same number of updates.",
    keys=(*CELL_KEYS, "step"),
    fields=(
        *CELL_KEY_COLUMNS,
        STEP,
        whole("n_runs", "Runs of the cell.", "runs", 1),
        whole("n_diverged", "Runs that had diverged by then.", "runs"),
        *(
            real(
                f"{loss}_{quartile}",
                f"{_WORDS[quartile]} of `{loss}` over the runs; a diverged run counts as infinite.",
                "null loss",
                NOT_NEGATIVE,
            )
            for loss in CURVE_LOSSES
            for quartile in QUARTILES
        ),
    ),
    checks=(
        Check(
            "n_diverged must not exceed n_runs",
            lambda curves: curves["n_diverged"] <= curves["n_runs"],
        ),
        Check(
            "quartiles must not fall from the first to the third",
            lambda curves: np.all(
                [
                    curves[f"{loss}_{lower}"] <= curves[f"{loss}_{upper}"]
                    for loss in CURVE_LOSSES
                    for lower, upper in pairwise(QUARTILES)
                ],
                axis=0,
            ),
        ),
    ),
)
