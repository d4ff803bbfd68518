"""Pairs of runs: how cells are matched, and the gain of a pair."""

from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from momentum_study.analysis.comparison.arms import Arm
from momentum_study.analysis.comparison.criteria import SPEED, TEST_LOSS, TRAIN_LOSS
from momentum_study.analysis.comparison.pairs import Comparison, compare
from momentum_study.analysis.comparison.tuning import Tuner
from momentum_study.tables.arms import REFERENCE_KEYS, ArmKey, arms_of_rows
from tests.analysis.comparison.made_problems import ABSENT, DIVERGED, FLOOR, made_problem

DESCENT, AVERAGE = Arm(("gd",)), Arm(("momentum",), 0.9)
RATES = (0.3, 1.0, 3.0, 10.0)
GD = [("gd", 0.0, rate) for rate in RATES]
OWN = [("momentum", 0.9, rate) for rate in RATES]
CHOOSING = ("tuned", "same_alpha", "same_eta")


def pairs_of(problem, matched_on, criterion=TEST_LOSS, reference=DESCENT, arm=AVERAGE, states=None):
    """Return the pairs by one criterion, and why there are none."""
    comparison = Comparison("rules", reference, arm, matched_on, (criterion,))
    ((name, pairs, reason),) = compare(Tuner(problem, FLOOR, 0), comparison, states)
    assert name == criterion
    return pairs, reason


def by_replicate(pairs, column):
    """Values of a column that has one for each replicate, in the order of replicates."""
    assert sorted(pairs["replicate"]) == list(range(len(pairs["replicate"])))
    return pairs[column][np.argsort(pairs["replicate"])].tolist()


def random_problem(seed, replicates=4, cells=(*GD, *OWN)):
    random = np.random.default_rng(seed)
    losses = random.lognormal(-1, 1, (2, len(cells), replicates))
    validation, test = (dict(zip(cells, part, strict=True)) for part in losses)
    times = random.integers(1, 90, (len(cells), replicates)).astype(float)
    return made_problem(validation, test, {"0.5": dict(zip(cells, times, strict=True))})


@settings(max_examples=20)
@given(st.integers(0, 999))
def test_both_cells_have_the_same_rate(seed):
    problem = random_problem(seed, cells=[*GD[:2], *OWN])
    alpha, _ = pairs_of(problem, "same_alpha")
    np.testing.assert_array_equal(alpha["alpha"], alpha["reference_rate"])
    # (1 − 0.9) · 3 is not quite 0.3.
    eta, _ = pairs_of(problem, "same_eta")
    np.testing.assert_allclose(0.1 * eta["alpha"], eta["reference_rate"], rtol=1e-12)
    assert len(alpha["alpha"]) == len(eta["alpha"]) == 4


@pytest.mark.parametrize("matched_on", CHOOSING)
def test_every_replicate_is_compared_once(matched_on):
    cells = [*GD[:2], *OWN]
    pairs, reason = pairs_of(random_problem(1, 6, cells), matched_on)
    assert sorted(pairs["replicate"]) == list(range(6))
    assert reason == ""
    assert (pairs["rule"] == "momentum").all()
    assert (pairs["beta"] == 0.9).all()
    assert np.isnan(pairs["target"]).all()


def test_both_cells_are_chosen_on_the_other_fold():
    # On the even replicates the first of each is better, on the odd ones the second.
    problem = made_problem(
        {GD[0]: [0.1, 0.9] * 2, GD[1]: [0.2, 0.2] * 2, OWN[0]: [0.1, 0.9] * 2, OWN[1]: [0.2] * 4},
        {GD[0]: [0.6] * 4, GD[1]: [0.5] * 4, OWN[0]: [0.3] * 4, OWN[1]: [0.4] * 4},
    )
    pairs, _ = pairs_of(problem, "tuned")
    np.testing.assert_allclose(
        by_replicate(pairs, "gain"), [np.log(0.5 / 0.4), np.log(0.6 / 0.3)] * 2
    )
    assert by_replicate(pairs, "alpha") == [1.0, 0.3, 1.0, 0.3]


def test_the_reference_chooses_the_same_rate():
    # Momentum alone would choose the other one, at which it is ten times as good.
    losses = {GD[0]: [0.2] * 2, GD[1]: [0.5] * 2, OWN[0]: [0.4] * 2, OWN[1]: [0.04] * 2}
    assert set(pairs_of(made_problem(losses), "same_alpha")[0]["alpha"]) == {0.3}
    assert set(pairs_of(made_problem(losses), "tuned")[0]["alpha"]) == {1.0}
    more = losses | {OWN[2]: [0.3] * 2}
    assert set(pairs_of(made_problem(more), "same_eta")[0]["alpha"]) == {3.0}


