"""Metrics of a run, from its history.

All functions work along the last axis of arrays ``(…, E)`` over evaluations and keep the leading
axes; values are NaN from a divergence on.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from momentum_study.engine.history import History
from momentum_study.engine.schedules import CHANGE_AT
from momentum_study.tables.keys import target_column

Array = NDArray[Any]


def run_metrics(
    history: History, null_loss: Array, targets: Sequence[float]
) -> dict[str, NDArray[Any]]:
    """Return metrics ``(R, C)`` of each run: float64, NaN where undefined.

    Parameters
    ----------
    history
        The history of the runs.
    null_loss
        ``(R,)``: training loss of the best constant prediction.
    targets
        Fractions of the null loss whose first crossing is timed.
    """
    curves, steps = history.curves, history.steps
    metrics = {
        "train_loss_initial": curves["train_loss"][..., 0],
        "train_loss_best": lowest(curves["train_loss"]),
        "validation_loss_best": lowest(curves["validation_loss"]),
        "step_best_validation": steps_to(
            curves["validation_loss"], lowest(curves["validation_loss"])[..., None], steps
        ),
        "test_loss_at_best": at_best(curves["test_loss"], curves["validation_loss"]),
        "test_score_at_best": at_best(curves["test_score"], curves["validation_loss"]),
        "validation_score_best": -lowest(-curves["validation_score"]),
        "up_step_share": up_step_share(curves["train_loss"]),
        "update_cosine": mean_of_finite(curves["update_cosine"]),
        "sign_flip_share": mean_of_finite(curves["sign_flip_share"]),
        "path_ratio": path_ratio(curves["update_norm"], curves["displacement"], steps),
        "gradient_norm_mean": mean_of_finite(curves["gradient_norm"]),
        "gradient_norm_final": curves["gradient_norm"][..., -1],
        **_early(curves["train_loss"], steps),
    }
    for part in ("train", "validation", "test"):
        for kind in ("loss", "score"):
            metrics[f"{part}_{kind}_final"] = curves[f"{part}_{kind}"][..., -1]
    for target in targets:
        limit = target * null_loss[:, None, None]
        metrics[target_column(target)] = steps_to(curves["train_loss"], limit, steps)
    return metrics


def _early(train_loss: Array, steps: Array) -> dict[str, Array]:
    """Return metrics at the time at which an intervention would change the run."""
    early = train_loss[..., steps <= CHANGE_AT * steps[-1]]
    return {"train_loss_early": early[..., -1], "up_step_share_early": up_step_share(early)}


def lowest(curve: Array) -> Array:
    """Lowest value before any divergence; NaN if there is none."""
    found = np.min(np.where(np.isnan(curve), np.inf, curve), axis=-1)
    return np.where(np.isposinf(found), np.nan, found)


def argbest(curve: Array) -> NDArray[np.intp]:
    """Index of the first evaluation at which the curve is lowest."""
    index: NDArray[np.intp] = np.argmin(np.where(np.isnan(curve), np.inf, curve), axis=-1)
    return index


def at_best(curve: Array, selector: Array) -> Array:
    """Value of ``curve`` where ``selector`` is lowest: test results chosen by validation."""
    return np.take_along_axis(curve, argbest(selector)[..., None], axis=-1)[..., 0]


def up_step_share(curve: Array) -> Array:
    """Share of consecutive evaluations between which the curve rose; NaN if there are none."""
    change = np.diff(curve, axis=-1)
    return _quotient(np.sum(change > 0, axis=-1), np.sum(~np.isnan(change), axis=-1))


def mean_of_finite(curve: Array) -> Array:
    """Mean over the evaluations at which the quantity was measured; NaN if at none."""
    finite = np.isfinite(curve)
    return _quotient(np.sum(np.where(finite, curve, 0.0), axis=-1), np.sum(finite, axis=-1))


def path_ratio(update_norm: Array, displacement: Array, steps: Array) -> Array:
    """Path length over displacement: 1 for a straight path, large for a winding one.

    The length is Σ (s_e − s_{e−1}) · ‖update‖ at evaluation e: every interval between evaluations
    is counted with the length of its last update.
    """
    intervals = np.diff(steps, prepend=0)
    length = np.sum(np.where(intervals > 0, update_norm * intervals, 0.0), axis=-1)
    final = displacement[..., -1]
    return _quotient(length, final)


def steps_to(curve: Array, limit: Array, steps: Array) -> Array:
    """Updates until the first evaluation with ``curve ≤ limit``; NaN if there is none."""
    reached = curve <= limit
    return np.where(reached.any(axis=-1), steps[np.argmax(reached, axis=-1)], np.nan)


def _quotient(numerator: Array, denominator: Array) -> Array:
    """Return the quotient, NaN where the denominator is not positive."""
    quotient: Array = np.full(np.shape(denominator), np.nan)
    np.divide(numerator, denominator, out=quotient, where=denominator > 0)
    return quotient
