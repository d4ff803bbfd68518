"""Metrics of runs, by hand on small curves, diverged ones included."""

from dataclasses import replace

import numpy as np
import pytest

from momentum_study.engine.history import CURVES, History
from momentum_study.runs.metrics import (
    lowest,
    path_ratio,
    run_metrics,
    steps_to,
    up_step_share,
)
from momentum_study.tables.keys import target_column

NAN = np.nan


def test_lowest_never_takes_an_infinite_loss_for_a_value():
    np.testing.assert_array_equal(lowest(np.array([[np.inf, NAN], [np.inf, 4.0]])), [NAN, 4.0])


def test_up_step_share_counts_rises_among_finite_intervals():
    curves = np.array(
        [[3.0, 2.0, 4.0, 4.0, 5.0], [1.0, 2.0, NAN, NAN, NAN], [1.0, NAN, NAN, NAN, NAN]]
    )
    np.testing.assert_array_equal(up_step_share(curves), [2 / 4, 1.0, NAN])


def test_path_ratio_without_displacement_or_after_divergence_is_unknown():
    steps = np.array([0, 1])
    still = path_ratio(np.array([[NAN, 0.0]]), np.array([[0.0, 0.0]]), steps)
    diverged = path_ratio(np.array([[NAN, NAN]]), np.array([[0.0, NAN]]), steps)
    assert np.isnan(still).all()
    assert np.isnan(diverged).all()


def test_steps_to_is_the_first_evaluation_at_or_below_the_limit():
    curves = np.array([[4.0, 2.0, 1.0, 2.0], [4.0, 3.0, 3.0, 3.0], [4.0, NAN, NAN, NAN]])
    steps = np.array([0, 10, 20, 30])
    np.testing.assert_array_equal(steps_to(curves, np.array(2.0), steps), [10, NAN, NAN])
    np.testing.assert_array_equal(steps_to(curves, np.array(4.0), steps), [0, 0, 0])
    np.testing.assert_array_equal(steps_to(curves, np.array(1.0), steps), [20, NAN, NAN])


@pytest.mark.parametrize(
    ("target", "name"), [(0.5, "steps_to_0.5"), (0.2, "steps_to_0.2"), (1.0, "steps_to_1")]
)
def test_target_columns(target, name):
    assert target_column(target) == name


def history() -> History:
    """Two replicates × two cells × four evaluations; replicate 1 of cell 1 diverges at step 15."""
    alive = {
        "train_loss": [1.0, 0.5, 0.6, 0.2],
        "validation_loss": [1.2, 0.8, 0.4, 0.5],
        "test_loss": [1.3, 0.9, 0.7, 0.6],
        "train_score": [0.2, 0.6, 0.7, 0.9],
        "validation_score": [0.1, 0.8, 0.5, 0.6],
        "test_score": [0.3, 0.4, 0.75, 0.7],
        "gradient_norm": [NAN, 4.0, 2.0, 3.0],
        "update_norm": [NAN, 0.5, 0.25, 0.25],
        "update_cosine": [NAN, 0.5, -0.5, 0.75],
        "sign_flip_share": [NAN, 0.25, 0.5, 0.75],
        "displacement": [0.0, 3.0, 4.0, 2.5],
    }
    curves = {name: np.tile(alive[name], (2, 2, 1)) for name in CURVES}
    for curve in curves.values():
        curve[1, 1, 2:] = NAN
    first_bad_step, reason = np.full((2, 2), -1), np.full((2, 2), "", dtype="<U10")
    first_bad_step[1, 1], reason[1, 1] = 15, "non_finite"
    return History(np.array([0, 5, 20, 30]), curves, first_bad_step, reason, np.empty((0,)), [])