def test_at_the_same_rate_tuned_momentum_chooses_its_beta():
    losses = {GD[0]: [0.2] * 2, OWN[0]: [0.4] * 2, ("momentum", 0.5, 0.3): [0.3] * 2}
    pairs, _ = pairs_of(made_problem(losses), "same_alpha", arm=Arm(("momentum",)))
    assert set(pairs["rule"]) == {"gd"}
    worse = losses | {GD[0]: [0.2] * 2, ("momentum", 0.5, 0.3): [0.1] * 2}
    pairs, _ = pairs_of(made_problem(worse), "same_alpha", arm=Arm(("momentum",)))
    assert set(pairs["beta"]) == {0.5}


def test_without_a_cell_of_the_same_rate_there_is_a_reason_and_no_pair():
    problem = made_problem({GD[1]: [0.2] * 2, OWN[0]: [0.4] * 2})
    pairs, reason = pairs_of(problem, "same_alpha")
    assert pairs == {}
    assert reason == (
        "momentum 0.9 has no such cell (evaluated on: odd); "
        "momentum 0.9 has no such cell (evaluated on: even)"
    )
    pairs, reason = pairs_of(problem, "every_alpha")
    assert pairs == {}
    assert reason == "momentum 0.9 and gd share no α"


def test_one_replicate_leaves_none_to_choose_on():
    pairs, reason = pairs_of(made_problem({GD[0]: [0.2], GD[1]: [0.3], OWN[0]: [0.4]}), "tuned")
    assert pairs == {}
    assert reason == "no replicates are odd; gd has no such cell (evaluated on: even)"


@pytest.mark.parametrize(
    ("reference", "arm"),
    [
        (DESCENT, AVERAGE),
        (DESCENT, Arm(("adam",), 0.9)),
        (AVERAGE, replace(AVERAGE, rates=(0.3, 0.3))),
    ],
)
def test_one_rate_of_each_is_not_a_comparison_of_tuned_arms(reference, arm):
    cells = {GD[0]: [0.2] * 4, OWN[0]: [0.4] * 4, ("adam", 0.9, 0.01): [0.3] * 4}
    pairs, reason = pairs_of(made_problem(cells), "tuned", reference=reference, arm=arm)
    assert pairs == {}
    assert "nothing was tuned" in reason
    more = made_problem(cells | {GD[1]: [0.1] * 4, OWN[1]: [0.1] * 4})
    assert len(pairs_of(more, "tuned", reference=reference, arm=arm)[0]["gain"]) == 4


def test_every_shared_alpha_has_every_replicate_once():
    cells = [*GD[:3], *OWN[1:]]
    problem = random_problem(2, 3, cells)
    pairs, _ = pairs_of(problem, "every_alpha", TRAIN_LOSS)
    found = sorted(zip(pairs["alpha"].tolist(), pairs["replicate"].tolist(), strict=True))
    assert found == list(product((1.0, 3.0), range(3)))
    np.testing.assert_array_equal(pairs["reference_rate"], pairs["alpha"])


def test_gains_are_positive_where_the_arm_is_better_and_include_failures():
    problem = made_problem(
        {GD[0]: [0.4, 0.1, DIVERGED, 0.1, DIVERGED], OWN[0]: [0.1, 0.4, 0.1, DIVERGED, DIVERGED]}
    )
    pairs, _ = pairs_of(problem, "every_alpha", TRAIN_LOSS)
    log4 = np.log(4)
    np.testing.assert_allclose(pairs["gain"], [log4, -log4, np.inf, -np.inf, np.nan])
    assert pairs["reference_diverged"].tolist() == [False, False, True, False, True]
    assert pairs["diverged"].tolist() == [False, False, False, True, True]
    np.testing.assert_allclose(pairs["cost"], [0.1, 0.4, 0.1, np.inf, np.inf])


def test_a_missed_target_is_a_failure_and_no_divergence():
    times = {"0.5": {GD[0]: [10, np.nan, 8, np.nan], OWN[0]: [5, 7, np.nan, np.nan]}}
    problem = made_problem({GD[0]: [0.1] * 4, OWN[0]: [0.1] * 4}, times=times)
    pairs, _ = pairs_of(problem, "every_alpha", "steps_to_0.5")
    np.testing.assert_allclose(pairs["gain"], [np.log(2), np.inf, -np.inf, np.nan])
    assert pairs["target"].tolist() == [0.5] * 4
    assert not pairs["diverged"].any()
    assert not pairs["reference_diverged"].any()


def test_losses_below_the_floor_are_equal():
    problem = made_problem({GD[0]: [FLOOR / 5] * 2, OWN[0]: [FLOOR / 100] * 2})
    assert pairs_of(problem, "same_alpha")[0]["gain"].tolist() == [0.0, 0.0]


