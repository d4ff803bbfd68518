import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.statistics.censoring import expected_running_time

INF = np.inf
NAN = np.nan

# Some reach the target, some do not.
STEPS = st.lists(st.integers(1, 30) | st.just(INF), min_size=1, max_size=25)


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


def test_reaching_the_target_after_the_budget_is_an_error():
    with pytest.raises(ValueError, match="1 runs reached the target after"):
        expected_running_time([10, 101, INF], 100)