EXPECTED = {
    "train_loss_initial": (1.0, 1.0),
    "train_loss_final": (0.2, NAN),
    "train_loss_best": (0.2, 0.5),
    "validation_loss_final": (0.5, NAN),
    "validation_loss_best": (0.4, 0.8),
    "step_best_validation": (20, 5),
    "test_loss_final": (0.6, NAN),
    "test_loss_at_best": (0.7, 0.9),
    "train_score_final": (0.9, NAN),
    "validation_score_final": (0.6, NAN),
    "validation_score_best": (0.8, 0.8),
    "test_score_final": (0.7, NAN),
    "test_score_at_best": (0.75, 0.4),
    "up_step_share": (1 / 3, 0.0),
    "update_cosine": (0.25, 0.5),
    "sign_flip_share": (0.5, 0.25),
    "path_ratio": ((2.5 + 3.75 + 2.5) / 2.5, NAN),
    "gradient_norm_mean": (3.0, 4.0),
    "gradient_norm_final": (3.0, NAN),
    # A quarter of 30 updates: evaluations at 0 and 5.
    "train_loss_early": (0.5, 0.5),
    "up_step_share_early": (0.0, 0.0),
}


def test_run_metrics_of_a_completed_and_a_diverged_run():
    metrics = run_metrics(history(), np.array([1.0, 1.0]), [0.5])
    assert set(metrics) == {*EXPECTED, "steps_to_0.5"}
    for name, (completed, diverged) in EXPECTED.items():
        expected = [[completed, completed], [completed, diverged]]
        np.testing.assert_allclose(metrics[name], expected, rtol=1e-15, err_msg=name)
        assert metrics[name].dtype == np.float64


def test_targets_are_shares_of_each_replicates_own_null_loss():
    metrics = run_metrics(history(), np.array([1.0, 0.5]), [0.5, 0.1])
    # Limits 0.5 and 0.25; the diverged run saw 1.0 and 0.5 before its end.
    np.testing.assert_array_equal(metrics["steps_to_0.5"], [[5, 5], [30, NAN]])
    np.testing.assert_array_equal(metrics["steps_to_0.1"], np.full((2, 2), NAN))


def test_a_run_that_diverged_before_its_first_evaluation_has_no_metrics():
    lost = history()
    for curve in lost.curves.values():
        curve[1, 1] = NAN
    lost.first_bad_step[1, 1] = 0
    metrics = run_metrics(lost, np.ones(2), [0.5])
    for name, values in metrics.items():
        assert np.isfinite(values[0, 0]), name
        assert np.isnan(values[1, 1]), name


def early(losses: list[float], steps: list[int]) -> tuple[float, float]:
    """Early columns of one run with these training losses."""
    run = history()
    curves = {name: np.full((1, 1, len(steps)), NAN) for name in CURVES}
    curves["train_loss"][:] = losses
    ended = np.full((1, 1), -1)
    single = replace(run, steps=np.array(steps), curves=curves, first_bad_step=ended)
    metrics = run_metrics(single, np.ones(1), [0.5])
    return metrics["train_loss_early"].item(), metrics["up_step_share_early"].item()


def test_early_is_up_to_a_quarter_of_the_budget_the_quarter_included():
    steps = [0, 10, 20, 25, 40, 100]
    assert early([4.0, 3.0, 3.5, 2.0, 9.0, 1.0], steps) == (2.0, 1 / 3)
    # One update later is too late.
    assert early([4.0, 3.0, 3.5, 2.0, 9.0, 1.0], [0, 10, 20, 26, 40, 100]) == (3.5, 1 / 2)


def test_early_metrics_do_not_depend_on_later_evaluations():
    steps = [0, 10, 25, 50, 100]
    assert early([4.0, 3.0, 2.0, 1.0, 0.5], steps) == early([4.0, 3.0, 2.0, 8.0, NAN], steps)


def test_a_run_that_diverged_early_has_no_loss_then():
    loss, share = early([4.0, 5.0, NAN, NAN, NAN], [0, 10, 25, 50, 100])
    assert np.isnan(loss)
    assert share == 1.0


def test_a_run_that_is_not_evaluated_by_then_is_where_it_started():
    loss, share = early([4.0, 1.0], [0, 100])
    assert loss == 4.0
    assert np.isnan(share)
