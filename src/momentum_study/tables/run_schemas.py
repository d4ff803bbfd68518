"""Schemas of the tables: columns, types, ranges, and what must agree within a row."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import pandera.pandas as pa
from numpy.typing import NDArray

from momentum_study.tables.columns import (
    NOT_NEGATIVE,
    SHARE,
    Mask,
    cell_key_columns,
    check,
    positive,
    real,
    row_check,
    run_key_columns,
    text,
    whole,
)
from momentum_study.tables.keys import CELL_KEYS, RUN_KEYS, TARGET, target_columns

CELL_FACTS = ("alpha", "eta", "batch_size", "steps", "gradient_noise")

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

CURVE_LOSSES = ("train_loss", "test_loss")
QUARTILES = ("q25", "median", "q75")
"""What there is of the runs of a cell at an evaluation: columns such as ``train_loss_median``."""


def _per_target(dtype: str) -> pa.Column:
    """Columns of one kind, one for each target of the study."""
    test = check(lambda value: value >= 0, "must not be negative")
    return pa.Column(dtype, test, nullable=dtype != "int64", regex=True, required=False)


_COSINE = (-1.0, 1.0)
_SCORE = (-np.inf, 1.0)  # accuracy, or R^2, which has no lower bound
_RANGES = {
    **dict.fromkeys(LOSS_METRICS, NOT_NEGATIVE),
    **dict.fromkeys(SCORE_METRICS, _SCORE),
    **dict.fromkeys(PATH_METRICS, NOT_NEGATIVE),
    "up_step_share": SHARE,
    "update_cosine": _COSINE,
    "sign_flip_share": SHARE,
}


def _diverged(runs: pd.DataFrame) -> Mask:
    return np.asarray(runs["status"] == "diverged")


def _floats(frame: pd.DataFrame, columns: Sequence[str]) -> NDArray[np.float64]:
    """Columns as a float64 array (rows, columns), missing values as NaN."""
    return np.stack([frame[c].to_numpy("float64", na_value=np.nan) for c in columns], axis=1)


def _no_column(broken: Mask) -> Mask:
    """Rows of ``(rows, columns)`` that are false in every column."""
    return np.asarray(~broken.any(axis=1))


_FINALS = tuple(
    f"{part}_{kind}_final" for part in ("train", "validation", "test") for kind in ("loss", "score")
)


def _reason_given(runs: pd.DataFrame) -> Mask:
    diverged = _diverged(runs)
    has_step = runs["first_bad_step"].notna().to_numpy(bool)
    has_reason = (runs["reason"] != "").to_numpy(bool)
    return np.asarray((has_step == diverged) & (has_reason == diverged))


def _rates_agree(runs: pd.DataFrame) -> Mask:
    beta, rate, alpha, eta = _floats(runs, ["beta", "learning_rate", "alpha", "eta"]).T
    agree = np.isclose(eta, (1 - beta) * alpha, rtol=1e-9, atol=0) & (eta <= alpha)
    return np.asarray(agree & ((rate == alpha) | (rate == eta)))


def _descent_has_no_beta(runs: pd.DataFrame) -> Mask:
    return ((runs["rule"] != "gd") | (runs["beta"] == 0)).to_numpy(bool)


def _finals_match_status(runs: pd.DataFrame) -> Mask:
    losses = _floats(runs, ["train_loss_initial", "train_loss_best", "train_loss_final"])
    return np.where(
        _diverged(runs),
        np.isnan(_floats(runs, _FINALS)).all(axis=1),
        np.isfinite(losses).all(axis=1),
    )


def _best_no_worse_than_final(runs: pd.DataFrame) -> Mask:
    # A comparison with NaN is false, so a missing value passes here.
    worse = (
        (runs["train_loss_best"] > runs["train_loss_final"])
        | (runs["validation_loss_best"] > runs["validation_loss_final"])
        | (runs["validation_score_best"] < runs["validation_score_final"])
    )
    return ~worse.to_numpy(bool)


def _steps_within_budget(runs: pd.DataFrame) -> Mask:
    columns = ["first_bad_step", "step_best_validation", *target_columns(runs.columns)]
    beyond = _floats(runs, columns) > runs[["steps"]].to_numpy()
    return _no_column(beyond)


def _targets_in_order(runs: pd.DataFrame) -> Mask:
    targets = target_columns(runs.columns)
    if not targets:
        return np.ones(len(runs), dtype=bool)
    steps = np.nan_to_num(_floats(runs, targets), nan=np.inf)
    return _no_column(steps[:, :-1] > steps[:, 1:])


def _nothing_after_divergence(curves: pd.DataFrame) -> Mask:
    dead = curves["train_loss"].isna()
    stray = pd.Series(False, index=curves.index)
    for column in _EVALUATED:
        stray |= dead & curves[column].notna()
    return ~stray.to_numpy(bool)


def _counts_add_up(cells: pd.DataFrame) -> Mask:
    runs, completed, diverged = _floats(cells, ["n_runs", "n_completed", "n_diverged"]).T
    rate = cells["divergence_rate"].to_numpy()
    return np.asarray((completed + diverged == runs) & np.isclose(rate * runs, diverged))


def _metric_counts_fit(cells: pd.DataFrame) -> Mask:
    counts = [column for column in cells.columns if column.endswith("_n")]
    return _no_column(cells[counts].to_numpy() > cells[["n_runs"]].to_numpy())


def _intervals_in_order(cells: pd.DataFrame) -> Mask:
    lows = [column for column in cells.columns if column.endswith("_low")]
    highs = [column.removesuffix("_low") + "_high" for column in lows]
    return _no_column(_floats(cells, lows) > _floats(cells, highs))


def _no_more_diverged_than_runs(curves: pd.DataFrame) -> Mask:
    return (curves["n_diverged"] <= curves["n_runs"]).to_numpy(bool)


def _quartiles_in_order(curves: pd.DataFrame) -> Mask:
    broken = [
        curves[f"{loss}_{lower}"] > curves[f"{loss}_{upper}"]
        for loss in CURVE_LOSSES
        for lower, upper in pairwise(QUARTILES)
    ]
    return _no_column(np.stack(broken, axis=1))


RUNS = pa.DataFrameSchema(
    {
        **run_key_columns(),
        "alpha": positive(),
        "eta": positive(),
        "batch_size": whole(1),
        "steps": whole(1),
        "gradient_noise": real(*NOT_NEGATIVE, nullable=False),
        "parameters": whole(1),
        "null_loss": real(*NOT_NEGATIVE, nullable=False),
        "status": text("completed", "diverged"),
        "first_bad_step": whole(0, nullable=True),
        "reason": text("", "non_finite", "loss_limit"),
        "train_loss_initial": real(*NOT_NEGATIVE, "float32"),
        "train_loss_final": real(*NOT_NEGATIVE, "float32"),
        "train_loss_best": real(*NOT_NEGATIVE, "float32"),
        "validation_loss_final": real(*NOT_NEGATIVE, "float32"),
        "validation_loss_best": real(*NOT_NEGATIVE, "float32"),
        "test_loss_final": real(*NOT_NEGATIVE, "float32"),
        "test_loss_at_best": real(*NOT_NEGATIVE, "float32"),
        "step_best_validation": whole(0, nullable=True),
        "train_score_final": real(*_SCORE, "float32"),
        "validation_score_final": real(*_SCORE, "float32"),
        "validation_score_best": real(*_SCORE, "float32"),
        "test_score_final": real(*_SCORE, "float32"),
        "test_score_at_best": real(*_SCORE, "float32"),
        f"^{TARGET}$": _per_target("Int64"),
        "up_step_share": real(*SHARE, "float32"),
        "update_cosine": real(*_COSINE, "float32"),
        "sign_flip_share": real(*SHARE, "float32"),
        "path_ratio": real(*NOT_NEGATIVE, "float32"),
        "gradient_norm_mean": real(*NOT_NEGATIVE, "float32"),
        "gradient_norm_final": real(*NOT_NEGATIVE, "float32"),
        "train_loss_early": real(*NOT_NEGATIVE, "float32"),
        "up_step_share_early": real(*SHARE, "float32"),
    },
    checks=[
        row_check(_reason_given, "first_bad_step and reason: in every diverged run, in no other"),
        row_check(_rates_agree, "eta must be (1 - beta) alpha, and learning_rate one of the two"),
        row_check(_descent_has_no_beta, "rule gd must have beta 0"),
        row_check(
            _finals_match_status,
            "a completed run must have finite train losses, a diverged run no final values",
        ),
        row_check(_best_no_worse_than_final, "a best value must be no worse than the final one"),
        row_check(_steps_within_budget, "no step may lie beyond the run's last, steps"),
        row_check(_targets_in_order, "an easier target must be reached no later than a harder"),
    ],
    unique=list(RUN_KEYS),
    strict=True,
    name="runs",
)
"""One row per run. ``*_final`` is missing where a run diverged, ``steps_to_*`` where it missed.

