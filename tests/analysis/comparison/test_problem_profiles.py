"""Performance profiles over problems whose best arms are known."""

import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.comparison.arms import Arm
from momentum_study.analysis.comparison.profiles import (
    RATIOS,
    arm_costs_table,
    profiles_table,
    tuned_result,
)
from momentum_study.analysis.comparison.tuning import Tuner
from momentum_study.statistics.estimates import wilson_interval
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.profiles import PROFILES
from tests.analysis.comparison.made_problems import DIVERGED, FLOOR, made_problem
from tests.arms import labels

DESCENT, AVERAGE, ADAM = ("gd", 0.0, 1.0), ("momentum", 0.9, 1.0), ("adam", 0.9, 1.0)


def study(*factors, **keys):
    """Problems with loss 0.1 of gradient descent, and this multiple of it of momentum."""
    return [
        made_problem({DESCENT: [0.1] * 4, AVERAGE: [0.1 * factor] * 4}, dataset=f"data{n}", **keys)
        for n, factor in enumerate(factors)
    ]


def profiles(problems) -> pd.DataFrame:
    return profiles_table(arm_costs_table(problems, FLOOR), 0.95)


def shares(table: pd.DataFrame, arm: str, criterion: str = "test_loss") -> pd.Series:
    own = table[(labels(table) == arm) & (table["criterion"] == criterion)]
    return own.set_index("ratio")["share"]


def result(problem, rule="gd", beta=None, criterion="test_loss"):
    complete = np.ones(len(problem.cells), dtype=bool)
    return tuned_result(Tuner(problem, FLOOR, 0), Arm((rule,), beta), criterion, complete)


def test_the_cost_is_the_outcome_on_the_evaluation_fold():
    better, worse = ("gd", 0.0, 0.1), ("gd", 0.0, 1.0)
    problem = made_problem(
        # In the even replicates the first looks better, in the odd ones the second.
        {better: [0.1, 0.3, 0.1, 0.3], worse: [0.2, 0.2, 0.2, 0.2]},
        {better: [0.7, 0.8, 0.7, 0.8], worse: [0.4, 0.5, 0.4, 0.5]},
    )
    # Evaluated on the odd ones: the first, 0.8; on the even ones: the second, 0.4.
    assert result(problem).cost == pytest.approx(np.sqrt(0.8 * 0.4))


def test_time_to_the_target_is_the_expected_running_time():
    times = {"0.5": {DESCENT: [10, 20, 30, 40]}}
    problem = made_problem({DESCENT: [0.1] * 4}, times=times)
    assert result(problem, criterion="speed").cost == pytest.approx(np.sqrt(20 * 30))


def test_a_failure_on_either_fold_is_a_failure():
    problem = made_problem({DESCENT: [0.1, 0.1, 0.1, DIVERGED], AVERAGE: [DIVERGED] * 4})
    assert vars(result(problem)) == {"cost": np.inf, "n_runs": 4, "n_failed": 1}
    assert vars(result(problem, "momentum", 0.9)) == {"cost": np.inf, "n_runs": 4, "n_failed": 4}


def test_shares_by_hand():
    table = profiles(study(0.5, 1.0, 3.0, 100.0))
    descent, momentum = shares(table, "gd"), shares(table, "momentum 0.9")
    assert descent[1.0] == 0.75
    assert momentum[1.0] == 0.5
    assert (descent[RATIOS > 2.01] == 1).all()
    assert (momentum[RATIOS < 2.9] == 0.5).all()
    assert (momentum[RATIOS > 3.1] == 0.75).all()
    assert table["n_problems"].unique() == [4]
    assert table["n_runs"].unique() == [16]


def test_at_large_ratios_the_share_is_that_of_the_problems_solved():
    table = profiles(study(2.0, 3.0, np.inf))
    last = table[table["ratio"] == 10].set_index(labels(table[table["ratio"] == 10]))
    np.testing.assert_allclose(last["share"], 1 - last["n_unsolved"] / last["n_problems"])
    assert last["n_unsolved"].to_dict() == {"gd": 0, "momentum 0.9": 1}
    assert last["n_failed"].to_dict() == {"gd": 0, "momentum 0.9": 4}


