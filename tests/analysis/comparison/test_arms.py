from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.comparison.arms import Arm, arms_of
from momentum_study.core.errors import StudyError
from momentum_study.engine import optimizers
from momentum_study.engine.optimizers import get_rule, set_added_rules
from momentum_study.tables.arms import ANY_RULE, ArmKey
from tests.analysis.comparison.made_problems import made_problem

CELLS = made_problem(
    {
        (rule, beta, alpha): [0.5]
        for rule, betas in {"gd": [0.0], "momentum": [0.5, 0.9], "adam": [0.5, 0.9]}.items()
        for beta in betas
        for alpha in (0.001, 0.01, 0.1)
    }
).cells


def chosen(arm: Arm, cells=CELLS) -> set[tuple[str, float]]:
    own = cells[arm.among(cells)]
    return set(zip(own["rule"], own["beta"], strict=True))


@pytest.mark.parametrize(
    ("arm", "key", "seed_name"),
    [
        (Arm(("gd",)), ArmKey("gd"), "gd"),
        (Arm(("gd",), 0.9), ArmKey("gd"), "gd"),
        (Arm(("momentum",)), ArmKey("momentum", tunes_beta=True), "momentum tuned"),
        (Arm(("momentum",), 0.9, "step"), ArmKey("momentum", 0.9, False, "step"), None),
        (Arm(("momentum", "adam"), 0.9), ArmKey(ANY_RULE, 0.9), "momentum or adam 0.9"),
        (
            Arm(("adam",), 0.9, rates=(0.1, 1.0)),
            ArmKey("adam", 0.9, False, "constant", 0.1, 1),
            None,
        ),
    ],
)
def test_keys_and_seed_names(arm, key, seed_name):
    assert arm.key == key
    assert arm.seed_name == (seed_name or key.label)


def test_an_arm_has_the_cells_of_its_rules_at_its_beta():
    assert chosen(Arm(("gd",))) == {("gd", 0.0)}
    assert chosen(Arm(("momentum",), 0.9)) == {("momentum", 0.9)}
    assert chosen(Arm(("momentum", "adam"), 0.9)) == {("momentum", 0.9), ("adam", 0.9)}
    # A rule without β is in the arm at any β.
    assert chosen(Arm(("gd", "adam"), 0.5)) == {("gd", 0.0), ("adam", 0.5)}


def test_tuned_momentum_can_choose_plain_gradient_descent_and_adam_cannot():
    assert chosen(Arm(("momentum",))) == {("gd", 0.0), ("momentum", 0.5), ("momentum", 0.9)}
    assert chosen(Arm(("adam",))) == {("adam", 0.5), ("adam", 0.9)}


def test_a_range_of_rates_includes_its_ends_up_to_rounding():
    cells = CELLS.assign(learning_rate=CELLS["learning_rate"] * (1 + 2e-16))
    arm = Arm(("momentum",), 0.9, rates=(0.001, 0.01))
    np.testing.assert_allclose(cells.loc[arm.among(cells), "learning_rate"], [0.001, 0.01])
    assert not Arm(("momentum",), 0.9, rates=(0.02, 0.05)).among(cells).any()


def test_an_arm_has_cells_of_its_schedule_only():
    decayed = CELLS.assign(schedule="cosine")
    assert chosen(Arm(("momentum",)), decayed) == set()
    assert ("gd", 0.0) in chosen(Arm(("momentum",), schedule="cosine"), decayed)


def test_arms_of_a_problem():
    assert [arm.key.label for arm in arms_of(CELLS)] == [
        "adam 0.5",
        "adam 0.9",
        "adam tuned",
        "gd",
        "momentum 0.5",
        "momentum 0.9",
        "momentum tuned",
    ]
    one = CELLS[CELLS["beta"] != 0.5]
    assert [arm.key.label for arm in arms_of(one)] == ["adam 0.9", "gd", "momentum 0.9"]
    assert arms_of(CELLS, "cosine") == []


def test_every_arm_of_a_problem_has_cells_and_fixed_arms_share_none():
    fixed = np.array([arm.among(CELLS) for arm in arms_of(CELLS) if not arm.key.tunes_beta])
    assert fixed.any(axis=1).all()
    assert (fixed.sum(axis=0) == 1).all()


def test_an_arm_with_an_unknown_rule_is_refused():
    with pytest.raises(StudyError, match="'momentun'"):
        _ = Arm(("momentun",)).key


def test_custom_rules_have_arms_like_the_built_in_ones(monkeypatch):
    monkeypatch.setattr(optimizers, "_added", {})
    adam = get_rule("adam")
    set_added_rules(
        [replace(adam, name="mine"), replace(adam, name="without_beta", uses_beta=False)]
    )
    cells = CELLS.replace({"rule": {"adam": "mine", "gd": "without_beta"}})
    names = [arm.key.label for arm in arms_of(cells)]
    assert names[:3] == ["mine 0.5", "mine 0.9", "mine tuned"]
    assert names[-1] == "without_beta"
    # Such a rule need not be gradient descent at β = 0, which is therefore not one of its choices.
    assert chosen(Arm(("mine",)), pd.concat([CELLS, cells])) == {("mine", 0.5), ("mine", 0.9)}
    assert chosen(Arm(("without_beta", "mine"), 0.5), cells) == {
        ("without_beta", 0.0),
        ("mine", 0.5),
    }
