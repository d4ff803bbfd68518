import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.theory.quadratics import spectral_radius
from momentum_study.theory.tuning import (
    best_beta,
    best_radius,
    best_rate,
    break_even_kappa,
    saturation_kappa,
    speed_up,
    tuned_radius,
    tuned_rate,
)

ADVISED = [0.8, 0.9, 0.95]
kappas = st.floats(1.01, 1e5)


def slowest(rule, beta, rate, kappa):
    """Return the largest radius over a spectrum, including values between its ends."""
    eigenvalues = np.geomspace(1.0, kappa, 50)
    return spectral_radius(rule, beta, rate * eigenvalues).max()


def test_published_condition_numbers():
    assert saturation_kappa(ADVISED).round().tolist() == [322, 1442, 6082]
    assert break_even_kappa(ADVISED).round(1).tolist() == [17.9, 38.0, 78.0]


@pytest.mark.parametrize(
    ("kappa", "published", "digits"),
    [(10, 0.26, 2), (30, 0.79, 2), (100, 2.6, 1), (300, 7.9, 1), (1e7, 19, 0)],
)
def test_published_speed_ups_of_beta_09(kappa, published, digits):
    assert round(float(speed_up(0.9, kappa)), digits) == round(published, digits)


def test_the_speed_up_of_beta_09_is_largest_at_1442_with_nearly_38_and_decreases_to_19():
    kappa = np.geomspace(10, 1e6, 2000)
    gain = speed_up(0.9, kappa)
    assert kappa[gain.argmax()] == pytest.approx(1442, rel=0.01)
    # docs/theory.md, a spectrum from μ to L: the largest gain is nearly the break-even κ.
    assert speed_up(0.9, 1442) == pytest.approx(37.956, abs=1e-3)
    assert np.all(np.diff(gain[gain.argmax() :]) < 0)
    assert np.all(gain > 0.2)


@given(st.sampled_from(["gd", "momentum", "heavy_ball", "nesterov"]), kappas)
def test_the_best_rate_and_beta_have_the_best_radius_on_the_whole_spectrum(rule, kappa):
    rate, beta = best_rate(rule, kappa), best_beta(rule, kappa)
    # At a double root the error is the square root of rounding errors.
    assert slowest(rule, beta, rate, kappa) == pytest.approx(
        float(best_radius(rule, kappa)), abs=1e-6
    )


@given(
    st.sampled_from(["gd", "momentum", "heavy_ball", "nesterov"]),
    kappas,
    st.floats(0.0, 0.999),
    st.floats(0.01, 10.0),
)
def test_no_other_rate_and_beta_are_better(rule, kappa, beta, factor):
    radius = slowest(rule, beta, factor * best_rate(rule, kappa), kappa)
    assert radius >= best_radius(rule, kappa) - 1e-9


@given(kappas, st.floats(0.0, 0.999), st.floats(0.01, 10.0))
def test_no_other_rate_is_better_for_a_given_beta(kappa, beta, factor):
    tuned = tuned_radius(beta, kappa)
    assert slowest("momentum", beta, tuned_rate(beta, kappa), kappa) == pytest.approx(
        float(tuned), abs=1e-6
    )
    other = factor * tuned_rate(beta, kappa)
    assert slowest("momentum", beta, other, kappa) >= tuned - 1e-9


@given(st.floats(0.01, 0.99), kappas)
def test_the_tuned_radius_is_the_root_of_beta_up_to_saturation_and_the_formula_above(beta, kappa):
    trace = (1 + beta) * (kappa - 1) / (kappa + 1)
    width = np.sqrt(max(0.0, trace**2 - 4 * beta))
    expected = (trace + width) / 2 if kappa > saturation_kappa(beta) else np.sqrt(beta)
    assert tuned_radius(beta, kappa) == pytest.approx(expected, abs=1e-7)


def test_without_momentum_the_tuned_radius_is_that_of_gradient_descent():
    np.testing.assert_allclose(tuned_radius(0.0, [3.0, 100.0]), best_radius("gd", [3.0, 100.0]))
    np.testing.assert_allclose(tuned_rate(0.0, [3.0, 100.0]), best_rate("gd", [3.0, 100.0]))


@given(st.floats(0.05, 0.99))
def test_momentum_is_slower_below_the_break_even_and_faster_above(beta):
    even = float(break_even_kappa(beta))
    assert speed_up(beta, even) == pytest.approx(1.0)
    assert speed_up(beta, 1 + 0.9 * (even - 1)) < 1 < speed_up(beta, 1 + 1.1 * (even - 1))


@pytest.mark.parametrize("function", [best_rate, best_beta, best_radius])
def test_a_rule_without_a_known_optimum_is_refused(function):
    with pytest.raises(ValueError, match="adam"):
        function("adam", 10.0)
