"""Closed forms for one eigenvalue, compared with published numbers and with runs of the rules."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from momentum_study.core.errors import StudyError
from momentum_study.engine.optimizers import LINEAR_RULES, RULES
from momentum_study.engine.points import Points
from momentum_study.theory.quadratics import (
    ALTERNATING,
    DIVERGING,
    MONOTONE,
    OSCILLATING,
    dominant_root,
    lag,
    oscillation_window,
    recurrence,
    regime,
    saddle_growth,
    spectral_radius,
    stability_limit,
)

betas = st.floats(0.0, 0.95)


def test_the_linear_rules_are_all_but_adam():
    assert set(RULES) - set(LINEAR_RULES) == {"adam"}


@pytest.mark.parametrize(
    ("rule", "beta", "limit"),
    [
        ("gd", 0.0, 2),
        ("momentum", 0.9, 38),
        ("momentum_corrected", 0.9, 38),
        ("momentum", 0.5, 6),
        ("heavy_ball", 0.9, 3.8),
        ("nesterov", 0.9, 3.8 / 2.8),
        ("nesterov", 0.0, 2),
    ],
)
def test_stability_limits_are_those_of_the_literature(rule, beta, limit):
    assert stability_limit(rule, beta) == pytest.approx(limit, rel=1e-14)


def test_a_stability_limit_takes_arrays():
    np.testing.assert_allclose(stability_limit("momentum", [[0.0], [0.9]]), [[2.0], [38.0]])
    np.testing.assert_array_equal(stability_limit("gd", [0.3, 0.9]), [2.0, 2.0])


@pytest.mark.parametrize("function", [stability_limit, lambda rule, b: spectral_radius(rule, b, 1)])
def test_adam_and_unknown_rules_have_no_closed_form(function):
    with pytest.raises(StudyError, match="adam is not linear"):
        function("adam", 0.9)
    with pytest.raises(StudyError, match="did you mean 'momentum'"):
        function("momentun", 0.9)


@pytest.mark.parametrize("function", [oscillation_window, lambda rule, b: lag(rule, b, 3)])
def test_rules_without_a_closed_form_are_refused(function):
    with pytest.raises(ValueError, match="nesterov"):
        function("nesterov", 0.9)


@given(st.sampled_from(LINEAR_RULES), betas, st.floats(-2.0, 60.0))
def test_the_dominant_root_is_a_root_and_the_largest(rule, beta, rate):
    trace, determinant = recurrence(rule, beta, rate)
    roots = np.roots([1.0, -trace, determinant])
    # Near a double root the error of NumPy's roots is the square root of rounding errors.
    scale = max(1.0, abs(float(trace)))
    assert abs(dominant_root(rule, beta, rate)) == pytest.approx(max(abs(roots)), abs=1e-6 * scale)
    z = dominant_root(rule, beta, rate)
    assert abs(z * z - trace * z + determinant) <= 1e-14 * scale**2


@given(st.sampled_from(["momentum", "heavy_ball"]), betas, st.floats(0.0, 1.0))
def test_within_the_window_the_radius_is_the_square_root_of_beta(rule, beta, place):
    assume(beta > 0.001)
    start, end = oscillation_window(rule, beta)
    rate = start + place * (end - start)
    assert spectral_radius(rule, beta, rate) == pytest.approx(np.sqrt(beta), abs=1e-7)


@pytest.mark.parametrize("rule", ["momentum", "heavy_ball"])
@pytest.mark.parametrize("beta", [0.3, 0.9, 0.99])
def test_near_a_double_root_the_radius_follows_the_square_root_of_the_distance(rule, beta):
    # (T − 2√β)(T + 2√β) with T = 2√β + δ: ρ − √β = √(√β δ) to first order.
    start, _ = oscillation_window(rule, beta)
    gain = 1 - beta if rule == "momentum" else 1.0
    for below in (1e-6, 1e-9):
        expected = np.sqrt(beta) + np.sqrt(np.sqrt(beta) * gain * start * below)
        found = spectral_radius(rule, beta, start * (1 - below))
        assert found == pytest.approx(expected, abs=2e-3 * (expected - np.sqrt(beta)))


def test_the_window_of_beta_09_is_that_of_the_literature():
    # docs/theory.md, one eigenvalue: momentum oscillates for 0.026 < αλ < 38.
    start, end = oscillation_window("momentum", 0.9)
    assert round(float(start), 3) == 0.026
    assert start * end == pytest.approx(1.0)


def test_regimes_change_in_order_with_increasing_rate():
    rates = [0.01, 1.0, 37.99, 38.01]
    expected = [MONOTONE, OSCILLATING, ALTERNATING, DIVERGING]
    assert regime("momentum", 0.9, rates).tolist() == expected
    assert regime("gd", 0.0, [0.5, 1.5, 2.5]).tolist() == [MONOTONE, ALTERNATING, DIVERGING]
    # Nesterov's roots are complex between ((1 − β)/(1 + β))² and 1.
    start = ((1 - 0.9) / (1 + 0.9)) ** 2
    rates = [0.99 * start, 1.01 * start, 0.99, 1.01]
    expected = [MONOTONE, OSCILLATING, OSCILLATING, ALTERNATING]
    assert regime("nesterov", 0.9, rates).tolist() == expected


@given(st.sampled_from(LINEAR_RULES), betas, st.floats(0.02, 1.5))
def test_the_radius_is_below_one_exactly_where_the_quadratic_converges(rule, beta, share):
    """docs/theory.md, one eigenvalue; at least two per cent from the stability limit."""
    assume(abs(share - 1.0) > 0.02)
    rate = share * stability_limit(rule, beta)
    radius = float(spectral_radius(rule, beta, rate))
    points = Points(RULES[rule], beta, rate, np.ones(1))
    with np.errstate(over="ignore", invalid="ignore"):
        path = np.abs(points.run(lambda w: w, 3000))
    # From the second half: the corrected average first grows by orders of magnitude (next test).
    middle, end = path[1400:1500].max(), path[2900:].max()
    # 1e-300: both can underflow.
    converges = bool(end < max(1e-3 * middle, 1e-300))
    grows = not end / 1e3 < max(middle, 1e-300)
    assert converges != grows
    assert (radius < 1.0) == converges
    assert (radius < 1.0) == (share < 1.0)


def test_the_corrected_average_is_stable_in_the_long_run_only():
    # Its first update is that of plain gradient descent at the same α, here 35 times the stable α.
    rate = 0.9 * float(stability_limit("momentum_corrected", 0.95))
    corrected, plain = (
        np.abs(Points(RULES[name], 0.95, rate, np.ones(1)).run(lambda w: w, 8000))
        for name in ("momentum_corrected", "momentum")
    )
    assert corrected[1] == pytest.approx(rate - 1)
    assert plain.max() < 100
    assert corrected.max() > 1e15
    assert corrected[-100:].max() < 1e-6


@given(betas, st.integers(1, 300))
def test_the_lag_of_constant_gradients(beta, step):
    gradients = {name: Points(RULES[name], beta, 0.1, np.zeros(1)) for name in LINEAR_RULES[:3]}
    ends = {name: points.run(np.ones_like, step)[-1, 0] for name, points in gradients.items()}
    for name in ("momentum", "momentum_corrected"):
        behind = (ends[name] - ends["gd"]) / 0.1
        assert behind == pytest.approx(float(lag(name, beta, step)), abs=1e-10)


def test_the_lag_of_beta_09_is_nine_updates_in_the_long_run():
    assert lag("momentum", 0.9, 1000) == pytest.approx(9.0)
    assert lag("momentum", 0.9, 1) == pytest.approx(0.9)


@given(st.floats(0.01, 0.99), st.floats(1e-3, 10.0))
def test_the_average_leaves_a_saddle_slower_than_gradient_descent_and_the_sum_faster(beta, rate):
    """docs/theory.md, saddle: the sign depends on the form."""
    plain = saddle_growth("gd", 0.0, rate)
    assert plain == pytest.approx(1.0 + rate)
    assert 1.0 < saddle_growth("momentum", beta, rate) < plain
    assert plain < saddle_growth("heavy_ball", beta, rate)