def test_equal_rules_have_equal_profiles():
    table = profiles(study(1.0, 1.0))
    descent, momentum = shares(table, "gd"), shares(table, "momentum 0.9")
    assert (descent == 1).all()
    assert (momentum == 1).all()


def test_arms_are_compared_on_the_problems_that_have_all_of_them():
    both = study(0.5, 0.5)
    more = made_problem(dict.fromkeys((DESCENT, AVERAGE, ADAM), [0.1] * 4), dataset="more")
    table = profiles([*both, more])
    assert set(labels(table)) == {"gd", "momentum 0.9", "adam 0.9"}
    assert table["n_problems"].unique() == [1]


def test_only_momentum_has_an_arm_with_tuned_beta():
    cells = [("momentum", 0.5, 1.0), ("nesterov", 0.5, 1.0), ("nesterov", 0.9, 1.0)]
    problem = made_problem(dict.fromkeys([DESCENT, AVERAGE, *cells], [0.1] * 2))
    table = profiles([problem])
    assert set(labels(table)) == {"gd", "momentum 0.9", "momentum tuned", "nesterov 0.9"}


def test_the_heavy_ball_is_compared_only_without_momentum():
    ball = ("heavy_ball", 0.9, 1.0)
    with_both = made_problem(dict.fromkeys((DESCENT, AVERAGE, ball), [0.1] * 2))
    assert set(labels(profiles([with_both]))) == {"gd", "momentum 0.9"}
    with_one = made_problem(dict.fromkeys((DESCENT, ball), [0.1] * 2))
    assert set(labels(profiles([with_one]))) == {"gd", "heavy_ball 0.9"}


def test_injected_noise_and_single_replicates_are_left_out():
    noisy = study(0.5, gradient_noise=0.1)
    single = made_problem({DESCENT: [0.1], AVERAGE: [0.2]}, dataset="single")
    assert profiles([*noisy, single]).empty
    assert profiles([*noisy, single, *study(0.5)])["n_problems"].unique() == [1]


def test_the_band_counts_data_sets_not_batch_sizes():
    batches = [study(0.5, 2.0, batch=batch) for batch in ("16", "64", "full")]
    table = profiles([problem for part in batches for problem in part])
    first = table[(labels(table) == "gd") & (table["ratio"] == 1)].iloc[0]
    assert first["n_problems"] == 6
    low, high = wilson_interval(1, 2)
    np.testing.assert_allclose(
        first[["share", "share_low", "share_high"]].tolist(), [0.5, low, high]
    )


def test_each_family_has_its_own_profiles():
    table = profiles([*study(0.5), *study(2.0, family="other")])
    best = table[table["ratio"] == 1]
    at_once = best.set_index(["family", labels(best)])["share"]
    assert at_once.to_dict() == {
        ("main", "gd"): 0,
        ("main", "momentum 0.9"): 1,
        ("other", "gd"): 1,
        ("other", "momentum 0.9"): 0,
    }


def test_the_table_is_valid_and_shares_increase_with_the_ratio(tmp_path):
    times = {"0.5": {DESCENT: [10] * 4, AVERAGE: [20] * 4}}
    problem = made_problem({DESCENT: [0.1] * 4, AVERAGE: [0.2] * 4}, times=times)
    table = profiles([problem])
    assert set(table["criterion"]) == {"speed", "test_loss"}
    for _, own in table.groupby(["criterion", labels(table)]):
        assert own.sort_values("ratio")["share"].is_monotonic_increasing
    write_table(table, tmp_path / "profiles.csv", PROFILES)
    write_table(profiles([]), tmp_path / "empty.csv", PROFILES)


def test_decayed_rates_are_left_out():
    problem = made_problem({("gd", 0.0, 1.0): [0.1, 0.1]})
    problem.cells["schedule"] = "cosine"
    assert profiles([problem]).empty
