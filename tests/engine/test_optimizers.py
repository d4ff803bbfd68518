"""Every rule equals its textbook formula, and is stable where theory predicts it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.core.errors import StudyError
from momentum_study.engine import optimizers
from momentum_study.engine.optimizers import RULES, Rule, get_rule, known_rules, set_added_rules
from tests.reference import updates

NAMES = ("gd", "momentum", "momentum_corrected", "heavy_ball", "nesterov", "adam")

seeds = st.integers(0, 2**32 - 1)
betas = st.floats(0.0, 0.999)
rates = st.floats(1e-6, 10.0)


def run(name, w, gradients, rates, beta):
    """Weights after each update by the rule."""
    rule = RULES[name]
    w = w.copy()
    state = [np.zeros_like(w) for _ in rule.state]
    path = []
    for t, (g, rate) in enumerate(zip(gradients, rates, strict=True), start=1):
        gained = g * rule.gain(beta)
        rule.update(w, gained, state, np.empty_like(w), rule.coefficients(beta, rate, t))
        path.append(w.copy())
    return path


def test_every_rule_is_tested_and_goes_by_its_name():
    assert {name: rule.name for name, rule in RULES.items()} == {name: name for name in NAMES}
    assert [get_rule(name) for name in NAMES] == [RULES[name] for name in NAMES]


@given(st.sampled_from(NAMES), seeds, betas, st.lists(rates, min_size=1, max_size=12))
def test_updates_equal_the_textbook_formula(name, seed, beta, rates):
    generator = np.random.default_rng(seed)
    w = generator.standard_normal((3, 2))
    gradients = generator.standard_normal((len(rates), 3, 2))
    expected = updates(name, w, gradients, rates, beta)
    actual = run(name, w, gradients, rates, beta)
    np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-10)


@given(seeds, betas, rates)
def test_momentum_is_the_heavy_ball_at_its_heavy_ball_rate(seed, beta, rate):
    generator = np.random.default_rng(seed)
    w, gradients = generator.standard_normal(4), generator.standard_normal((30, 4))
    eta = RULES["momentum"].heavy_ball_rate(rate, beta)
    momentum = run("momentum", w, gradients, [rate] * 30, beta)
    heavy_ball = run("heavy_ball", w, gradients, [eta] * 30, beta)
    np.testing.assert_allclose(momentum, heavy_ball, rtol=1e-11, atol=1e-11 * max(1, rate))


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
    """docs/theory.md, one eigenvalue: the gradient is λw; the limit is on rate × λ."""
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


@pytest.mark.parametrize(
    ("wrong", "nearest"), [("momentun", "momentum"), ("heavyball", "heavy_ball"), ("Adam", "adam")]
)
def test_an_unknown_rule_is_refused_and_the_nearest_named(wrong, nearest):
    with pytest.raises(StudyError, match=f"'{wrong}'.*did you mean '{nearest}'") as caught:
        get_rule(wrong)
    assert all(name in str(caught.value) for name in NAMES)


@pytest.fixture
def added(monkeypatch) -> Rule:
    """A rule that a user has added, until the end of the test."""
    monkeypatch.setattr(optimizers, "_added", {})
    rule = replace(RULES["adam"], name="adam_of_mine")
    set_added_rules([rule])
    return rule


def test_an_added_rule_is_known_after_the_built_in_ones(added):
    assert list(known_rules()) == [*NAMES, "adam_of_mine"]
    assert get_rule("adam_of_mine") is added
    assert "adam_of_mine" not in RULES
    with pytest.raises(StudyError, match="did you mean 'adam_of_mine'"):
        get_rule("adam_of_min")


def test_added_rules_take_the_place_of_those_before(added):
    set_added_rules([replace(added, name="other")])
    assert list(known_rules()) == [*NAMES, "other"]
    set_added_rules([])
    assert known_rules() == dict(RULES)


@pytest.mark.parametrize("names", [["gd"], ["twice", "twice"]])
def test_no_rule_takes_the_name_of_another_and_nothing_changes(added, names):
    with pytest.raises(ValueError, match=f"'{names[-1]}' already"):
        set_added_rules(replace(added, name=name) for name in names)
    assert list(known_rules()) == [*NAMES, "adam_of_mine"]
