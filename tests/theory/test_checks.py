"""Equality of the moving average and the heavy ball, and invariances of Adam."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.engine.optimizers import RULES
from momentum_study.engine.points import Points

STEPS = 40
betas = st.floats(0.0, 0.99)
alphas = st.floats(1e-3, 10.0)
sequences = st.lists(st.floats(-10.0, 10.0), min_size=1, max_size=STEPS)
schedules = st.lists(st.floats(0.01, 1.0), min_size=STEPS, max_size=STEPS)


def walk(name, beta, rate, gradients, factors=None):
    """Return positions after each update on a given sequence of gradients."""
    points = Points(RULES[name], beta, rate, np.zeros(1))
    path = []
    for gradient, factor in zip(gradients, factors or [1.0] * len(gradients), strict=True):
        points.update(np.full(1, gradient), factor)
        path.append(points.positions.item())
    return np.array(path)


def close(path, other, rate):
    scale = max(1.0, np.abs(other).max(), rate)
    np.testing.assert_allclose(path, other, rtol=0, atol=1e-11 * scale)


@given(betas, alphas, sequences)
def test_the_average_has_the_iterates_of_the_heavy_ball_for_any_gradients(beta, alpha, gradients):
    average = walk("momentum", beta, alpha, gradients)
    close(walk("heavy_ball", beta, (1 - beta) * alpha, gradients), average, alpha)


@given(betas, st.floats(1e-3, 0.2), st.floats(-2.0, 2.0))
def test_iterates_are_equal_with_a_nonlinear_gradient_of_the_weights(beta, alpha, start):
    def gradient(w):
        return np.sin(3 * w) + w**3

    average = Points(RULES["momentum"], beta, alpha, [start]).run(gradient, STEPS)
    ball = Points(RULES["heavy_ball"], beta, (1 - beta) * alpha, [start]).run(gradient, STEPS)
    np.testing.assert_allclose(ball, average, rtol=0, atol=1e-9)


@given(betas, alphas, schedules, sequences)
def test_a_schedule_keeps_them_equal_where_it_multiplies_the_whole_velocity(
    beta, alpha, factors, gradients
):
    # The velocity of the ball is that of the average over 1 − β, since rates do not enter it.
    factors = factors[: len(gradients)]
    average = walk("momentum", beta, alpha, gradients, factors)
    close(walk("heavy_ball", beta, (1 - beta) * alpha, gradients, factors), average, alpha)


def rate_inside(beta, rates, gradients):
    """v ← βv + ηₜg, w ← w − v: the heavy ball at rate 1 on gradients times ηₜ."""
    return walk("heavy_ball", beta, 1.0, [r * g for r, g in zip(rates, gradients, strict=True)])


@given(betas, alphas, sequences)
def test_with_the_rate_inside_the_velocity_they_are_equal_while_it_is_constant(
    beta, alpha, gradients
):
    rates = [(1 - beta) * alpha] * len(gradients)
    close(rate_inside(beta, rates, gradients), walk("momentum", beta, alpha, gradients), alpha)


@pytest.mark.parametrize("beta", [0.5, 0.9])
@pytest.mark.parametrize("drop", [0.5, 0.1])
def test_with_the_rate_inside_the_velocity_a_drop_of_the_rate_acts_with_a_delay(beta, drop):
    # With gradient 1 the velocity is stationary before the drop. The next step of the average is
    # drop · α, the other one is (β + (1 − β) · drop) · α, since old gradients keep their rate.
    before = 2000
    factors = [1.0] * before + [drop]
    gradients = [1.0] * len(factors)
    average = walk("momentum", beta, 1.0, gradients, factors)
    inside = rate_inside(beta, [(1 - beta) * factor for factor in factors], gradients)
    np.testing.assert_allclose(inside[:before], average[:before], rtol=1e-9)
    assert average[-2] - average[-1] == pytest.approx(drop)
    assert inside[-2] - inside[-1] == pytest.approx(beta + (1 - beta) * drop)


@pytest.mark.parametrize(("beta", "later"), [(0.9, 0.95), (0.9, 0.8), (0.0, 0.9)])
def test_a_change_of_beta_breaks_the_equality_by_the_scale_of_the_velocity(beta, later):
    def resumed(name, rate, gain):
        """Start with β, and continue with the later β and the velocity times a gain."""
        first = Points(RULES[name], beta, rate(beta), np.zeros(1))
        first.run(np.ones_like, 20)
        second = Points(RULES[name], later, rate(later), first.positions)
        second.state[0][...] = gain * first.state[0]
        return second.run(np.ones_like, 20)[:, 0]

    average = resumed("momentum", lambda _: 1.0, 1.0)
    ball = resumed("heavy_ball", lambda b: 1 - b, 1.0)
    rescaled = resumed("heavy_ball", lambda b: 1 - b, (1 - beta) / (1 - later))
    np.testing.assert_allclose(rescaled, average, rtol=1e-12)
    # The velocity before the change has a weight (1 − later)/(1 − β) times as large in the ball.
    carried = later * (1 - beta**20)
    excess = ((1 - later) / (1 - beta) - 1) * carried
    assert average[1] - ball[1] == pytest.approx(excess)
    assert abs(ball[-1] - average[-1]) > 0.1


@given(
    st.floats(0.0, 0.99),
    st.lists(st.floats(0.1, 10.0), min_size=1, max_size=STEPS),
    st.floats(0.1, 1e6),
)
def test_adam_is_invariant_to_the_scale_of_gradients_except_for_epsilon(beta, sizes, scale):
    gradients = np.array(sizes) * (-1.0) ** np.arange(len(sizes))
    path = walk("adam", beta, 0.1, gradients)
    scaled = walk("adam", beta, 0.1, scale * gradients)
    # ε = 1e-8 relative to a root mean square of at least 0.01: at most 1e-6 of each update.
    np.testing.assert_allclose(scaled, path, rtol=0, atol=1e-6 * 0.1 * len(sizes) * 10)


def test_only_adam_is_invariant_to_scale():
    for name in RULES:
        far = walk(name, 0.9, 0.1, [50.0, 20.0])
        assert np.allclose(far, walk(name, 0.9, 0.1, [5.0, 2.0])) == (name == "adam")