def test_a_missing_run_makes_no_pair():
    problem = made_problem({GD[0]: [0.1, ABSENT, 0.1], OWN[0]: [0.1, 0.1, ABSENT]})
    pairs, _ = pairs_of(problem, "every_alpha", TRAIN_LOSS)
    assert pairs["replicate"].tolist() == [0]


losses = st.one_of(st.floats(1e-3, 10), st.sampled_from([DIVERGED, ABSENT]))


@settings(max_examples=50)
@given(arrays(float, (4, 4), elements=losses), st.sampled_from(["tuned", "every_alpha"]))
def test_exchanging_the_arms_changes_the_sign_of_every_gain(values, matched_on):
    problem = made_problem(dict(zip([*GD[:2], *OWN[:2]], values, strict=True)))
    there, _ = pairs_of(problem, matched_on, TRAIN_LOSS)
    back, _ = pairs_of(problem, matched_on, TRAIN_LOSS, AVERAGE, DESCENT)
    assert set(there) == set(back)
    if there:
        np.testing.assert_array_equal(there["gain"], -back["gain"])
        np.testing.assert_array_equal(there["diverged"], back["reference_diverged"])
        np.testing.assert_array_equal(there["replicate"], back["replicate"])


def test_each_fold_has_the_target_set_on_the_other():
    cells = [*GD[:2], OWN[0]]
    problem = made_problem(
        dict.fromkeys(cells, [0.1] * 4),
        # Gradient descent reaches the hard target in the odd replicates only.
        times={
            "0.5": {GD[0]: [20] * 4, OWN[0]: [10] * 4},
            "0.1": {GD[0]: [np.nan, 40] * 2, OWN[0]: [10] * 4},
        },
    )
    pairs, _ = pairs_of(problem, "tuned", SPEED)
    assert by_replicate(pairs, "target") == [0.1, 0.5] * 2
    assert by_replicate(pairs, "gain") == pytest.approx([np.inf, np.log(2)] * 2)


def test_path_shapes_are_compared_by_difference_in_cells_chosen_by_training_loss():
    cells = [*GD[:2], *OWN[:2]]
    problem = made_problem(
        dict.fromkeys(cells, [0.5] * 2),
        train={GD[0]: [0.1] * 2, GD[1]: [0.2] * 2, OWN[0]: [0.4] * 2, OWN[1]: [0.3] * 2},
        shapes={
            "sign_flip_share": {
                GD[0]: [0.5, 0.6],
                GD[1]: [0.0, 0.0],
                OWN[0]: [0.0, 0.0],
                OWN[1]: [0.2, 0.7],
            }
        },
    )
    pairs, _ = pairs_of(problem, "tuned", "sign_flips")
    assert by_replicate(pairs, "gain") == pytest.approx([0.3, -0.1])


def test_a_diverged_run_has_no_path_shape():
    problem = made_problem(
        {GD[0]: [0.1] * 2, OWN[0]: [DIVERGED, 0.1]},
        shapes={"up_step_share": {GD[0]: [0.5, 0.5], OWN[0]: [0.25, 0.25]}},
    )
    pairs, _ = pairs_of(problem, "every_alpha", "up_steps")
    np.testing.assert_array_equal(pairs["gain"], [np.nan, 0.25])
    np.testing.assert_array_equal(pairs["cost"], [np.nan, 0.25])
    assert pairs["diverged"].tolist() == [True, False]


def test_states_are_those_of_the_reference():
    problem = made_problem({OWN[0]: [0.1, 0.2], OWN[1]: [0.1, 0.2]})
    changed = replace(
        problem, cells=problem.cells.assign(alpha=1.0, schedule=["constant", "beta_up"])
    )
    states = np.array([["slow", "monotone"], ["other", "other"]])
    arm = replace(AVERAGE, schedule="beta_up")
    pairs, _ = pairs_of(changed, "every_alpha", TRAIN_LOSS, AVERAGE, arm, states)
    assert pairs["state"].tolist() == ["slow", "monotone"]
    plain, _ = pairs_of(changed, "every_alpha", TRAIN_LOSS, AVERAGE, arm)
    assert plain["state"].tolist() == ["", ""]


def test_columns_and_seed_names_of_a_comparison():
    comparison = Comparison("rules", DESCENT, AVERAGE, "tuned", (SPEED,))
    columns = pd.DataFrame([comparison.columns])
    assert columns[["question", "comparison"]].to_numpy().tolist() == [["rules", "tuned"]]
    assert arms_of_rows(columns, REFERENCE_KEYS)[0] == ArmKey("gd")
    assert arms_of_rows(columns)[0] == ArmKey("momentum", 0.9)
    assert comparison.seed_names == ("rules", "tuned", "gd", "momentum 0.9")
