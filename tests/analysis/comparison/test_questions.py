"""Which comparisons a problem allows."""

from itertools import product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from momentum_study.analysis.comparison.questions import Defaults, comparisons
from momentum_study.engine.optimizers import RULES

DEFAULTS = Defaults()
TARGETS = ["steps_to_0.5"]
RATES = (0.001, 0.01, 1.0)


def cells(*groups, rates=RATES) -> pd.DataFrame:
    """Cells of (rule, β) or (rule, β, schedule), at every rate."""
    rows = [(*(*group, "constant")[:3], rate) for group, rate in product(groups, rates)]
    return pd.DataFrame(rows, columns=["rule", "beta", "schedule", "learning_rate"])


GD, HALF, USUAL = ("gd", 0.0), ("momentum", 0.5), ("momentum", 0.9)


def asked(table, question, defaults=DEFAULTS) -> set[tuple[str, str, str]]:
    return {
        (one.matched_on, one.reference.key.label, one.arm.key.label)
        for one in comparisons(table, TARGETS, defaults)
        if one.question == question
    }


def questions(table) -> set[str]:
    return {one.question for one in comparisons(table, TARGETS, DEFAULTS)}


def test_every_rule_is_compared_with_plain_gradient_descent():
    found = asked(cells(GD, HALF, USUAL, ("adam", 0.9)), "rules")
    assert {
        arm for matched, reference, arm in found if (matched, reference) == ("tuned", "gd")
    } == {
        "momentum 0.5",
        "momentum 0.9",
        "momentum tuned",
        "adam 0.9",
        "best rule 0.9",
    }


def test_only_linear_rules_are_compared_at_the_same_rate():
    found = asked(cells(GD, HALF, USUAL, ("adam", 0.9)), "rules")
    for rate in ("same_alpha", "same_eta"):
        assert {arm for own, _, arm in found if own == rate} == {"momentum 0.9", "momentum tuned"}
    assert {arm for own, _, arm in found if own == "every_alpha"} == {"momentum 0.9"}


def test_the_best_rule_is_not_chosen_from_both_forms_of_momentum():
    def several_rules(*groups):
        found = comparisons(cells(GD, USUAL, ("heavy_ball", 0.9), *groups), TARGETS, DEFAULTS)
        return {one.arm.rules for one in found if len(one.arm.rules) > 1}

    assert several_rules() == set()
    assert several_rules(("nesterov", 0.9)) == {("momentum", "nesterov")}


def test_the_usual_beta_is_that_of_the_defaults():
    table = cells(GD, HALF, USUAL)
    assert ("tuned", "momentum tuned", "momentum 0.9") in asked(table, "default_beta")
    other = asked(table, "default_beta", Defaults(beta=0.5))
    assert other == {("tuned", "momentum tuned", "momentum 0.5")}


def test_a_tuned_beta_needs_several_values():
    assert "default_beta" not in questions(cells(GD, USUAL))
    assert "default_beta" not in questions(cells(GD, HALF, ("momentum", 0.8)))


def test_the_advised_range_and_its_ends_are_compared_if_the_grid_has_them():
    table = cells(USUAL)
    assert {arm for *_, arm in asked(table, "default_rate")} == {
        "momentum 0.9, 0.001 to 0.01",
        "momentum 0.9, 0.001",
        "momentum 0.9, 0.01",
    }
    one_end = Defaults(rates=(0.005, 0.01))
    assert {arm for *_, arm in asked(table, "default_rate", one_end)} == {
        "momentum 0.9, 0.005 to 0.01",
        "momentum 0.9, 0.01",
    }
    assert asked(table, "default_rate", Defaults(rates=(2.0, 3.0))) == set()
    single = Defaults(rates=(0.01, 0.01))
    assert {arm for *_, arm in asked(table, "default_rate", single)} == {"momentum 0.9, 0.01"}


def test_the_correction_is_compared_at_each_beta_that_both_have():
    corrected = [("momentum_corrected", beta) for beta in (0.8, 0.9)]
    table = cells(USUAL, ("momentum", 0.99), *corrected, ("adam", 0.99))
    assert asked(table, "correction") == {
        (matched_on, "momentum 0.9", "momentum_corrected 0.9")
        for matched_on in ("tuned", "every_alpha")
    }


def test_a_change_during_the_run_is_compared_with_the_same_form_unchanged():
    table = cells(
        USUAL,
        ("momentum", 0.9, "beta_up"),
        ("heavy_ball", 0.9),
        ("heavy_ball", 0.9, "rate_down"),
        ("nesterov", 0.9),
        ("nesterov", 0.9, "beta_up"),
    )
    assert asked(table, "intervention") == {
        ("every_alpha", "momentum 0.9", "momentum 0.9, beta_up"),
        ("every_alpha", "heavy_ball 0.9", "heavy_ball 0.9, rate_down"),
    }
    alone = cells(("momentum", 0.9, "beta_up"), ("momentum", 0.5))
    assert "intervention" not in questions(alone)
    # A change during the run is no decay, and is not tuned.
    assert not {"schedule", "rules_decayed"} & questions(table)


def test_comparisons_under_a_decay():
    table = cells(GD, USUAL, ("gd", 0.0, "cosine"), ("momentum", 0.9, "cosine"))
    assert asked(table, "schedule") == {
        ("tuned", "gd", "gd, cosine"),
        ("tuned", "momentum 0.9", "momentum 0.9, cosine"),
    }
    assert asked(table, "rules_decayed") == {("tuned", "gd, cosine", "momentum 0.9, cosine")}
    without = cells(USUAL, ("momentum", 0.9, "step"))
    assert asked(without, "schedule") == {("tuned", "momentum 0.9", "momentum 0.9, step")}
    assert asked(without, "rules_decayed") == set()


@pytest.mark.parametrize(
    "groups", [[GD], [HALF], [("adam", 0.9)], [("gd", 0.0, "cosine")], [GD, ("gd", 0.0, "beta_up")]]
)
def test_nothing_is_compared_without_a_reference(groups):
    assert questions(cells(*groups)) == set()


GROUPS = [
    (rule, beta, schedule)
    for rule, schedule in product(RULES, ("constant", "cosine", "beta_up", "rate_down"))
    for beta in ((0.5, 0.9) if RULES[rule].uses_beta else (0.0,))
]


@settings(max_examples=60)
@given(st.sets(st.sampled_from(GROUPS), min_size=1))
def test_both_arms_of_a_comparison_have_cells_and_no_comparison_is_repeated(groups):
    table = cells(*sorted(groups), rates=(0.01, 1.0))
    found = list(comparisons(table, TARGETS, DEFAULTS))
    for one in found:
        assert one.reference.among(table).any()
        assert one.arm.among(table).any()
    keys = [
        (one.question, one.matched_on, one.reference.key, one.arm.key, criterion)
        for one in found
        for criterion in one.criteria
    ]
    assert len(keys) == len(set(keys))
