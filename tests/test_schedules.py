"""Schedules have the values of their formulas."""

import math

import numpy as np
import pytest

from momentum_study.schedules import SCHEDULES

# Factors at 0, 1/4, 1/2, 3/4 and the end of the budget, worked by hand.
VALUES = {
    "constant": [1, 1, 1, 1, 1],
    "step": [1, 1, 0.1, 0.01, 0.01],
    "inverse_time": [1, 1 / 3.5, 1 / 6, 1 / 8.5, 1 / 11],
    "cosine": [1, (1 + math.sqrt(0.5)) / 2, 0.5, (1 - math.sqrt(0.5)) / 2, 0],
    "exponential": [1, 10**-0.5, 0.1, 10**-1.5, 0.01],
}


def test_every_schedule_is_tested():
    assert set(SCHEDULES) == set(VALUES)


@pytest.mark.parametrize("name", VALUES)
def test_values(name):
    factors = [SCHEDULES[name](progress) for progress in (0, 0.25, 0.5, 0.75, 1)]
    assert factors == pytest.approx(VALUES[name], rel=1e-12, abs=1e-12)


def test_step_falls_exactly_at_half_and_three_quarters():
    progress = [0.5 - 1e-12, 0.5, 0.75 - 1e-12, 0.75]
    factors = [SCHEDULES["step"](p) for p in progress]
    assert factors == pytest.approx([1, 0.1, 0.1, 0.01])


@pytest.mark.parametrize("name", VALUES)
def test_factors_start_at_exactly_one_never_rise_and_stay_positive(name):
    factors = [SCHEDULES[name](t / 1000) for t in range(1000)]
    assert factors[0] == 1.0
    assert np.all(np.diff(factors) <= 0)
    assert factors[-1] > 0
    assert all(type(factor) is float for factor in factors)
