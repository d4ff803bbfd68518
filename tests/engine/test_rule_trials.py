"""Trials of rules: updates as everywhere else, and comparisons that see every difference."""

import numpy as np
import pytest

from momentum_study.engine.history import CURVES
from momentum_study.engine.optimizers import RULES
from momentum_study.engine.points import Points
from momentum_study.engine.rule_trials import (
    DOUBLE,
    SINGLE,
    Walk,
    bytes_of_run,
    drawn,
    trained,
    walked,
)


@pytest.mark.parametrize("name", RULES)
def test_weights_walk_as_points_do_and_may_move_in_memory(name):
    start, gradients = drawn((2, 3), 6)
    points, walk = Points(RULES[name], 0.5, 0.1, start), Walk(RULES[name], start, 0.5, 0.1)
    path = walked(RULES[name], start, gradients, 0.5, 0.1)
    for gradient, expected in zip(gradients, path, strict=True):
        points.update(gradient)
        walk.update(gradient)
        left = [walk.w, *walk.state]
        walk.move()
        assert np.isnan(left).all()
        for w in (walk.w, points.positions):
            np.testing.assert_array_equal(w, expected)


def test_what_is_drawn_is_always_the_same_whatever_its_type():
    single, double = drawn((2,), 3, SINGLE), drawn((2,), 3, DOUBLE)
    for ours, theirs, again in zip(single, double, drawn((2,), 3), strict=True):
        assert ours.dtype == SINGLE
        np.testing.assert_array_equal(ours, theirs.astype(SINGLE))
        np.testing.assert_array_equal(theirs, again)
    assert drawn((), 3)[0].shape == ()


def test_runs_are_the_same_only_if_all_that_was_seen_of_them_is():
    history = trained(RULES["momentum"], [0.9, 0.9, 0.9], [0.1, 0.1, 1e30], DOUBLE, "constant")
    assert history.first_bad_step[:, 2].min() >= 0
    seen = bytes_of_run(history, 0, 0)
    assert seen == bytes_of_run(history, 0, 1)
    assert seen != bytes_of_run(history, 1, 0)
    assert seen != bytes_of_run(history, 0, 2)
    for change in (
        lambda: history.weights[0][1][0].fill(0.0),
        lambda: history.curves[CURVES[-1]][0, 0].fill(0.0),
        lambda: history.first_bad_step.fill(3),
    ):
        before = bytes_of_run(history, 0, 0), bytes_of_run(history, 0, 1)
        change()
        assert (bytes_of_run(history, 0, 0), bytes_of_run(history, 0, 1)) != before


def test_replicates_are_trained_apart_as_together():
    together = trained(RULES["adam"], [0.9], [0.1], SINGLE, "cosine")
    for replicate in (0, 1):
        only = slice(replicate, replicate + 1)
        alone = trained(RULES["adam"], [0.9], [0.1], SINGLE, "cosine", only)
        assert bytes_of_run(alone, 0, 0) == bytes_of_run(together, replicate, 0)
