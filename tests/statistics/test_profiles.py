import numpy as np
import pytest

from momentum_study.statistics.profiles import performance_profile

INF = np.inf


def test_profile_by_hand():
    costs = [
        [1.0, 2.0, INF],  # ratios 1, 2, ∞
        [9.0, 3.0, 6.0],  # 3, 1, 2
        [5.0, 5.0, 5.0],  # a tie: all win
        [INF, INF, INF],  # no arm solves it
    ]
    shares = performance_profile(costs, [1, 1.99, 2, 3, 1e6])
    np.testing.assert_array_equal(
        shares,
        np.array([[2, 2, 2, 3, 3], [2, 2, 3, 3, 3], [1, 1, 2, 2, 2]]) / 4,
    )


def test_profile_increases_from_the_share_of_problems_won_to_the_share_solved():
    generator = np.random.default_rng(0)
    costs = generator.lognormal(size=(40, 5))
    costs[generator.random(costs.shape) < 0.3] = INF
    shares = performance_profile(costs, np.geomspace(1, 1e9, 50))
    assert np.all(np.diff(shares, axis=1) >= 0)
    np.testing.assert_allclose(shares[:, -1], np.isfinite(costs).mean(axis=0))
    solved = np.isfinite(costs).any(axis=1)
    assert shares[:, 0].sum() == pytest.approx(solved.mean())


def test_profile_does_not_depend_on_the_unit_of_a_problem():
    costs = np.random.default_rng(1).lognormal(size=(20, 4))
    taus = [1.0, 1.3, 2.7]
    scaled = costs * 2.0 ** np.arange(-10, 10)[:, np.newaxis]
    np.testing.assert_array_equal(
        performance_profile(scaled, taus), performance_profile(costs, taus)
    )


def test_only_zero_is_within_a_factor_of_a_smallest_cost_of_zero():
    np.testing.assert_array_equal(performance_profile([[0.0, 0.0, 1e-9]], [1e6]), [[1], [1], [0]])


@pytest.mark.parametrize("bad", [-1.0, np.nan])
def test_invalid_costs_are_refused(bad):
    with pytest.raises(ValueError, match="negative nor NaN"):
        performance_profile([[1.0, bad]], [1.0])
