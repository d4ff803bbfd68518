import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.statistics.censoring import expected_running_time, kaplan_meier_median
from momentum_study.statistics.estimates import median

INF = np.inf
NAN = np.nan

# Weeks in remission, Freireich et al. (1963), Blood 21: 21 children with 6-mercaptopurine, those
# still in remission at the last observation marked by a minus, and 21 with placebo.
TREATED = [6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35]
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]

# Some reach the target, some do not.
STEPS = st.lists(st.integers(1, 30) | st.just(INF), min_size=1, max_size=25)


def median_of_marked(times):
    seen = np.array(times)
    return kaplan_meier_median(np.where(seen > 0, seen, INF), abs(seen))


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([10, 20, 30], 20),
        # 10 + 20 and two budgets of 100, for two successes.
        ([10, 20, INF, INF], 115),
        ([INF, 100], 200),
        ([INF, INF], INF),
        ([10, NAN, INF], 110),
        ([NAN, INF], INF),
        ([NAN, NAN], NAN),
    ],
)
def test_expected_running_time(steps, expected):
    np.testing.assert_equal(expected_running_time(steps, 100), expected)


@given(STEPS)
def test_expected_running_time_adds_the_budgets_of_failures_per_success(steps):
    x = np.array(steps, dtype=float)
    won = x[np.isfinite(x)]
    if won.size:
        expected = won.mean() + 50 * (x.size - won.size) / won.size
        assert expected_running_time(x, 50) == pytest.approx(expected)
    else:
        assert expected_running_time(x, 50) == INF


def test_expected_running_time_reduces_an_axis_and_takes_a_budget_for_each_run():
    steps = np.array([[10.0, INF, 30.0], [INF, INF, NAN]])
    assert expected_running_time(steps, 100).tolist() == [70, INF]
    assert expected_running_time(steps, [[100], [1000]], axis=0).tolist() == [1010, INF, 30]


def test_median_of_published_remissions():
    assert median_of_marked(TREATED) == 23
    assert median_of_marked(PLACEBO) == 8


def test_median_is_the_middle_of_an_interval_in_which_half_survive():
    # Bewick, Cheek & Ball (2004), Critical Care 8, table 2: 0.75, 0.625, 0.5 from 5 days on and
    # 0.333 from 9 days on.
    assert median_of_marked([1, 1, 4, 5, -6, 9, -9, 22]) == 7
    # Later none reaches the target.
    assert median_of_marked([1, 2, -9, -9]) == INF


@given(STEPS)
def test_median_with_one_budget_for_all_is_the_plain_median(steps):
    assert kaplan_meier_median(steps, 30) == median(steps)


def test_median_leaves_out_nan():
    assert kaplan_meier_median([NAN, 3, 5, 7, NAN], [1, 9, 9, 9, 1]) == 5
    assert np.isnan(kaplan_meier_median([NAN], 10))
    assert kaplan_meier_median([INF, INF, INF], 10) == INF


def test_median_is_too_favourable_if_divergence_censors_a_run():
    # Two of four reach the target, one misses it and one diverges at step 2.
    steps = [10, 20, INF, INF]
    assert kaplan_meier_median(steps, 30) == INF
    assert kaplan_meier_median(steps, [30, 30, 30, 2]) == 20


@pytest.mark.parametrize("time", [expected_running_time, kaplan_meier_median])
def test_reaching_the_target_after_the_budget_is_an_error(time):
    with pytest.raises(ValueError, match="1 runs reached the target after"):
        time([10, 101, INF], 100)
