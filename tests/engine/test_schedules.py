"""Schedules have the values of their formulas."""

import math

import numpy as np
import pytest

from momentum_study.engine.schedules import INTERVENTIONS, SCHEDULES, constant

# Factors at 0, 1/4, 1/2, 3/4 and the end of the budget, worked by hand.
RATES = {
    "constant": [1, 1, 1, 1, 1],
    "step": [1, 1, 0.1, 0.01, 0.01],
    "inverse_time": [1, 1 / 3.5, 1 / 6, 1 / 8.5, 1 / 11],
    "cosine": [1, (1 + math.sqrt(0.5)) / 2, 0.5, (1 - math.sqrt(0.5)) / 2, 0],
    "exponential": [1, 10**-0.5, 0.1, 10**-1.5, 0.01],
    "rate_up": [1, 2, 2, 2, 2],
    "rate_down": [1, 0.5, 0.5, 0.5, 0.5],
    "beta_up": [1, 1, 1, 1, 1],
    "beta_down": [1, 1, 1, 1, 1],
}
# β before the change and after it.
BETAS = {
    "beta_up": {0.0: 0.5, 0.5: 0.75, 0.9: 0.95, 0.99: 0.995},
    "beta_down": {0.0: 0.0, 0.3: 0.0, 0.5: 0.0, 0.75: 0.5, 0.9: 0.8, 0.99: 0.98},
}
DECAYS = [name for name in SCHEDULES if name not in INTERVENTIONS]


def test_every_schedule_is_tested():
    assert set(SCHEDULES) == set(RATES)
    assert {name for name, schedule in SCHEDULES.items() if schedule.beta} == set(BETAS)


@pytest.mark.parametrize("name", RATES)
def test_factors(name):
    factors = [SCHEDULES[name].rate(progress) for progress in (0, 0.25, 0.5, 0.75, 1)]
    assert factors == pytest.approx(RATES[name], rel=1e-12, abs=1e-12)


def test_step_falls_exactly_at_half_and_three_quarters():
    progress = [0.5 - 1e-12, 0.5, 0.75 - 1e-12, 0.75]
    factors = [SCHEDULES["step"].rate(p) for p in progress]
    assert factors == pytest.approx([1, 0.1, 0.1, 0.01])


@pytest.mark.parametrize("name", RATES)
def test_factors_start_at_exactly_one_and_stay_positive(name):
    factors = [SCHEDULES[name].rate(t / 1000) for t in range(1000)]
    assert factors[0] == 1.0
    assert factors[-1] > 0
    assert all(type(factor) is float for factor in factors)


@pytest.mark.parametrize("name", DECAYS)
def test_a_decay_never_rises(name):
    assert np.all(np.diff([SCHEDULES[name].rate(t / 1000) for t in range(1000)]) <= 0)


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_an_intervention_changes_one_number_once_at_a_quarter(name):
    schedule = SCHEDULES[name]
    beta = np.array([0.9])
    seen = [
        (schedule.rate(t / 1000), schedule.beta(beta, t / 1000).item() if schedule.beta else 0.9)
        for t in range(1000)
    ]
    assert set(seen[:250]) == {(1.0, 0.9)}
    ((rate, changed),) = set(seen[250:])
    assert (rate != 1) + (changed != 0.9) == 1


@pytest.mark.parametrize("name", BETAS)
def test_coefficients_in_force(name):
    own, changed = np.array(list(BETAS[name])), np.array(list(BETAS[name].values()))
    beta = SCHEDULES[name].beta
    np.testing.assert_array_equal(beta(own, 0.25 - 1e-12), own)
    np.testing.assert_allclose(beta(own, 0.25), changed, rtol=1e-14, atol=1e-15)
    assert SCHEDULES[name].rate is constant


@pytest.mark.parametrize(("rate", "beta"), [("rate_up", "beta_up"), ("rate_down", "beta_down")])
def test_changes_of_rate_and_of_beta_are_matched(rate, beta):
    """At a fixed η the effective rate α = η/(1 − β) changes by the same factor."""
    own = np.array([0.5, 0.8, 0.9, 0.99])
    factor = (1 - own) / (1 - SCHEDULES[beta].beta(own, 1.0))
    np.testing.assert_allclose(factor, SCHEDULES[rate].rate(1.0), rtol=1e-12)
