"""Every rule makes the updates of its textbook formula, and is stable where theory says so."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import updates

from momentum_study.errors import StudyError
from momentum_study.optimizers import RULES, get_rule

NAMES = ("gd", "momentum", "momentum_corrected", "heavy_ball", "nesterov", "adam")

seeds = st.integers(0, 2**32 - 1)
betas = st.floats(0.0, 0.999)
rates = st.floats(1e-6, 10.0)


def run(name, w, gradients, rates, betas):
    """Weights after each update by the rule; rates and betas may be arrays that broadcast."""
    rule = RULES[name]
    w = w.copy()
    state = [np.zeros_like(w) for _ in rule.state]
    path = []
    for t, (g, rate) in enumerate(zip(gradients, rates, strict=True), start=1):
        gained = np.multiply(g, rule.gain(betas))
        rule.update(w, gained, state, np.empty_like(w), rule.coefficients(betas, rate, t))
        path.append(w.copy())
    return path


def test_every_rule_is_tested_and_goes_by_its_name():
    assert {name: rule.name for name, rule in RULES.items()} == {name: name for name in NAMES}


@given(st.sampled_from(NAMES), seeds, betas, st.lists(rates, min_size=1, max_size=12))
def test_updates_equal_the_textbook_formula(name, seed, beta, rates):
    generator = np.random.default_rng(seed)
    w = generator.standard_normal((3, 2))
    gradients = generator.standard_normal((len(rates), 3, 2))
    expected = updates(name, w, gradients, rates, beta)
    actual = run(name, w, gradients, rates, beta)
    np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", NAMES)
def test_arrays_of_coefficients_update_each_network_as_numbers_would(name):
    generator = np.random.default_rng(0)
    cells, steps = 4, 6
    w = generator.standard_normal((2, cells, 5))
    gradients = generator.standard_normal((steps, 2, cells, 5))
    betas = np.array([0.0, 0.5, 0.9, 0.99])
    rates = np.array([0.1, 0.01, 1.0, 0.3])
    columns = [betas[None, :, None], rates[None, :, None]]
    stack = run(name, w, gradients, [columns[1]] * steps, columns[0])
    for cell in range(cells):
        alone = run(name, w[:, cell], gradients[:, :, cell], [rates[cell]] * steps, betas[cell])
        np.testing.assert_array_equal([weights[:, cell] for weights in stack], alone)


@given(seeds, betas, rates)
def test_momentum_is_the_heavy_ball_at_its_heavy_ball_rate(seed, beta, rate):
    generator = np.random.default_rng(seed)
    w, gradients = generator.standard_normal(4), generator.standard_normal((30, 4))
    eta = RULES["momentum"].heavy_ball_rate(rate, beta)
    momentum = run("momentum", w, gradients, [rate] * 30, beta)
    heavy_ball = run("heavy_ball", w, gradients, [eta] * 30, beta)
    np.testing.assert_allclose(momentum, heavy_ball, rtol=1e-11, atol=1e-11 * max(1, rate))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("gd", "adam")])
def test_without_momentum_every_rule_is_gradient_descent_bit_for_bit(name):
    generator = np.random.default_rng(0)
    w, gradients = generator.standard_normal(50), generator.standard_normal((20, 50))
    rates = list(generator.uniform(0.01, 1, 20))
    descent = run("gd", w, gradients, rates, 0.0)
    assert np.array_equal(run(name, w, gradients, rates, 0.0), descent)


@pytest.mark.parametrize("name", NAMES)
def test_homogeneous_rules_and_only_they_scale_with_their_gradients(name):
    generator = np.random.default_rng(0)
    gradients = generator.standard_normal((8, 6))
    w = np.zeros(6)
    once = run(name, w, gradients, [0.1] * 8, 0.9)[-1]
    # 4 is a power of two: the scaling itself rounds nothing.
    scaled = run(name, w, 4 * gradients, [0.1] * 8, 0.9)[-1]
    assert np.array_equal(scaled, 4 * once) == RULES[name].homogeneous


@pytest.mark.parametrize("name", NAMES)
def test_coefficients_depend_on_t_exactly_where_the_rule_says_so(name):
    rule = RULES[name]
    changed = rule.coefficients(0.9, 0.1, 1) != rule.coefficients(0.9, 0.1, 2)
    assert changed == rule.depends_on_t


@pytest.mark.parametrize("name", NAMES)
def test_beta_matters_exactly_where_the_rule_says_so(name):
    gradients = np.array([[1.0], [2.0], [-1.0]])
    low, high = (run(name, np.zeros(1), gradients, [0.1] * 3, beta)[-1] for beta in (0.5, 0.9))
    assert (low != high).item() == RULES[name].uses_beta


@pytest.mark.parametrize(
    ("name", "beta", "limit"),
    [
        ("gd", 0.0, 2.0),
        *[("momentum", beta, 2 * (1 + beta) / (1 - beta)) for beta in (0.5, 0.9, 0.99)],
        *[("heavy_ball", beta, 2 * (1 + beta)) for beta in (0.5, 0.9, 0.99)],
        *[("nesterov", beta, (2 + 2 * beta) / (1 + 2 * beta)) for beta in (0.5, 0.9, 0.99)],
    ],
)
@pytest.mark.parametrize("curvature", [0.3, 7.0])
def test_a_quadratic_is_stable_below_the_limit_and_not_above(name, beta, limit, curvature):
    """SCIENCE: the gradient is λw; the limit is on rate × λ."""
    rule = RULES[name]
    sizes = []
    for factor in (0.99, 1.01):
        w, state = np.ones(1), [np.zeros(1) for _ in rule.state]
        coefficients = rule.coefficients(beta, factor * limit / curvature, 1)
        with np.errstate(over="ignore", invalid="ignore"):
            for _ in range(4000):
                rule.update(w, rule.gain(beta) * curvature * w, state, np.empty(1), coefficients)
        sizes.append(np.nan_to_num(abs(w.item()), nan=np.inf))
    assert sizes[0] < 1e-3
    assert sizes[1] > 1e3


@given(betas, rates)
def test_rates_of_the_two_conventions(beta, rate):
    for name in ("momentum", "momentum_corrected", "adam"):
        assert RULES[name].effective_rate(rate, beta) == rate
        assert RULES[name].heavy_ball_rate(rate, beta) == pytest.approx((1 - beta) * rate)
    for name in ("heavy_ball", "nesterov"):
        assert RULES[name].heavy_ball_rate(rate, beta) == rate
        assert RULES[name].effective_rate(rate, beta) == pytest.approx(rate / (1 - beta))
    assert RULES["gd"].effective_rate(rate, 0.0) == RULES["gd"].heavy_ball_rate(rate, 0.0) == rate


@pytest.mark.parametrize("name", [name for name in NAMES if name != "adam"])
def test_effective_rate_is_the_step_under_a_gradient_that_never_changes(name):
    beta = 0.0 if name == "gd" else 0.9
    path = run(name, np.zeros(1), [np.ones(1)] * 400, [0.01] * 400, beta)
    step = (path[-2] - path[-1]).item()
    assert step == pytest.approx(RULES[name].effective_rate(0.01, beta), rel=1e-10)


def test_get_rule_returns_the_rule_of_that_name():
    assert [get_rule(name) for name in NAMES] == [RULES[name] for name in NAMES]


@pytest.mark.parametrize(
    ("wrong", "nearest"), [("momentun", "momentum"), ("heavyball", "heavy_ball"), ("Adam", "adam")]
)
def test_an_unknown_rule_is_refused_and_the_nearest_named(wrong, nearest):
    with pytest.raises(StudyError, match=f"'{wrong}'.*did you mean '{nearest}'"):
        get_rule(wrong)


def test_an_unknown_rule_that_resembles_none_is_answered_with_all_names():
    with pytest.raises(StudyError, match="xyz") as caught:
        get_rule("xyz")
    assert all(name in str(caught.value) for name in NAMES)
