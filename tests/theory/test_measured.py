"""Measurements of the rules, compared with formulas that they do not use."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from momentum_study.core.seeds import generator
from momentum_study.engine.optimizers import RULES
from momentum_study.theory import measured, measured_noise, measured_tuning, noise, quadratics

CONSTANT_RULES = ("gd", "momentum", "heavy_ball", "nesterov")
rules = st.sampled_from(CONSTANT_RULES)
betas = st.floats(0.0, 0.99)


@given(rules, betas, st.floats(0.01, 3.0), st.floats(0.1, 10.0))
def test_the_measured_radius_is_that_of_the_characteristic_polynomial(name, beta, share, curvature):
    rate = share * quadratics.stability_limit(name, beta) / curvature
    predicted = quadratics.spectral_radius(name, beta, rate * curvature)
    assert measured.spectral_radius(name, beta, rate, curvature) == pytest.approx(
        float(predicted), abs=1e-6
    )


@given(rules, betas, st.floats(-3.0, 3.0))
def test_trace_and_determinant_of_the_one_step_map_are_those_of_the_formula(name, beta, rate):
    matrix = measured.one_step_map(name, beta, rate)
    trace, determinant = quadratics.recurrence(name, beta, rate)
    assert np.trace(matrix) == pytest.approx(float(trace), abs=1e-12)
    if name != "gd":
        assert np.linalg.det(matrix) == pytest.approx(float(determinant), abs=1e-12)


def test_the_one_step_map_of_momentum_is_the_matrix_on_paper():
    beta, alpha, curvature = 0.9, 2.0, 3.0
    expected = [
        [1 - alpha * (1 - beta) * curvature, -alpha * beta],
        [(1 - beta) * curvature, beta],
    ]
    found = measured.one_step_map("momentum", beta, alpha, curvature)
    np.testing.assert_allclose(found, expected, rtol=1e-14)


@pytest.mark.parametrize("name", ["adam", "momentum_corrected"])
def test_a_rule_that_is_not_one_linear_map_is_refused(name):
    with pytest.raises(ValueError, match=name):
        measured.spectral_radius(name, 0.9, 0.1)


def test_a_replaced_rule_changes_the_measurement(monkeypatch):
    monkeypatch.setitem(RULES, "momentum", RULES["heavy_ball"])
    assert measured.stability_limit("momentum", 0.9) == pytest.approx(3.8)
    assert measured.lag("momentum", 0.9, 1) == pytest.approx(0.0)
    assert measured.lag("momentum", 0.9, 2) == pytest.approx(-0.9)
    assert measured_noise.jitter("momentum", 0.5, 0.1) == pytest.approx(
        float(noise.jitter("heavy_ball", 0.5, 0.1))
    )


@settings(max_examples=30)
@given(rules, betas, st.floats(0.01, 2.0))
def test_regimes_measured_in_a_run_are_those_of_the_roots(name, beta, share):
    rate = share * quadratics.stability_limit(name, beta)
    trace, determinant = quadratics.recurrence(name, beta, rate)
    # Not near the edges, which need longer runs, nor where one update reaches w = 0.
    assume(abs(trace**2 - 4 * determinant) > 1e-3)
    assume(abs(share - 1) > 0.01)
    assume(abs(trace) > 1e-3)
    assert measured.regime(name, beta, rate) == quadratics.regime(name, beta, rate)


@given(rules, betas, st.lists(st.floats(1e-3, 1.5), min_size=3, max_size=3))
def test_the_measured_radius_decreases_and_then_increases_with_the_rate(name, beta, shares):
    low, middle, high = np.sort(shares) * quadratics.stability_limit(name, beta)
    ends = [measured.spectral_radius(name, beta, rate) for rate in (low, high)]
    assert measured.spectral_radius(name, beta, middle) <= max(ends) + 1e-7


@pytest.mark.parametrize("name", ["momentum", "heavy_ball", "nesterov"])
def test_no_neighboring_rate_and_beta_are_better_than_the_best_found(name):
    kappa = 50.0
    rate, beta, radius = measured_tuning.best(name, kappa)
    for shift in (-1e-3, 0.0, 1e-3):
        for factor in (0.99, 1.0, 1.01):
            nearby = measured_tuning.radii(name, beta + shift, rate * factor, kappa).max()
            assert nearby >= radius - 1e-9


def test_a_root_outside_the_bracket_is_an_error():
    with pytest.raises(ValueError, match="1 of 2"):
        measured.root(lambda x, at: x - at, 0.0, 1.0, np.array([0.5, 2.0]))


def test_arrays_have_the_measurements_of_their_elements():
    beta, rate = np.array([[0.0], [0.9]]), np.array([0.1, 1.0, 30.0])
    for function in (measured.spectral_radius, measured.regime, measured_noise.jitter):
        together = function(
            "momentum", beta, rate[:1] if function is measured_noise.jitter else rate
        )
        assert together[1, 0] == function("momentum", 0.9, 0.1)


def test_chains_are_stationary_after_the_burn_in_and_reproducible():
    found = [
        measured_noise.simulated("momentum", 0.9, 0.5, 500, generator(7, "chains"))
        for _ in range(2)
    ]
    assert found[0] == found[1]
    predicted = noise.position_variance("momentum", 0.9, 0.5), noise.jitter("momentum", 0.9, 0.5)
    # Five standard errors.
    np.testing.assert_allclose(found[0], predicted, rtol=5 * np.sqrt(2 / 499))


def test_a_rule_that_converges_in_one_update_can_be_simulated():
    variance, jitter = measured_noise.simulated("gd", 0.0, 1.0, 5000, generator(7, "chains"))
    assert variance == pytest.approx(1.0, rel=0.1)
    assert jitter == pytest.approx(2.0, rel=0.1)
