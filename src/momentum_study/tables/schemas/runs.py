"""The table of runs."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from momentum_study.tables.columns import (
    CELL_FACT_COLUMNS,
    METRICS,
    NO_EVALUATION,
    NO_FINAL,
    PARAMETERS,
    RUN_KEY_COLUMNS,
)
from momentum_study.tables.keys import RUN_KEYS, target_columns
from momentum_study.tables.schema import (
    AT_MOST_ONE,
    NOT_NEGATIVE,
    PER_TARGET,
    SHARE,
    Check,
    Column,
    Table,
    real,
    text,
    whole,
)

if TYPE_CHECKING:
    import pandas as pd

Mask = NDArray[np.bool_]

_PARTS = ("train", "validation", "test")
_FINALS = tuple(f"{part}_{kind}_final" for part in _PARTS for kind in ("loss", "score"))


def _final(part: str, kind: str) -> Column:
    check = NOT_NEGATIVE if kind == "loss" else AT_MOST_ONE
    meaning = f"{part.title()} {kind} after the last update."
    return real(f"{part}_{kind}_final", meaning, kind, check, missing=NO_FINAL, dtype="float32")


def _floats(runs: "pd.DataFrame", columns: Sequence[str]) -> NDArray[np.float64]:
    """Columns as a float64 array ``(rows, columns)``, missing values as NaN."""
    return np.stack([runs[c].to_numpy("float64", na_value=np.nan) for c in columns], axis=1)


def _reason_given(runs: "pd.DataFrame") -> "pd.Series":
    diverged = runs["status"] == "diverged"
    return (runs["first_bad_step"].notna() == diverged) & ((runs["reason"] != "") == diverged)


def _rates_agree(runs: "pd.DataFrame") -> Mask:
    beta, rate, alpha, eta = _floats(runs, ["beta", "learning_rate", "alpha", "eta"]).T
    agree = np.isclose(eta, (1 - beta) * alpha, rtol=1e-9, atol=0) & (eta <= alpha)
    return np.asarray(agree & ((rate == alpha) | (rate == eta)))


def _finals_match_status(runs: "pd.DataFrame") -> Mask:
    losses = _floats(runs, ["train_loss_initial", "train_loss_best", "train_loss_final"])
    return np.where(
        runs["status"] == "diverged",
        np.isnan(_floats(runs, _FINALS)).all(axis=1),
        np.isfinite(losses).all(axis=1),
    )


def _best_no_worse_than_final(runs: "pd.DataFrame") -> "pd.Series":
    # A comparison with NaN is false, so a missing value passes here.
    worse = (
        (runs["train_loss_best"] > runs["train_loss_final"])
        | (runs["validation_loss_best"] > runs["validation_loss_final"])
        | (runs["validation_score_best"] < runs["validation_score_final"])
    )
    return ~worse


def _steps_within_budget(runs: "pd.DataFrame") -> Mask:
    columns = ["first_bad_step", "step_best_validation", *target_columns(runs.columns)]
    return np.asarray(~(_floats(runs, columns) > runs[["steps"]].to_numpy()).any(axis=1))


def _targets_in_order(runs: "pd.DataFrame") -> Mask:
    targets = target_columns(runs.columns)
    if not targets:
        return np.ones(len(runs), dtype=bool)
    steps = np.nan_to_num(_floats(runs, targets), nan=np.inf)
    return np.asarray((steps[:, :-1] <= steps[:, 1:]).all(axis=1))


RUNS = Table(
    file="runs.parquet",
    row="A training run: one network, trained once.",
    keys=RUN_KEYS,
    fields=(
        *RUN_KEY_COLUMNS,
        *CELL_FACT_COLUMNS,
        PARAMETERS,
        real(
            "null_loss",
            "Training loss of the best constant prediction for this replicate.",
            "loss",
            NOT_NEGATIVE,
        ),
        text("status", "How the run ended.", "completed", "diverged"),
        whole(
            "first_bad_step",
            "Updates made when the divergence was detected.",
            "updates",
            missing="the run completed",
        ),
        text(
            "reason",
            "Why the run counts as diverged: a weight or loss that is not finite, or a training "
            "loss beyond the limit.",
            *("", "non_finite", "loss_limit"),
            missing="the run completed",
        ),
        real(
            "train_loss_initial",
            "Training loss before the first update.",
            "loss",
            NOT_NEGATIVE,
            missing="it is not finite",
            dtype="float32",
        ),
        _final("train", "loss"),
        METRICS["train_loss_best"],
        _final("validation", "loss"),
        METRICS["validation_loss_best"],
        _final("test", "loss"),
        METRICS["test_loss_at_best"],
        whole(
            "step_best_validation",
            "Updates made before the evaluation with the lowest validation loss.",
            "updates",
            missing=NO_EVALUATION,
        ),
        _final("train", "score"),
        _final("validation", "score"),
        METRICS["validation_score_best"],
        _final("test", "score"),
        METRICS["test_score_at_best"],
        Column(
            PER_TARGET,
            "Int64",
            "Updates before the first evaluation with a training loss of at most this fraction of "
            "`null_loss`.",
            "updates",
            NOT_NEGATIVE,
            "no evaluation reached the target",
        ),
        *(METRICS[name] for name in ("up_step_share", "update_cosine", "sign_flip_share")),
        *(METRICS[name] for name in ("path_ratio", "gradient_norm_mean", "gradient_norm_final")),
        real(
            "train_loss_early",
            "Training loss at the last evaluation within a quarter of the budget.",
            "loss",
            NOT_NEGATIVE,
            missing="the run had diverged by then",
            dtype="float32",
        ),
        real(
            "up_step_share_early",
            "Share of rises of the training loss, as `up_step_share`, within a quarter of the "
            "budget.",
            "1",
            SHARE,
            missing="there were fewer than two evaluations by then",
            dtype="float32",
        ),
    ),
    checks=(
        Check("first_bad_step and reason: in every diverged run, in no other", _reason_given),
        Check("eta must be (1 - beta) alpha, and learning_rate one of the two", _rates_agree),
        Check(
            "rule gd must have beta 0", lambda runs: (runs["rule"] != "gd") | (runs["beta"] == 0)
        ),
        Check(
            "a completed run must have finite train losses, a diverged run no final values",
            _finals_match_status,
        ),
        Check("a best value must be no worse than the final one", _best_no_worse_than_final),
        Check("no step may lie beyond the run's last, steps", _steps_within_budget),
        Check("an easier target must be reached no later than a harder", _targets_in_order),
    ),
)
