"""Trials of rules: the same updates as elsewhere, and comparisons that see every difference."""

import numpy as np
import pytest

from momentum_study.engine.history import CURVES
from momentum_study.engine.optimizers import RULES
from momentum_study.engine.points import Points
from momentum_study.engine.rule_trials import (
    DOUBLE,
    SINGLE,
    MovablePoints,
    bytes_of_run,
    draw,
    path_of,
    trained,
)


@pytest.mark.parametrize("name", RULES)
def test_positions_may_move_in_memory(name):
    start, gradients = draw((2, 3), 6)
    fixed, movable = (kind(RULES[name], 0.5, 0.1, start) for kind in (Points, MovablePoints))
    path = path_of(RULES[name], start, gradients, 0.5, 0.1)
    for gradient, expected in zip(gradients, path, strict=True):
        fixed.update(gradient)
        movable.update(gradient)
        former = [movable.positions, *movable.state]
        movable.move()
        assert np.isnan(former).all()
        for positions in (movable.positions, fixed.positions):
            np.testing.assert_array_equal(positions, expected)


def test_random_numbers_are_the_same_in_both_precisions():
    single, double = draw((2,), 3, SINGLE), draw((2,), 3, DOUBLE)
    for ours, theirs, again in zip(single, double, draw((2,), 3), strict=True):
        assert ours.dtype == SINGLE
        np.testing.assert_array_equal(ours, theirs.astype(SINGLE))
        np.testing.assert_array_equal(theirs, again)
    assert draw((), 3)[0].shape == ()


def test_bytes_of_a_run_contain_its_end_curves_and_weights():
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
