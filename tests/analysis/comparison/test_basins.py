"""Widths of basins and scaling exponents against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.analysis.comparison.basins import Scores, basin_width, scaling_exponent

BETAS = np.array([0.0, 0.5, 0.9, 0.99])
RATES = np.array([0.01, 0.1, 1.0, 10.0])


@pytest.mark.parametrize(
    ("near", "best", "width"),
    [
        ([1, 1, 1, 1], 2, 4),
        ([0, 0, 1, 0], 2, 1),
        ([0, 1, 1, 0], 1, 2),
        # Rates on the far side of a bad one do not count.
        ([1, 0, 1, 1], 2, 2),
        ([1, 0, 1, 1], 0, 1),
    ],
)
def test_width_of_a_grid_of_decades(near, best, width):
    assert basin_width(RATES, np.array(near, dtype=bool), best) == pytest.approx(width)


def test_a_basin_ends_halfway_to_the_neighboring_rates():
    alpha = np.array([1.0, 10.0, 1000.0])
    assert basin_width(alpha, np.array([False, True, False]), 1) == pytest.approx(0.5 + 1)
    assert basin_width(alpha, np.array([False, False, True]), 2) == pytest.approx(2)


def test_a_single_rate_has_no_width():
    assert np.isnan(basin_width(np.array([0.1]), np.array([True]), 0))


@given(st.floats(-2, 2), st.floats(1e-3, 1e3))
def test_the_exponent_of_a_power_law_is_recovered(exponent, scale):
    best = scale * (1 / (1 - BETAS)) ** exponent
    np.testing.assert_allclose(scaling_exponent(BETAS, best[np.newaxis]), exponent, atol=1e-9)


def test_the_same_rate_for_every_beta_has_exponent_zero():
    assert scaling_exponent(BETAS, np.full((1, 4), 0.3)).tolist() == [0.0]


def test_the_exponent_leaves_out_failures():
    straight = 1 / (1 - BETAS)
    gap, other_gap = straight.copy(), straight.copy()
    gap[1], other_gap[3] = np.nan, np.nan
    # The first sample determines the β; a sample that lacks one of these has no exponent.
    found = scaling_exponent(BETAS, np.array([gap, straight, other_gap]))
    np.testing.assert_allclose(found, [1, 1, np.nan])


def test_a_single_beta_has_no_exponent():
    assert np.isnan(scaling_exponent(np.array([0.9]), np.array([[0.1], [0.2]]))).all()
    assert np.isnan(scaling_exponent(BETAS, np.array([[0.1, np.nan, np.nan, np.nan]]))).all()


def test_the_best_cell_and_the_cells_near_it():
    values = np.array([[2.0, 1.0, 1.05, np.inf], [np.inf] * 4])
    scores = Scores(np.array([0.5, 0.5, 0.9, 0.9]), RATES, values)
    assert scores.near(scores.smallest, 0.1).tolist() == [[False, True, True, False], [False] * 4]
    np.testing.assert_array_equal(scores.best_alpha, [0.1, np.nan])
    np.testing.assert_array_equal(scores.at(0.9).best_alpha, [1.0, np.nan])


def test_the_smallest_of_equally_good_rates_is_the_best():
    scores = Scores(np.full(4, 0.9), RATES, np.array([[3.0, 1.0, 1.0, 1.0]]))
    assert scores.best_alpha.tolist() == [0.1]
