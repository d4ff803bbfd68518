"""Costs of runs, including failed ones, and scores of cells, against values computed by hand."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.analysis.comparison import criteria
from momentum_study.analysis.comparison.criteria import Costs
from tests.analysis.comparison.made_problems import ABSENT, BUDGET, DIVERGED, made_problem

SLOW, FAST = ("gd", 0.0, 0.1), ("gd", 0.0, 1.0)
EVERY = np.arange(3)


def test_updates_to_a_target_are_at_least_one_and_infinite_without_success():
    problem = made_problem(
        {SLOW: [0.1, 0.1, ABSENT], FAST: [0.1, DIVERGED, DIVERGED]},
        # The last one reached the target, and diverged later.
        times={"0.5": {SLOW: [0, np.nan, np.nan], FAST: [30, np.nan, 5]}},
    )
    costs = criteria.target_costs(problem, "steps_to_0.5")
    expected = [[1, np.inf, np.nan], [30, np.inf, np.inf]]
    np.testing.assert_array_equal(costs.selection, expected)
    np.testing.assert_array_equal(costs.outcome, expected)
    assert costs.budget == BUDGET


def test_final_losses_are_relative_and_not_below_the_floor():
    problem = made_problem({SLOW: [0.5, 1e-9, ABSENT], FAST: [3.0, DIVERGED, 0.2]})
    costs = criteria.train_costs(problem, 0.01)
    np.testing.assert_allclose(costs.outcome, [[0.5, 0.01, np.nan], [3, np.inf, 0.2]])
    np.testing.assert_array_equal(costs.selection, costs.outcome)
    assert costs.budget is None


def test_cells_are_chosen_by_validation_loss_and_evaluated_by_test_loss():
    problem = made_problem(
        {SLOW: [0.2, 1e-9, ABSENT], FAST: [0.3, DIVERGED, 0.2]},
        {SLOW: [0.4, 0.5, ABSENT], FAST: [1e-9, 0.1, 0.6]},
    )
    costs = criteria.test_loss_costs(problem, 0.01)
    np.testing.assert_allclose(costs.selection, [[0.2, 0.01, np.nan], [0.3, np.inf, 0.2]])
    np.testing.assert_allclose(costs.outcome, [[0.4, 0.5, np.nan], [0.01, np.inf, 0.6]])


def test_a_completed_run_without_a_finite_loss_has_failed():
    problem = made_problem({SLOW: [0.2, 0.2]})
    losses = {**problem.columns, "test_loss_at_best": np.array([[np.nan, np.inf]])}
    costs = criteria.test_loss_costs(replace(problem, columns=losses), 0.01)
    np.testing.assert_array_equal(costs.outcome, [[np.inf, np.inf]])
    np.testing.assert_allclose(costs.selection, [[0.2, 0.2]])


@pytest.mark.parametrize("loss", [0.0, 1e-300, 0.5])
def test_a_replicate_with_a_constant_target_has_failed(loss):
    problem = made_problem({SLOW: [loss, 0.2, ABSENT]})
    columns = {**problem.columns, "null_loss": np.array([[0.0, 2.0, np.nan]])}
    costs = criteria.train_costs(replace(problem, columns=columns), 0.01)
    np.testing.assert_array_equal(costs.outcome, [[np.inf, 0.2, np.nan]])


def test_score_of_times_is_the_expected_running_time():
    times = np.array([[10, np.inf, 30], [np.inf] * 3, [5, 5, np.nan]])
    costs = Costs(times, times, budget=100)
    # (10 + 100 + 30) updates / 2 successes
    np.testing.assert_array_equal(costs.score(EVERY), [70, np.inf, np.nan])


def test_score_of_losses_is_their_geometric_mean():
    losses = np.array([[0.1, 0.4, 0.2], [0.1, np.inf, 0.1], [0.1, np.nan, 0.1]])
    costs = Costs(losses, 9 * losses)
    np.testing.assert_allclose(costs.score(EVERY), [0.2, np.inf, np.nan])


@given(st.lists(st.floats(0.01, 100), min_size=4, max_size=4), st.sampled_from([None, 100]))
def test_a_resample_counts_a_replicate_as_often_as_it_is_drawn(values, budget):
    costs = Costs(np.array([values]), np.array([values]), budget)
    drawn = np.array([[0, 0, 3], [1, 2, 1]])
    mean = np.mean if budget else lambda own: np.exp(np.mean(np.log(own)))
    expected = [[mean([values[place] for place in row])] for row in drawn]
    np.testing.assert_allclose(costs.score(drawn), expected)


def test_the_first_axis_of_scores_is_that_of_resamples():
    costs = Costs(np.ones((5, 4)), np.ones((5, 4)))
    assert costs.score(np.zeros((7, 3), dtype=np.intp)).shape == (7, 5)


def test_every_target_and_both_losses_have_a_criterion():
    problem = made_problem(
        {SLOW: [0.1]}, times={"0.1": {}, "0.5": {SLOW: [3]}, "0.02": {}, "1e-05": {}}
    )
    targets = criteria.targets_of(problem)
    assert targets == ["steps_to_0.5", "steps_to_0.1", "steps_to_0.02", "steps_to_1e-05"]
    costs = criteria.all_costs(problem, targets, 0.01)
    assert list(costs) == [*targets, criteria.TRAIN_LOSS, criteria.TEST_LOSS]
    assert costs["steps_to_0.5"].outcome.tolist() == [[3]]
    assert costs["steps_to_0.1"].outcome.tolist() == [[np.inf]]


@pytest.mark.parametrize(
    ("criterion", "name", "target"),
    [
        ("steps_to_0.1", criteria.UPDATES, 0.1),
        ("steps_to_1e-05", criteria.UPDATES, 1e-5),
        (criteria.SPEED, criteria.SPEED, np.nan),
        (criteria.TEST_LOSS, criteria.TEST_LOSS, np.nan),
    ],
)
def test_columns_of_a_criterion(criterion, name, target):
    columns = criteria.criterion_columns(criterion)
    assert columns == {"criterion": name, "target": pytest.approx(target, rel=0, nan_ok=True)}


@given(st.lists(st.sampled_from([1, 50, 100, np.inf]), min_size=3, max_size=3))
def test_a_missed_target_never_scores_better_than_one_reached_with_the_last_update(times):
    missed = np.array([times])
    reached = np.where(np.isinf(missed), BUDGET, missed)
    scores = [Costs(own, own, BUDGET).score(EVERY)[0] for own in (reached, missed)]
    assert scores[0] <= scores[1]


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_scores_are_in_the_unit_of_the_costs(factor):
    losses = np.array([[0.1, 0.4, 0.2]])
    first, second = (Costs(own, own).score(EVERY) for own in (losses, factor * losses))
    np.testing.assert_allclose(second, factor * first)
