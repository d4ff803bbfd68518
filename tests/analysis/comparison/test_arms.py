from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.comparison.arms import Arm, arms_of
from momentum_study.core.errors import StudyError
from momentum_study.engine import optimizers
from momentum_study.engine.optimizers import get_rule, set_added_rules
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
    ("arm", "name"),
    [
        (Arm(("gd",)), "gd"),
        (Arm(("momentum",)), "momentum tuned"),
        (Arm(("momentum",), 0.9), "momentum 0.9"),
        (Arm(("momentum", "adam"), 0.9), "momentum or adam 0.9"),
        (Arm(("momentum",), 0.9, "cosine"), "momentum 0.9, cosine"),
        (Arm(("gd",), schedule="step"), "gd, step"),
        (Arm(("momentum",), 0.9, rates=(0.001, 0.01)), "momentum 0.9, 0.001 to 0.01"),
        (Arm(("momentum",), 0.9, rates=(0.01, 0.01)), "momentum 0.9, 0.01"),
    ],
)
def test_names_say_what_is_fixed(arm, name):
    assert arm.name == name


def test_an_arm_has_the_cells_of_its_rules_at_its_coefficient():
    assert chosen(Arm(("gd",))) == {("gd", 0.0)}
    assert chosen(Arm(("momentum",), 0.9)) == {("momentum", 0.9)}
    assert chosen(Arm(("momentum", "adam"), 0.9)) == {("momentum", 0.9), ("adam", 0.9)}
    # What has no coefficient has it at every one.
    assert chosen(Arm(("gd", "adam"), 0.5)) == {("gd", 0.0), ("adam", 0.5)}


def test_tuned_momentum_may_choose_plain_descent_and_adam_may_not():
    assert chosen(Arm(("momentum",))) == {("gd", 0.0), ("momentum", 0.5), ("momentum", 0.9)}
    assert chosen(Arm(("adam",))) == {("adam", 0.5), ("adam", 0.9)}


def test_rates_are_within_a_range_its_ends_included_up_to_rounding():
    cells = CELLS.assign(learning_rate=CELLS["learning_rate"] * (1 + 2e-16))
    arm = Arm(("momentum",), 0.9, rates=(0.001, 0.01))
    np.testing.assert_allclose(cells.loc[arm.among(cells), "learning_rate"], [0.001, 0.01])
    assert not Arm(("momentum",), 0.9, rates=(0.02, 0.05)).among(cells).any()


def test_schedules_do_not_mix():
    decayed = CELLS.assign(schedule="cosine")
    assert chosen(Arm(("momentum",)), decayed) == set()
    assert ("gd", 0.0) in chosen(Arm(("momentum",), schedule="cosine"), decayed)


def test_arms_of_a_problem():
    names = [arm.name for arm in arms_of(CELLS)]
    assert names == [
        "adam 0.5",
        "adam 0.9",
        "adam tuned",
        "gd",
        "momentum 0.5",
        "momentum 0.9",
        "momentum tuned",
    ]
    one = CELLS[CELLS["beta"] != 0.5]
    assert [arm.name for arm in arms_of(one)] == ["adam 0.9", "gd", "momentum 0.9"]
    assert arms_of(CELLS, "cosine") == []


def test_every_arm_of_a_problem_has_cells_and_fixed_arms_share_none():
    fixed = np.array([arm.among(CELLS) for arm in arms_of(CELLS) if arm.name[-5:] != "tuned"])
    assert fixed.any(axis=1).all()
    assert (fixed.sum(axis=0) == 1).all()


def test_an_unknown_rule_has_no_name():
    with pytest.raises(StudyError, match="'momentun'"):
        _ = Arm(("momentun",)).name


def test_rules_that_users_bring_have_arms_like_the_built_in_ones(monkeypatch):
    monkeypatch.setattr(optimizers, "_added", {})
    adam = get_rule("adam")
    set_added_rules(
        [replace(adam, name="mine"), replace(adam, name="without_beta", uses_beta=False)]
    )
    cells = CELLS.replace({"rule": {"adam": "mine", "gd": "without_beta"}})
    names = [arm.name for arm in arms_of(cells)]
    assert names[:3] == ["mine 0.5", "mine 0.9", "mine tuned"]
    assert names[-1] == "without_beta"
    # What β = 0 means in it nobody knows: plain descent is not among its choices.
    assert chosen(Arm(("mine",)), pd.concat([CELLS, cells])) == {("mine", 0.5), ("mine", 0.9)}
    assert chosen(Arm(("without_beta", "mine"), 0.5), cells) == {
        ("without_beta", 0.0),
        ("mine", 0.5),
    }
