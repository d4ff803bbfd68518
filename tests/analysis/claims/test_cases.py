"""Cases of a claim: the evidence of pairs, and how it is judged."""

import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.claims.cases import Case, Evidence, Margins, pairs_evidence
from momentum_study.analysis.claims.levels import (
    NO_LEVELS,
    batch_level,
    comparison_level,
    criterion_level,
)
from momentum_study.statistics.intervals import Intervals
from momentum_study.statistics.paired import Effect

MARGINS = Margins(log_ratio=0.1, share=0.02, cost=0.3, arrays=0.05)
LEVELS = (comparison_level("tuned"), batch_level("full"), criterion_level("speed", ""))
INTERVALS = Intervals(confidence=0.95, resamples=200, seed=0)
NO_COUNTS = dict.fromkeys(
    (
        "n_pairs",
        "n_compared",
        "n_failed",
        "n_reference_failed",
        "n_both_failed",
        "n_diverged",
        "n_reference_diverged",
    ),
    0,
)


def pairs(**gains):
    """Pairs of one gain per replicate, by data set."""
    rows = [
        (dataset, replicate, gain)
        for dataset, own in gains.items()
        for replicate, gain in enumerate(own)
    ]
    table = pd.DataFrame(rows, columns=["dataset", "replicate", "gain"])
    table["reference_cost"] = np.where(np.isposinf(table["gain"]), np.inf, 1.0)
    table["cost"] = np.where(np.isneginf(table["gain"]), np.inf, 1.0)
    return table.assign(diverged=False, reference_diverged=False)


def case(effect, kind="log_ratio", expects="greater", **others):
    evidence = Evidence(effect, NO_COUNTS, 0.5, (3, 2, 1), "a test")
    return Case("C1", LEVELS, evidence, kind, expects, "an experiment", "a query", **others)


@pytest.mark.parametrize(
    ("kind", "half_width", "outcome"),
    [
        ("log_ratio", 0.09, "no_difference"),
        ("log_ratio", 0.11, "undecided"),
        ("share", 0.019, "no_difference"),
        ("share", 0.021, "undecided"),
        ("cost", 0.29, "no_difference"),
        ("arrays", 0.06, "undecided"),
    ],
)
def test_every_kind_has_its_own_margin(kind, half_width, outcome):
    around_zero = Effect(0.0, -half_width, half_width, -half_width, half_width, 10)
    assert case(around_zero, kind).outcome(MARGINS) == outcome
    assert case(around_zero, kind).row(MARGINS)["margin"] == getattr(MARGINS, kind)


def test_the_row_of_a_case():
    row = case(Effect(0.5, 0.4, 0.6, 0.45, 0.55, 10), kind="cost", headline=True).row(MARGINS)
    assert row == {
        "claim": "C1",
        "case": "each tuned, full batch",
        "group": "each tuned",
        **NO_LEVELS,
        "comparison": "tuned",
        "batch": "full",
        "criterion": "speed",
        "headline": True,
        "votes": True,
        "experiment": "an experiment",
        "unit": "log_ratio",
        "expects": "greater",
        "margin": 0.3,
        "effect": 0.5,
        "low": 0.4,
        "high": 0.6,
        "equivalence_low": 0.45,
        "equivalence_high": 0.55,
        "probability": 0.5,
        "n_datasets": 3,
        "n_datasets_for": 2,
        "n_datasets_against": 1,
        **NO_COUNTS,
        "outcome": "for",
        "test": "a test",
        "query": "a query",
    }


BETTER = [0.5, 0.6, 0.4, 0.55, 0.45, 0.52, 0.48, 0.51]
WORSE = [-gain for gain in BETTER]
MIXED = [0.5, -0.6, 0.4, -0.55, 0.45, -0.52, 0.48, -0.51]


def test_data_sets_for_and_against_are_counted():
    found = pairs_evidence(pairs(a=BETTER, b=WORSE, c=MIXED, d=BETTER), INTERVALS, "C1", "x")
    assert found.datasets == (4, 2, 1)
    assert found.probability == pytest.approx((8 + 4 + 8) / 32)
    assert found.test.endswith("95 % bootstrap over replicates of 4 data sets")
    assert found.counts["n_pairs"] == found.effect.n == 32


def test_a_single_large_loss_does_not_change_the_side_of_a_data_set():
    found = pairs_evidence(pairs(a=[0.1] * 11 + [-9.0]), INTERVALS)
    assert found.datasets == (1, 1, 0)


def test_with_more_data_sets_each_needs_a_smaller_p_value():
    # Seven of seven: p = 2/128 is enough for three tests, 3 · 2/128 < 0.05, and not for four.
    seven = BETTER[:7]
    three = dict.fromkeys("abc", seven)
    assert pairs_evidence(pairs(**three), INTERVALS).datasets == (3, 3, 0)
    assert pairs_evidence(pairs(**three, d=seven), INTERVALS).datasets == (4, 0, 0)


def test_if_only_one_side_failed_the_effect_is_infinite():
    found = pairs_evidence(pairs(a=[np.inf] * 8, b=[np.inf] * 8), INTERVALS)
    assert (found.effect.value, found.effect.low, found.effect.high) == (np.inf,) * 3
    assert found.counts["n_reference_failed"] == 16
    assert found.datasets == (2, 2, 0)


def test_if_both_failed_everywhere_there_is_no_effect():
    found = pairs_evidence(pairs(a=[np.nan] * 8), INTERVALS)
    assert np.isnan(found.effect.value)
    assert (found.counts["n_pairs"], found.counts["n_compared"]) == (8, 0)
    assert found.datasets == (1, 0, 0)
    assert np.isnan(found.probability)


def test_a_replicate_counts_once_however_many_pairs_it_has():
    once = pairs(a=BETTER[:4])
    often = pd.concat([once] * 5)
    # Four replicates cannot be significant: p is 2/16 at least.
    assert pairs_evidence(often, INTERVALS).datasets == (1, 0, 0)
    widths = [
        effect.high - effect.low
        for effect in (pairs_evidence(own, INTERVALS, "x").effect for own in (once, often))
    ]
    assert widths[1] == pytest.approx(widths[0], rel=0.5)


def test_resamples_depend_on_the_names():
    table = pairs(a=MIXED, b=BETTER)
    first, second, other = (
        pairs_evidence(table, INTERVALS, "C1", name).effect for name in ("x", "x", "y")
    )
    assert first == second
    assert (first.low, first.high) != (other.low, other.high)
    assert first.value == other.value
