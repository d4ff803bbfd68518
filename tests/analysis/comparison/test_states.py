import numpy as np
import pytest

from momentum_study.analysis.comparison.states import StateRule, states
from tests.analysis.comparison.made_problems import made_problem

RULE = StateRule()
CELL = ("momentum", 0.9, 1.0)


def problem(early, rises, initial=2.0):
    columns = {
        "train_loss_early": early,
        "up_step_share_early": rises,
        "train_loss_initial": [initial] * len(early),
    }
    shapes = {name: {CELL: values} for name, values in columns.items()}
    return made_problem({CELL: [0.5] * len(early)}, shapes=shapes)


def named(*args, rule=RULE, **kwargs):
    return states(problem(*args, **kwargs), rule)[0].tolist()


def test_states_by_hand():
    found = named([1.5, 1.0, 0.5, 1.5, 0.1, np.nan], [0.0, 0.1, 0.19, 0.2, 0.9, 0.5])
    assert found == ["slow", "monotone", "monotone", "oscillating", "oscillating", "diverged"]


def test_slow_is_relative_to_the_start():
    assert named([1.5], [0.0], initial=2.0) == ["slow"]
    assert named([1.5], [0.0], initial=4.0) == ["monotone"]


@pytest.mark.parametrize(
    ("rule", "state"),
    [
        (StateRule(oscillating_share=0.1, slow_loss=0.5), "oscillating"),
        (StateRule(oscillating_share=0.2, slow_loss=0.5), "slow"),
        (StateRule(oscillating_share=0.2, slow_loss=0.8), "monotone"),
    ],
)
def test_the_rule_sets_the_thresholds(rule, state):
    assert named([1.5], [0.15], rule=rule) == [state]


def test_a_run_evaluated_only_once_does_not_oscillate():
    assert named([1.5, 0.5], [np.nan, np.nan]) == ["slow", "monotone"]
