import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.theory.noise import (
    curvature_noise_limit,
    jitter,
    position_variance,
    velocity_variance,
)
from momentum_study.theory.quadratics import stability_limit

betas = st.floats(0.0, 0.99)
shares = st.floats(0.01, 0.99)


@given(betas, shares)
def test_variances_of_each_form_are_those_of_the_literature(beta, share):
    """docs/theory.md, noise, with λ = s = 1."""
    alpha = share * stability_limit("momentum", beta)
    eta = (1 - beta) * alpha
    ema = alpha / (2 - alpha * (1 - beta) / (1 + beta))
    ball = eta * (1 + beta) / ((1 - beta) * (2 * (1 + beta) - eta))
    velocity = 2 * (1 - beta) / (2 * (1 + beta) - (1 - beta) * alpha)
    assert position_variance("momentum", beta, alpha) == pytest.approx(ema)
    assert position_variance("heavy_ball", beta, eta) == pytest.approx(ball)
    assert velocity_variance(beta, alpha) == pytest.approx(velocity)
    assert position_variance("gd", 0.0, 2 * share) == pytest.approx(2 * share / (2 - 2 * share))


@given(betas, shares)
def test_both_forms_of_momentum_have_equal_variances_at_matched_rates(beta, share):
    alpha = share * stability_limit("momentum", beta)
    for variance in (position_variance, jitter):
        matched = variance("heavy_ball", beta, (1 - beta) * alpha)
        assert matched == pytest.approx(variance("momentum", beta, alpha))


@pytest.mark.parametrize("beta", [0.5, 0.9, 0.99])
def test_at_small_rates_the_floor_is_the_same_and_the_jitter_decreases(beta):
    """docs/theory.md, noise: the floor is α/2 for every β; jitter decreases by (1 − β)/(1 + β)."""
    rate = 1e-7
    assert position_variance("momentum", beta, rate) == pytest.approx(rate / 2, rel=1e-6)
    ratio = jitter("momentum", beta, rate) / jitter("gd", 0.0, rate)
    assert ratio == pytest.approx((1 - beta) / (1 + beta), rel=1e-6)


def test_the_jitter_of_gradient_descent_is_that_of_an_autoregression():
    # w[t+1] = (1 − α) w[t] − α ξ: var(Δ) = 2 var(w) (1 − corr) with corr = 1 − α.
    rate = np.array([0.1, 1.0, 1.9])
    expected = 2 * position_variance("gd", 0.0, rate) * rate
    np.testing.assert_allclose(jitter("gd", 0.0, rate), expected)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_without_curvature_noise_the_limit_is_the_stability_limit(beta):
    limit = curvature_noise_limit("momentum", beta, 0.0)
    assert limit == pytest.approx(stability_limit("momentum", beta))


def test_momentum_gains_less_with_more_curvature_noise():
    sigma = np.array([0.0, 0.3, 1.0, 10.0])
    gain = curvature_noise_limit("momentum", 0.9, sigma) / curvature_noise_limit("gd", 0.0, sigma)
    assert np.all(np.diff(gain) < 0)
    assert gain[0] == pytest.approx(19)
    assert gain[-1] == pytest.approx(1, abs=0.01)


def test_rules_without_a_closed_form_for_noise_are_refused():
    with pytest.raises(ValueError, match="nesterov"):
        position_variance("nesterov", 0.9, 0.1)
    with pytest.raises(ValueError, match="heavy_ball"):
        curvature_noise_limit("heavy_ball", 0.9, 0.1)