Metrics are in single precision, which is what most networks are trained in.
"""

_EVALUATED = {
    "train_loss": NOT_NEGATIVE,
    "validation_loss": NOT_NEGATIVE,
    "test_loss": NOT_NEGATIVE,
    "train_score": _SCORE,
    "validation_score": _SCORE,
    "test_score": _SCORE,
    "gradient_norm": NOT_NEGATIVE,
    "update_norm": NOT_NEGATIVE,
    "update_cosine": _COSINE,
    "sign_flip_share": SHARE,
}

CURVES = pa.DataFrameSchema(
    {
        **run_key_columns(),
        "step": whole(0),
        **{name: real(*limits, "float32") for name, limits in _EVALUATED.items()},
    },
    checks=[
        row_check(_nothing_after_divergence, "without a train loss no other value may be there"),
    ],
    unique=[*RUN_KEYS, "step"],
    strict=True,
    name="curves",
)
"""One row per run and evaluation; its values are missing from a divergence on."""

CELL_CURVES = pa.DataFrameSchema(
    {
        **cell_key_columns(),
        "step": whole(0),
        "n_runs": whole(1),
        "n_diverged": whole(0),
        **{
            f"{loss}_{quartile}": real(*NOT_NEGATIVE, nullable=False)
            for loss in CURVE_LOSSES
            for quartile in QUARTILES
        },
    },
    checks=[
        row_check(_no_more_diverged_than_runs, "n_diverged must not exceed n_runs"),
        row_check(_quartiles_in_order, "quartiles must not fall from the first to the third"),
    ],
    unique=[*CELL_KEYS, "step"],
    strict=True,
    name="cell_curves",
)
"""One row per cell and evaluation, as `momentum_study.analysis.curves` makes it.

