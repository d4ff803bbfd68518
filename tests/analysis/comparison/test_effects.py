"""Effects of pairs: counts by hand, missing intervals, and how often intervals are wrong."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from momentum_study.analysis.comparison.effects import (
    calibrated_effect,
    counts_of,
    effect_columns,
    replicate_gains,
    stacked_gains,
    summary_of,
    unit_of,
)
from momentum_study.core.seeds import generator
from momentum_study.statistics.estimates import interquartile_mean
from momentum_study.statistics.paired import Effect, stratified_effect

NAN, INF = np.nan, np.inf


def pairs(*rows) -> pd.DataFrame:
    """Pairs of (data set, replicate, reference cost, cost); "diverged" in place of a cost."""
    table = pd.DataFrame(rows, columns=["dataset", "replicate", "reference_cost", "cost"])
    for name in ("reference_", ""):
        table[f"{name}diverged"] = table[f"{name}cost"] == "diverged"
        costs = table[f"{name}cost"].where(~table[f"{name}diverged"], INF)
        table[f"{name}cost"] = costs.astype("float64")
    with np.errstate(invalid="ignore", divide="ignore"):
        table["gain"] = np.log(table["reference_cost"] / table["cost"])
    return table


def test_counts_by_hand():
    table = pairs(
        ("iris", 0, 2.0, 1.0),
        ("iris", 1, 2.0, INF),
        ("iris", 2, INF, 1.0),
        ("iris", 3, INF, INF),
        ("wine", 0, "diverged", 1.0),
        ("wine", 1, "diverged", "diverged"),
        ("wine", 2, INF, "diverged"),
    )
    assert counts_of(table) == {
        "n_pairs": 7,
        "n_compared": 4,
        "n_failed": 4,
        "n_reference_failed": 5,
        "n_both_failed": 3,
        "n_diverged": 2,
        "n_reference_diverged": 2,
    }


def test_a_diverged_run_has_failed_even_if_its_cost_is_nan():
    # As for the shape of the path.
    table = pairs(("iris", 0, 0.5, 0.5)).assign(cost=NAN, gain=NAN, diverged=True)
    counts = counts_of(table)
    assert (counts["n_failed"], counts["n_diverged"], counts["n_compared"]) == (1, 1, 0)


def test_gains_are_stacked_by_data_set_and_replicate():
    table = pd.DataFrame(
        [("wine", 3, 1.0), ("iris", 3, 2.0), ("wine", 1, 3.0), ("wine", 3, 4.0)],
        columns=["dataset", "replicate", "gain"],
    )
    expected = [[[NAN, NAN], [2, NAN]], [[3, NAN], [1, 4]]]
    np.testing.assert_array_equal(stacked_gains(table), expected)


@given(st.permutations(range(6)))
def test_stacks_depend_on_the_order_of_rows_only_within_replicates(order):
    table = pd.DataFrame(
        {"dataset": list("aabbbb"), "replicate": [0, 1, 0, 0, 1, 2], "gain": range(6)}
    )
    stacked = stacked_gains(table.iloc[list(order)])
    np.testing.assert_array_equal(np.sort(stacked), np.sort(stacked_gains(table)))


def test_no_pairs_make_no_effect():
    nothing = pairs()
    assert np.isnan(stacked_gains(nothing)).all()
    summary = summary_of(nothing, 0.95, 50, generator(0))
    assert np.isnan([summary[name] for name in ("effect", "low", "high", "probability")]).all()
    assert summary["p_value"] == 1
    assert summary["n_pairs"] == summary["n_compared"] == 0


def test_with_one_replicate_the_interval_is_unbounded():
    one = np.array([[[0.5, 0.7]], [[0.6, NAN]]])
    effect = calibrated_effect(one, 0.95, 100, generator(0))
    middle = interquartile_mean(np.array([0.5, 0.6, 0.7]))
    assert effect == Effect(middle, -INF, INF, -INF, INF, 3)
    # A second replicate of one of them is enough for an interval.
    two = np.array([[[0.5], [0.7]], [[0.6], [NAN]]])
    assert np.isfinite([calibrated_effect(two, 0.95, 100, generator(0)).low]).all()


def test_calibrated_intervals_are_wider():
    values = np.random.default_rng(0).normal(size=(1, 10, 1))
    plain = stratified_effect(values, interquartile_mean, 0.95, 1000, generator(0))
    wider = calibrated_effect(values, 0.95, 1000, generator(0))
    assert wider.value == plain.value
    assert wider.low < plain.low < plain.high < wider.high


def test_the_interval_for_equivalence_lies_within_the_other():
    values = np.random.default_rng(0).normal(size=(3, 5, 2))
    effect = calibrated_effect(values, 0.95, 500, generator(0))
    assert effect.low < effect.equivalence_low < effect.equivalence_high < effect.high


def test_pairs_in_which_both_failed_do_not_change_the_effect():
    values = np.random.default_rng(0).normal(size=(1, 6, 1))
    more = np.concatenate([values, np.full((1, 3, 1), NAN)], axis=1)
    effects = [calibrated_effect(own, 0.95, 200, generator(0)) for own in (values, more)]
    assert effects[0] == effects[1]


def test_an_infinite_gain_stays_in_the_interval():
    values = np.array([[[0.1], [0.2], [0.3], [INF], [INF]]])
    effect = calibrated_effect(values, 0.95, 400, generator(0))
    assert 0 < effect.low < 0.3
    assert effect.high == INF


def test_a_replicate_counts_once_in_a_test():
    gains = np.array([[[1.0, 3.0, 8.0], [NAN, NAN, NAN]], [[-INF, INF, NAN], [-INF, 2.0, INF]]])
    assert replicate_gains(gains).tolist() == [3.0, 2.0]


def test_summary_by_hand():
    table = pairs(*[("iris", n, 4.0, 2.0) for n in range(5)], ("iris", 5, 2.0, 2.0))
    summary = summary_of(table, 0.95, 200, generator(0))
    assert summary["effect"] == pytest.approx(np.log(2))
    assert summary["probability"] == pytest.approx(5.5 / 6)
    # Five equal signs, and a zero that the test leaves out.
    assert summary["p_value"] == 2 / 2**5
    assert (summary["n_pairs"], summary["n_compared"], summary["n_failed"]) == (6, 6, 0)


def test_names_of_an_effect_in_tables():
    columns = effect_columns(Effect(1.0, 2.0, 3.0, 4.0, 5.0, 6))
    assert list(columns) == ["effect", "low", "high", "equivalence_low", "equivalence_high"]
    assert list(columns.values()) == [1.0, 2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize(
    ("criterion", "unit"),
    [("speed", "log_ratio"), ("test_loss", "log_ratio"), ("up_steps", "share")],
)
def test_units(criterion, unit):
    assert unit_of(criterion) == unit


EXPERIMENTS = 400


@pytest.mark.parametrize("strata", [1, 7])
def test_without_an_effect_intervals_rarely_exclude_zero(strata):
    """At 95 %, 5 % of intervals are wrong; the standard error over 400 is 1.1 %."""
    random = np.random.default_rng(strata)
    wrong = [
        effect.low > 0 or effect.high < 0
        for values in random.standard_normal((EXPERIMENTS, strata, 10, 1))
        for effect in [calibrated_effect(values, 0.95, 250, random)]
    ]
    assert 0.01 <= np.mean(wrong) <= 0.07


@settings(max_examples=30)
@given(st.floats(-5, 5), st.integers(0, 99))
def test_a_shift_of_all_gains_shifts_the_effect(shift, seed):
    values = np.random.default_rng(seed).normal(size=(2, 5, 2))
    first, second = (
        calibrated_effect(own, 0.95, 50, generator(0)) for own in (values, values + shift)
    )
    for end in ("value", "low", "high", "equivalence_low", "equivalence_high"):
        assert getattr(second, end) == pytest.approx(getattr(first, end) + shift, abs=1e-9)
