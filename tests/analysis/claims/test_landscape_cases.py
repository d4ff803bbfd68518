"""C4: differences of shares as in a published example, ratios of medians by hand."""

import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.claims.landscapes import landscape_cases
from momentum_study.analysis.claims.table import rule_of
from momentum_study.config.verdicts import Verdicts
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.landscapes import LANDSCAPES

INF = np.inf
MARGINS = rule_of(Verdicts()).margins
HEIGHT = {"double_well": 0.4, "double_well_slope": 0.4}


def row(
    rule, landscape="saddle", comparison="same_alpha", reached=(50, 50), steps=(9, 9, 9), **own
):
    """A row of the table; ``reached`` of how many draws, the median with its interval."""
    count, draws = reached
    beta = 0.0 if rule == "gd" else 0.9
    return {
        "landscape": landscape,
        "comparison": comparison,
        "rule": rule,
        "beta": beta,
        "learning_rate": 0.1,
        "alpha": 0.1,
        "eta": (1 - beta) * 0.1,
        "on_edge": False,
        "height": HEIGHT.get(landscape, np.nan),
        "noise": 0.1,
        "event": "left",
        "draws": draws,
        "n_reached": count,
        "n_diverged": 0,
        "share": count / draws,
        "share_low": 0.0,
        "share_high": 1.0,
        **dict(
            zip(
                ("median_steps", "median_steps_low", "median_steps_high"),
                map(float, steps),
                strict=True,
            )
        ),
        "budget": 1000,
        **own,
    }


def only(*rows):
    (case,) = landscape_cases(pd.DataFrame(rows), 0.95)
    return case


def times(descent, momentum):
    return only(row("gd", steps=descent), row("momentum", steps=momentum))


def shares(descent, momentum, **own):
    well = {"landscape": "double_well", **own}
    return only(row("gd", reached=descent, **well), row("momentum", reached=momentum, **well))


def test_newcombes_example():
    # Newcombe (1998), Interval estimation for the difference between independent proportions,
    # Statistics in Medicine 17, example (a) by his method 10.
    effect = shares(descent=(48, 80), momentum=(56, 70)).evidence.effect
    assert effect.value == pytest.approx(0.2)
    assert effect.low == pytest.approx(0.0524, abs=5e-5)
    assert effect.high == pytest.approx(0.3339, abs=5e-5)
    assert effect.low < effect.equivalence_low < effect.equivalence_high < effect.high


@pytest.mark.parametrize(
    ("descent", "momentum", "outcome"),
    [
        ((48, 80), (56, 70), "for"),
        ((56, 70), (48, 80), "against"),
        ((25, 50), (25, 50), "undecided"),
        ((5000, 10_000), (5000, 10_000), "no_difference"),
        ((0, 50), (50, 50), "for"),
        ((50, 50), (0, 50), "against"),
    ],
)
def test_outcomes_of_differences_of_shares(descent, momentum, outcome):
    case = shares(descent, momentum)
    effect = case.evidence.effect
    assert case.outcome(MARGINS) == outcome
    assert case.unit == "share"
    assert -1 <= effect.low <= effect.value <= effect.high <= 1


def test_medians_are_combined_by_hand():
    effect = times(descent=(100, 80, 120), momentum=(50, 40, 55)).evidence.effect
    assert effect.value == pytest.approx(np.log(2))
    down = np.hypot(np.log(100 / 80), np.log(55 / 50))
    up = np.hypot(np.log(120 / 100), np.log(50 / 40))
    assert effect.low == pytest.approx(np.log(2) - down)
    assert effect.high == pytest.approx(np.log(2) + up)
    assert (effect.equivalence_low, effect.equivalence_high) == (effect.low, effect.high)


def test_exchanging_the_rules_changes_the_sign_of_the_effect():
    one, other = ((100, 80, 120), (50, 40, 55))
    there, back = (times(*pair).evidence.effect for pair in ((one, other), (other, one)))
    assert back.value == pytest.approx(-there.value)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))


def test_without_noise_the_interval_is_the_ratio():
    case = times(descent=(100, 100, 100), momentum=(50, 50, 50))
    effect = case.evidence.effect
    assert [effect.low, effect.value, effect.high] == pytest.approx([np.log(2)] * 3)
    assert case.outcome(MARGINS) == "for"