Losses are relative to the best constant's, and infinite for a run from its divergence on.
"""

_ESTIMATES = ("median", "median_low", "median_high", "iqm", "iqm_low", "iqm_high")


def _metric_columns(metrics: Iterable[str]) -> dict[str, pa.Column]:
    columns = {}
    for metric in metrics:
        columns[f"{metric}_n"] = whole(0)
        for estimate in _ESTIMATES:
            columns[f"{metric}_{estimate}"] = real(*_RANGES[metric])
    return columns


COST = pa.DataFrameSchema(
    {
        "stage": text(),
        "job": text(),
        "started": real(*NOT_NEGATIVE),
        "finished": real(*NOT_NEGATIVE),
        "seconds": real(*NOT_NEGATIVE),
        "processor_seconds": real(*NOT_NEGATIVE),
        "peak_mib": real(*NOT_NEGATIVE),
        "runs": whole(1, nullable=True),
        "net_updates": whole(0, nullable=True),
        "training_seconds": real(*NOT_NEGATIVE),
        "us_per_net_update": real(*NOT_NEGATIVE),
    },
    unique=["stage", "job"],
    strict=True,
    name="cost",
)
"""One row per job; what training jobs alone measure is missing from the others."""

CELLS = pa.DataFrameSchema(
    {
        **cell_key_columns(),
        "alpha": positive(),
        "eta": positive(),
        "batch_size": whole(1),
        "steps": whole(1),
        "gradient_noise": real(*NOT_NEGATIVE, nullable=False),
        "n_runs": whole(1),
        "n_completed": whole(0),
        "n_diverged": whole(0),
        "divergence_rate": real(*SHARE, nullable=False),
        "divergence_rate_low": real(*SHARE, nullable=False),
        "divergence_rate_high": real(*SHARE, nullable=False),
        **_metric_columns((*LOSS_METRICS, *SCORE_METRICS)),
        f"^{TARGET}_n$": _per_target("int64"),
        **{f"^{TARGET}_{estimate}$": _per_target("float64") for estimate in _ESTIMATES},
        **_metric_columns(PATH_METRICS),
    },
    checks=[
        row_check(_counts_add_up, "n_runs must be n_completed + n_diverged, and the rate fit"),
        row_check(_metric_counts_fit, "no metric may have more runs than n_runs"),
        row_check(_intervals_in_order, "the low end of an interval must not exceed its high end"),
    ],
    unique=list(CELL_KEYS),
    strict=True,
    name="cells",
)
"""One row per cell, as `momentum_study.analysis.cells.cells_table` makes it."""
