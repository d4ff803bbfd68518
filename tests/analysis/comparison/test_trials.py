from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.analysis.comparison.arms import Arm
from momentum_study.analysis.comparison.trials import trial_numbers, trials_of, usual_arms
from tests.analysis.comparison.made_problems import ABSENT, DIVERGED, FLOOR, made_problem


def test_usual_arms_have_the_usual_beta_the_only_one_or_a_tuned_one():
    problem = made_problem(
        {
            ("gd", 0.0, 0.1): [0.4],
            ("momentum", 0.5, 0.1): [0.4],
            ("momentum", 0.9, 0.1): [0.4],
            ("nesterov", 0.8, 0.1): [0.4],
        }
    )
    names = [arm.key.label for arm in usual_arms(problem.cells)]
    assert names == ["gd", "momentum 0.9", "momentum tuned", "nesterov 0.8"]
    other = [arm.key.label for arm in usual_arms(problem.cells, beta=0.5)]
    assert other == ["gd", "momentum 0.5", "momentum tuned", "nesterov 0.8"]


@given(st.integers(1, 5000))
def test_numbers_of_trials_increase_up_to_all_cells(cells):
    numbers = trial_numbers(cells)
    assert numbers[0] == 1
    assert numbers[-1] == cells
    assert numbers == sorted(set(numbers))
    assert all(after <= 2 * before for before, after in pairwise(numbers))


def test_numbers_of_trials_as_tables_show_them():
    assert trial_numbers(112) == [1, 2, 3, 5, 8, 13, 20, 30, 50, 80, 112]


def test_trials_are_the_cells_of_complete_replicates():
    problem = made_problem(
        {
            ("gd", 0.0, 0.1): [0.2, 0.4, ABSENT],
            ("gd", 0.0, 1.0): [DIVERGED, 1.5, 0.1],
            ("adam", 0.9, 1.0): [0.1, 0.1, 0.1],
        }
    )
    trials = trials_of(problem, Arm(("gd",)), FLOOR)
    assert trials.cells == 2
    assert trials.complete.tolist() == [True, True, False]
    assert trials.n_diverged == 1
    np.testing.assert_allclose(trials.expected(1), [[0.6, 0.7, np.nan]] * 2)
    # More trials than cells are all cells.
    np.testing.assert_allclose(trials.expected(9), [[0.2, 0.4, np.nan]] * 2)
