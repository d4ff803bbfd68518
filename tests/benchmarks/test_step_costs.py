"""The cost of an update: the measurement on a small scale, and the recorded one."""

import numpy as np
import pytest

from benchmarks.step_costs import BETAS, ROUNDS, SETTINGS, Setting, measure, ratios
from momentum_study.analysis.claims.step_costs import step_costs
from momentum_study.engine.optimizers import RULES
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.step_costs import STEP_COSTS


@pytest.fixture(scope="module")
def measured():
    return measure((Setting("iris", "16", 2), Setting("digits", "16", 1)), rounds=2)


def test_every_rule_is_timed_in_every_round(measured, tmp_path):
    assert len(measured) == 2 * len(BETAS) * 2
    assert measured["network"].unique().tolist() == ["iris 4-32-3", "digits 64-32-10"]
    assert measured["parameters"].unique().tolist() == [5 * 32 + 33 * 3, 65 * 32 + 33 * 10]
    write_table(measured, tmp_path / "step_costs.csv", STEP_COSTS)


def test_no_rule_is_first_in_every_round(measured):
    first = measured.groupby(["network", "round"], sort=False)["rule"].first()
    assert first.tolist() == ["gd", "momentum"] * 2


@pytest.mark.parametrize("table", ["measured", "recorded"])
def test_a_rule_keeps_weights_gradient_and_its_own_arrays(table, measured):
    costs = measured if table == "measured" else step_costs()
    expected = 2 + costs["rule"].map(lambda name: len(RULES[name].state))
    # Adam's learning rates, one per network, are small compared with its weights.
    np.testing.assert_allclose(costs["arrays_per_parameter"], expected, rtol=0.005)


def test_the_recording_is_complete():
    recorded = step_costs()
    assert len(recorded) == len(SETTINGS) * len(BETAS) * ROUNDS
    assert recorded.groupby(["network", "batch"]).ngroups == len(SETTINGS)
    assert set(recorded["rule"]) == set(BETAS)


def test_ratios_are_to_gradient_descent_in_the_same_round(measured):
    made = measured.assign(
        seconds_per_update=(1 + measured["round"])
        * measured["rule"].map({"gd": 1.0, "momentum": 1.1, "nesterov": 1.2, "adam": 2.0})
    )
    median = ratios(made)["50%"].groupby("rule").first()
    np.testing.assert_allclose(median[["gd", "momentum", "nesterov", "adam"]], [1, 1.1, 1.2, 2])
