"""Rates are found again from what they make, and the recording is whole."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.rates import cross_validated, fit, measure, spread
from momentum_study.engine.activations import ACTIVATIONS
from momentum_study.engine.losses import LOSSES
from momentum_study.engine.optimizers import RULES
from momentum_study.studies.plan.rates import Rates, recorded_rates
from momentum_study.studies.plan.work import work


def test_known_rates_are_found_again() -> None:
    # Of different lengths, so that what is done once and what is done at each step differ.
    works = [
        work(replace(training, steps=1 + 37 * (number % 9)))
        for number, training in enumerate(spread(150))
    ]
    known = dict(recorded_rates().seconds)
    seconds = [Rates(known).time(amounts) for amounts in works]
    found = Rates(fit(works, seconds))
    np.testing.assert_allclose([found.time(amounts) for amounts in works], seconds, rtol=1e-6)
    for kind in ("update", "product", "multiply_add", "rule.adam", "activation.tanh"):
        assert found.seconds[kind] == pytest.approx(known[kind], rel=1e-3)


def test_a_fit_weighs_relative_errors() -> None:
    # One rate for two trainings that disagree: between them in ratio, not in difference.
    rates = fit([{"a": 1.0}, {"a": 1000.0}], [1.0, 2000.0])
    assert rates["a"] == pytest.approx((1 + 0.5) / (1 + 0.25))


def test_no_rate_is_negative() -> None:
    rates = fit([{"a": 1.0, "b": 1.0}, {"a": 1.0, "b": 2.0}], [2.0, 1.0])
    assert min(rates.values()) >= 0


def test_cross_validation_is_exact_where_the_work_explains_the_time() -> None:
    works = [{"a": float(i % 7 + 1), "b": float(i % 3)} for i in range(20)]
    seconds = [2 * amounts["a"] + 3 * amounts["b"] for amounts in works]
    np.testing.assert_allclose(cross_validated(works, seconds), 1.0)


def test_the_spread_has_everything_there_is_to_time() -> None:
    kinds = {kind for training in spread(60) for kind in work(training)}
    assert {f"rule.{name}" for name in RULES} <= kinds
    assert {f"activation.{name}" for name in ACTIVATIONS} <= kinds
    assert {f"loss.{name}" for name in LOSSES} <= kinds


def test_the_recording_has_every_kind_of_work() -> None:
    rates = recorded_rates()
    for training in spread(60):
        assert rates.unknown(work(training)) == []


def test_a_training_is_measured_with_the_steps_that_it_made() -> None:
    training, seconds = measure(next(t for t in spread(40) if t.evaluations and t.networks < 20))
    assert training.steps > 1
    assert 2 <= training.evaluations <= 41
    assert seconds > 0


def test_a_rule_of_ones_own_is_as_slow_as_the_slowest() -> None:
    rates = Rates({"rule.gd": 1.0, "rule.adam": 5.0, "evaluation.loss.mse": 9.0})
    assert rates.time({"rule.mine": 2.0}) == 10.0
    assert rates.unknown({"rule.mine": 2.0, "rule.gd": 1.0}) == ["rule.mine"]


def test_rules_of_ones_own_can_be_planned() -> None:
    mine = replace(RULES["gd"], name="mine")
    training = replace(spread(1)[0], rule=mine)
    amounts = work(training)
    slowest = max(RULES, key=lambda name: recorded_rates().seconds[f"rule.{name}"])
    same = work(replace(training, rule=replace(mine, name=slowest)))
    assert recorded_rates().time(amounts) == pytest.approx(recorded_rates().time(same))