@pytest.mark.parametrize(
    ("descent", "momentum", "expected", "outcome"),
    [
        # Infinite in every resample, against about a hundred updates.
        ((INF, INF, INF), (100, 90, 120), (INF, INF, INF), "for"),
        ((INF, 480, INF), (100, 90, 120), (np.log(4), INF, INF), "for"),
        ((INF, 90, INF), (100, 90, 120), (np.log(3 / 4), INF, INF), "undecided"),
        ((100, 90, 120), (INF, INF, INF), (-INF, -INF, -INF), "against"),
        ((100, 90, 120), (INF, 480, INF), (-INF, -INF, np.log(1 / 4)), "against"),
        # One end is infinite.
        ((100, 90, INF), (50, 40, 60), (None, np.log(2), INF), "for"),
        ((100, 90, 120), (50, 40, INF), (-INF, np.log(2), None), "undecided"),
        # Neither rule left the saddle.
        ((INF, INF, INF), (INF, INF, INF), (np.nan, np.nan, np.nan), "undecided"),
        ((INF, 100, INF), (INF, 100, INF), (np.nan, np.nan, np.nan), "undecided"),
    ],
)
def test_infinite_medians(descent, momentum, expected, outcome):
    case = times(descent, momentum)
    effect = case.evidence.effect
    for end, value in zip((effect.low, effect.value, effect.high), expected, strict=True):
        if value is not None:
            assert end == pytest.approx(value, nan_ok=True)
    assert case.outcome(MARGINS) == outcome


def test_failures_are_counted():
    case = only(
        row("gd", reached=(20, 50), n_diverged=3), row("momentum", reached=(10, 50), n_diverged=7)
    )
    assert case.evidence.counts == {
        "n_pairs": 50,
        "n_compared": 50,
        "n_failed": 40,
        "n_reference_failed": 30,
        "n_both_failed": 20,
        "n_diverged": 7,
        "n_reference_diverged": 3,
    }


def test_each_comparison_uses_the_form_whose_rate_is_the_same():
    table = pd.DataFrame(
        [
            row(rule, comparison=comparison, steps=steps)
            for comparison in ("same_alpha", "same_eta", "tuned")
            for rule, steps in (
                ("gd", (100, 100, 100)),
                ("heavy_ball" if comparison == "same_eta" else "momentum", (50, 50, 50)),
                ("nesterov", (1, 1, 1)),
            )
        ]
    )
    cases = list(landscape_cases(table, 0.95))
    assert [case.name for case in cases] == [
        "saddle, same α",
        "saddle, same η",
        "saddle, each tuned",
    ]
    assert [case.evidence.effect.value for case in cases] == pytest.approx([np.log(2)] * 3)
    assert [case.headline for case in cases] == [True, False, False]


def test_every_height_of_a_barrier_is_a_case(landscapes):
    names = [case.name for case in landscape_cases(landscapes, 0.95)]
    assert len(names) == len(set(names)) == 2 * 3 + 2 * 3 * 5
    assert "well from the slope, same η, height 0.4" in names


def test_the_query_of_a_case_selects_the_two_rows_that_it_compares(landscapes):
    for case in landscape_cases(landscapes, 0.95):
        name, query = case.query.split(": ", 1)
        assert name == "landscapes"
        rows = landscapes.query(query).set_index("rule")
        assert len(rows) == 2
        momentum, descent = rows.drop(index="gd").iloc[0], rows.loc["gd"]
        expected = momentum["share"] - descent["share"]
        if case.unit == "log_ratio":
            expected = np.log(descent["median_steps"] / momentum["median_steps"])
        assert case.evidence.effect.value == pytest.approx(expected)


def test_outcomes_at_a_saddle_are_those_of_theory(landscapes, tmp_path):
    write_table(landscapes, tmp_path / "landscapes.csv", LANDSCAPES)
    outcomes = {case.name: case.outcome(MARGINS) for case in landscape_cases(landscapes, 0.95)}
    # The moving average leaves later than gradient descent at the same α, earlier at the same η.
    assert outcomes["saddle, same α"] == "against"
    assert outcomes["saddle, same η"] == "for"
