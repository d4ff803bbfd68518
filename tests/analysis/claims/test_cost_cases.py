"""C11 on made-up timings whose ratios are known, and on the recorded ones."""

from itertools import product

import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.claims.costs import cost_cases
from momentum_study.analysis.claims.step_costs import step_costs
from momentum_study.analysis.claims.table import rule_of
from momentum_study.config.verdicts import Verdicts
from momentum_study.statistics.intervals import Intervals
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.step_costs import STEP_COSTS

INTERVALS = Intervals(0.95, 200, 0)
MARGINS = rule_of(Verdicts()).margins
ROUNDS = 8


def costs(ratio=1.1, arrays=1.0, noise=0.0):
    """Timings of two networks, in rounds of different speed; ``ratio`` is that of momentum."""
    random = np.random.default_rng(0)
    rows = [
        (network, batch, rule, number, 100, seconds, count)
        for network, batch, number in product(
            ("iris 4-3", "wine 13-3"), ("16", "full"), range(ROUNDS)
        )
        for slow in [random.lognormal(sigma=1.0)]
        for rule, factor, count in (
            ("gd", 1.0, 2.0),
            ("momentum", ratio, 2.0 + arrays),
            ("adam", 9.0, 4.0),
        )
        for seconds in [1e-6 * slow * factor * random.lognormal(sigma=noise)]
    ]
    return pd.DataFrame(rows, columns=list(STEP_COSTS.columns))


def by_name(table):
    return {case.name: case for case in cost_cases(table, INTERVALS)}


def test_a_known_ratio_is_the_effect_however_slow_the_rounds(tmp_path):
    table = costs(ratio=1.1)
    write_table(table, tmp_path / "step_costs.csv", STEP_COSTS)
    cases = by_name(table)
    for name, case in cases.items():
        if name != "memory":
            effect = case.evidence.effect
            assert [effect.value, effect.low, effect.high] == pytest.approx([-np.log(1.1)] * 3)
            assert case.outcome(MARGINS) == "for"


def test_every_network_and_batch_is_a_case_and_all_together_the_headline():
    cases = by_name(costs())
    assert list(cases) == [
        "time, all networks",
        "time, iris 4-3, batch 16",
        "time, iris 4-3, batch full",
        "time, wine 13-3, batch 16",
        "time, wine 13-3, batch full",
        "memory",
    ]
    headline = cases.pop("time, all networks")
    assert headline.headline
    assert not headline.votes
    assert headline.evidence.counts["n_pairs"] == 4 * ROUNDS
    for case in cases.values():
        assert case.votes
        assert not case.headline


@pytest.mark.parametrize(
    ("ratio", "outcome"), [(0.5, "for"), (1.2, "for"), (1.3, "against"), (2.0, "against")]
)
def test_an_update_is_cheap_up_to_the_margin(ratio, outcome):
    cases = by_name(costs(ratio))
    assert cases["time, all networks"].outcome(MARGINS) == outcome
    assert cases["time, all networks"].unit == "log_ratio"
    assert cases["memory"].unit == "arrays"


def test_with_noise_the_interval_contains_the_ratio():
    effect = by_name(costs(ratio=1.1, noise=0.05))["time, all networks"].evidence.effect
    assert effect.low < -np.log(1.1) < effect.high
    assert effect.high - effect.low < 0.1


@pytest.mark.parametrize(
    ("arrays", "effect", "outcome"),
    [(1.0, 0.0, "for"), (1.02, -0.02, "for"), (2.0, -1.0, "against"), (0.0, 1.0, "against")],
)
def test_memory_is_as_claimed_with_exactly_one_more_array(arrays, effect, outcome):
    case = by_name(costs(arrays=arrays))["memory"]
    assert case.evidence.effect.value == pytest.approx(effect)
    assert case.outcome(MARGINS) == outcome


def test_recorded_costs_have_one_more_array():
    memory = by_name(step_costs())["memory"]
    assert memory.evidence.effect.value == pytest.approx(0, abs=0.01)
    assert memory.outcome(MARGINS) == "for"


def test_neither_other_rules_nor_the_order_of_rows_matter():
    table = costs(noise=0.05)
    rows = [case.row(MARGINS) for case in cost_cases(table, INTERVALS)]
    alone = table[table["rule"] != "adam"].sample(frac=1, random_state=0)
    again = {case.name: case.row(MARGINS) for case in cost_cases(alone, INTERVALS)}
    for row in rows:
        assert again[row["case"]] == row | {"probability": pytest.approx(np.nan, nan_ok=True)}
