"""Points are updated by the same formulas as networks."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.engine.momentum import initialize_velocity, update_parameters_with_momentum
from momentum_study.engine.optimizers import RULES
from momentum_study.engine.points import Points
from momentum_study.engine.schedules import SCHEDULES


def test_points_equal_the_functions_of_the_tutorial() -> None:
    generator = np.random.default_rng(0)
    start = generator.standard_normal((2, 3))
    gradients = generator.standard_normal((5, 2, 3))
    parameters = {"W1": start.copy(), "b1": np.zeros((2, 1))}
    velocity = initialize_velocity(parameters)
    points = Points(RULES["momentum"], 0.8, 0.3, start)
    for gradient in gradients:
        points.update(gradient)
        parameters, velocity = update_parameters_with_momentum(
            parameters, {"dW1": gradient, "db1": np.ones((2, 1))}, velocity, 0.8, 0.3
        )
    np.testing.assert_allclose(points.positions, parameters["W1"], rtol=1e-15)
    np.testing.assert_allclose(points.state[0], velocity["dW1"], rtol=1e-15)


@pytest.mark.parametrize("name", RULES)
def test_many_points_are_updated_as_one_by_one(name: str) -> None:
    rule = RULES[name]
    betas = np.array([0.1, 0.5, 0.9]) * rule.uses_beta
    rates = np.array([0.01, 0.1, 0.3])
    together = Points(rule, betas, rates, np.ones(3)).run(np.sin, 30)
    for place, (beta, rate) in enumerate(zip(betas, rates, strict=True)):
        alone = Points(rule, beta, rate, 1.0).run(np.sin, 30)
        np.testing.assert_allclose(together[:, place], alone, rtol=1e-14)


@given(beta=st.floats(0, 0.99), seed=st.integers(0, 100), schedule=st.sampled_from(list(SCHEDULES)))
def test_average_and_heavy_ball_agree_under_every_schedule_of_the_rate(beta, seed, schedule):
    """The current rate multiplies the whole velocity, so η_t = (1 − β)α_t for every t."""
    gradients = np.random.default_rng(seed).standard_normal((40, 3))
    average = Points(RULES["momentum"], beta, 0.5, np.zeros(3))
    ball = Points(RULES["heavy_ball"], beta, (1 - beta) * 0.5, np.zeros(3))
    for t, gradient in enumerate(gradients):
        factor = SCHEDULES[schedule].rate(t / 40)
        average.update(gradient, factor)
        ball.update(gradient, factor)
    np.testing.assert_allclose(average.positions, ball.positions, atol=1e-12)


def test_neither_start_nor_gradient_is_changed() -> None:
    start, gradient = np.ones(2), np.full(2, 3.0)
    Points(RULES["adam"], 0.9, 0.1, start).update(gradient)
    assert start.tolist() == [1, 1]
    assert gradient.tolist() == [3, 3]
