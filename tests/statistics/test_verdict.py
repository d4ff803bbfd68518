from dataclasses import replace

import numpy as np
import pytest

from momentum_study.statistics.estimates import interquartile_mean
from momentum_study.statistics.paired import Effect, expanded_confidence, stratified_effect
from momentum_study.statistics.verdict import Rule, case_outcome, verdict

INF = np.inf
NAN = np.nan


def effect(low, equivalence_low, equivalence_high, high):
    middle = (equivalence_low + equivalence_high) / 2
    return Effect(middle, low, high, equivalence_low, equivalence_high, 10)


BETTER = effect(0.3, 0.4, 0.8, 0.9)
WORSE = effect(-0.9, -0.8, -0.4, -0.3)
SLIGHTLY_BETTER = effect(0.01, 0.02, 0.05, 0.06)
SLIGHTLY_WORSE = effect(-0.06, -0.05, -0.02, -0.01)
SAME = effect(-0.05, -0.04, 0.04, 0.05)
# Only the narrower interval is within the margin.
NEARLY_SAME = effect(-0.12, -0.08, 0.08, 0.12)
BORDERLINE_BETTER = effect(0.05, 0.08, 0.3, 0.4)
WIDE = effect(-0.5, -0.4, 0.4, 0.5)
ONE_SIDED = effect(-0.05, 0.02, 0.4, 0.5)
ONLY_THE_REFERENCE_FAILED = Effect(INF, INF, INF, INF, INF, 3)
NEITHER_WAY = Effect(NAN, -INF, INF, -INF, INF, 6)
EMPTY = Effect(NAN, NAN, NAN, NAN, NAN, 0)
IDENTICAL = Effect(0.0, 0.0, 0.0, 0.0, 0.0, 10)


@pytest.mark.parametrize(
    ("case", "greater", "not_worse", "no_difference"),
    [
        (BETTER, "for", "for", "against"),
        (WORSE, "against", "against", "against"),
        (SLIGHTLY_BETTER, "no_difference", "for", "for"),
        (SLIGHTLY_WORSE, "no_difference", "for", "for"),
        (SAME, "no_difference", "for", "for"),
        (NEARLY_SAME, "no_difference", "undecided", "for"),
        (BORDERLINE_BETTER, "for", "for", "undecided"),
        (WIDE, "undecided", "undecided", "undecided"),
        (ONE_SIDED, "undecided", "for", "undecided"),
        (ONLY_THE_REFERENCE_FAILED, "for", "for", "against"),
        (NEITHER_WAY, "undecided", "undecided", "undecided"),
        (EMPTY, "undecided", "undecided", "undecided"),
        (IDENTICAL, "no_difference", "for", "for"),
    ],
)
def test_outcome_of_a_case(case, greater, not_worse, no_difference):
    assert case_outcome(case, "greater", 0.1) == greater
    assert case_outcome(case, "not_worse", 0.1) == not_worse
    assert case_outcome(case, "no_difference", 0.1) == no_difference


@pytest.mark.parametrize("margin", [-0.1, NAN])
def test_a_margin_is_not_negative(margin):
    with pytest.raises(ValueError, match="margin"):
        case_outcome(SAME, "greater", margin)


def outcomes(won=0, lost=0, same=0, unknown=0):
    return ["for"] * won + ["against"] * lost + ["no_difference"] * same + ["undecided"] * unknown


@pytest.mark.parametrize(
    ("cases", "expected"),
    [
        (outcomes(won=10), "supported"),
        (outcomes(won=9, lost=1), "supported"),
        (outcomes(won=27, same=3, unknown=30), "supported"),
        (outcomes(won=8, lost=1), "depends"),
        (outcomes(won=5, lost=5), "depends"),
        (outcomes(won=5, same=5), "depends"),
        (outcomes(won=2, lost=9), "depends"),
        (outcomes(won=1, lost=9), "refuted"),
        (outcomes(lost=4), "refuted"),
        (outcomes(lost=1, same=9), "refuted"),
        (outcomes(same=9, unknown=1), "no_difference"),
        (outcomes(same=4, unknown=6), "undecided"),
        (outcomes(same=10), "no_difference"),
        (outcomes(won=5, unknown=5), "supported"),
        (outcomes(won=5, unknown=6), "undecided"),
        (outcomes(unknown=3), "undecided"),
        ([], "undecided"),
    ],
)
def test_verdict(cases, expected):
    assert verdict(cases, Rule()) == expected
    assert verdict(cases[::-1], Rule()) == expected


def test_the_rule_sets_the_shares():
    cases = outcomes(won=7, lost=3, unknown=10)
    assert verdict(cases, Rule(supported_share=0.7)) == "supported"
    assert verdict(cases, Rule(refuted_share=0.7)) == "refuted"
    assert verdict(cases, Rule(decided_share=0.51)) == "undecided"


EXPERIMENTS = 400


@pytest.fixture(scope="module")
def null_effects():
    """Effects of 7 data sets, 10 seeds and 2 correlated items each, with a true effect of 0."""
    confidence = expanded_confidence(0.95, replicates=10, strata=7)
    effects = []
    for experiment in range(EXPERIMENTS):
        generator = np.random.Generator(np.random.PCG64(experiment))
        values = generator.normal(size=(7, 10, 1)) + generator.normal(size=(7, 10, 2))
        effects.append(stratified_effect(values, interquartile_mean, confidence, 500, generator))
    return effects


def shares(effects, expects, margin, truth=0.0):
    """Return the share of each outcome if the true effect is added to all effects."""
    judged = []
    for null in effects:
        moved = {
            name: getattr(null, name) + truth
            for name in ("value", "low", "high", "equivalence_low", "equivalence_high")
        }
        judged.append(case_outcome(replace(null, **moved), expects, margin))
    return {outcome: judged.count(outcome) / len(judged) for outcome in judged}


# The standard error of a share near 0.05 of 400 is 0.011, near 0.025 it is 0.008. The intervals of
# these effects extend by about 0.3 to either side.


def test_without_an_effect_one_case_in_twenty_is_decided(null_effects):
    found = shares(null_effects, "greater", margin=0.0)
    assert 0.02 <= found["for"] + found["against"] <= 0.07
    assert found["for"] + found["against"] + found["undecided"] == pytest.approx(1)


def test_an_effect_of_the_margin_is_judged_no_difference_one_time_in_twenty(null_effects):
    for truth in (-1.0, 1.0):
        assert 0.02 <= shares(null_effects, "no_difference", 1.0, truth)["for"] <= 0.07


def test_an_effect_of_the_margin_is_judged_not_worse_one_time_in_forty(null_effects):
    assert 0.005 <= shares(null_effects, "not_worse", 1.0, truth=-1.0)["for"] <= 0.045


def test_clear_cases_are_nearly_always_judged_correctly(null_effects):
    assert shares(null_effects, "no_difference", 1.0)["for"] > 0.99
    assert shares(null_effects, "greater", 1.0)["no_difference"] > 0.99
    assert shares(null_effects, "greater", 0.1, truth=1.0)["for"] > 0.99
    assert shares(null_effects, "greater", 0.1, truth=-1.0)["against"] > 0.99
    assert shares(null_effects, "no_difference", 0.1, truth=1.0)["against"] > 0.99
    assert shares(null_effects, "not_worse", 0.1, truth=1.0)["for"] > 0.99
