"""The best of k trials on problems with given losses."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.analysis.comparison.budget import budget_table, trials_until_it_pays
from momentum_study.statistics.intervals import USUAL_INTERVALS
from momentum_study.tables.arms import ARM_KEYS
from momentum_study.tables.files import write_table
from momentum_study.tables.keys import PROBLEM_KEYS
from momentum_study.tables.schemas.budget import BUDGET
from tests.analysis.comparison.made_problems import ABSENT, DIVERGED, FLOOR, made_problem
from tests.arms import arm_columns, labels

RATES = (0.1, 1.0, 10.0)


def arm_of(rule, beta, losses):
    """Cells of a rule at one β: a list of losses per rate."""
    return {(rule, beta, rate): own for rate, own in zip(RATES, losses, strict=False)}


def rows_of(table: pd.DataFrame, arm: str) -> pd.DataFrame:
    return table[labels(table) == arm].set_index("trials")


def test_all_pairs_of_three_cells_by_hand():
    problem = made_problem(
        arm_of("gd", 0.0, [[0.2, 0.2], [0.4, 0.4], [0.6, 0.6]]),
        arm_of("gd", 0.0, [[0.3, 0.3], [0.1, 0.1], [0.5, 0.5]]),
    )
    rows = rows_of(budget_table([problem], FLOOR), "gd")
    # Of two: (0.2, 0.4), (0.2, 0.6), (0.4, 0.6).
    np.testing.assert_allclose(rows["validation_loss"], [0.4, 0.8 / 3, 0.2])
    np.testing.assert_allclose(rows["test_loss"], [0.3, 0.7 / 3, 0.3])
    np.testing.assert_allclose(rows["test_loss_low"], rows["test_loss_high"])
    np.testing.assert_allclose(rows["draw_low"], 0.2)
    np.testing.assert_allclose(rows["draw_high"], [0.6, 0.4, 0.2])
    assert rows["n_runs"].tolist() == [6, 6, 6]


def test_a_useless_trial_counts_as_the_constant_prediction():
    problem = made_problem(
        arm_of("gd", 0.0, [[0.2] * 3, [DIVERGED] * 3, [1.5] * 3]),
        arm_of("gd", 0.0, [[0.4] * 3, [DIVERGED] * 3, [0.1] * 3]),
    )
    rows = rows_of(budget_table([problem], FLOOR), "gd")
    np.testing.assert_allclose(rows["validation_loss"], [2.2 / 3, 1.4 / 3, 0.2])
    np.testing.assert_allclose(rows["test_loss"], [2.4 / 3, 1.8 / 3, 0.4])
    assert rows["n_diverged"].tolist() == [3, 3, 3]


def test_a_test_loss_counts_at_most_as_the_constant_prediction():
    problem = made_problem({("gd", 0.0, 1.0): [0.5]}, {("gd", 0.0, 1.0): [1e4]})
    assert budget_table([problem], FLOOR)["test_loss"].tolist() == [1.0]


@given(st.lists(st.floats(1e-5, 3.0), min_size=3, max_size=3, unique=True))
def test_all_trials_find_the_best_cell(losses):
    problem = made_problem(arm_of("gd", 0.0, [[loss] for loss in losses]))
    rows = rows_of(budget_table([problem], FLOOR, replace(USUAL_INTERVALS, resamples=10)), "gd")
    assert rows.loc[3, "validation_loss"] == pytest.approx(min(*losses, 1.0))
    assert rows["validation_loss"].is_monotonic_decreasing


def test_equal_rules_have_equal_rows_and_no_advantage():
    generator = np.random.default_rng(0)
    losses = generator.uniform(0.1, 1.2, (3, 10)).tolist()
    problem = made_problem(arm_of("gd", 0.0, losses) | arm_of("momentum", 0.9, losses))
    table = budget_table([problem], FLOOR)
    first, second = (rows_of(table, arm) for arm in ("gd", "momentum 0.9"))
    arm = list(ARM_KEYS)
    pd.testing.assert_frame_equal(first.drop(columns=arm), second.drop(columns=arm))
    assert (table[["advantage", "advantage_low", "advantage_high"]] == 0).all(axis=None)


def test_the_interval_of_no_advantage_contains_zero():
    losses = np.random.default_rng(1).uniform(0.1, 0.9, (3, 10))
    # The same losses with the replicates reversed: log ratios symmetric about 0.
    problem = made_problem(
        arm_of("gd", 0.0, losses.tolist()) | arm_of("momentum", 0.9, losses[:, ::-1].tolist())
    )
    rows = rows_of(budget_table([problem], FLOOR), "momentum 0.9")
    np.testing.assert_allclose(rows["advantage"], 0, atol=1e-12)
    assert ((rows["advantage_low"] < 0) & (rows["advantage_high"] > 0)).all()


def test_a_constant_factor_is_the_advantage_at_any_number_of_trials():
    losses = np.random.default_rng(2).uniform(0.2, 0.9, (3, 10))
    problem = made_problem(
        arm_of("gd", 0.0, losses.tolist()) | arm_of("adam", 0.9, (losses / 2).tolist())
    )
    rows = rows_of(budget_table([problem], FLOOR), "adam 0.9")
    for column in ("advantage", "advantage_low", "advantage_high"):
        np.testing.assert_allclose(rows[column], np.log(2))


def test_more_trials_than_gradient_descent_has_are_all_of_its_grid():
    problem = made_problem(
        {("gd", 0.0, 1.0): [0.4, 0.4]}
        | arm_of("momentum", 0.8, [[0.2, 0.2], [0.3, 0.3]])
        | arm_of("momentum", 0.9, [[0.1, 0.1]])
    )
    rows = rows_of(budget_table([problem], FLOOR), "momentum tuned")
    assert rows["n_cells"].unique() == [4]  # gradient descent belongs to the grid
    assert rows.loc[4, "advantage"] == pytest.approx(np.log(4))


def test_replicates_that_an_arm_lacks_are_left_out():
    problem = made_problem(
        arm_of("gd", 0.0, [[0.4, 0.8]] * 3) | arm_of("adam", 0.9, [[0.2, ABSENT]] * 3)
    )
    table = budget_table([problem], FLOOR)
    rows = rows_of(table, "adam 0.9")
    assert rows["n_replicates"].tolist() == [1, 1, 1]
    np.testing.assert_allclose(rows["advantage"], np.log(2))
    assert rows_of(table, "gd")["n_replicates"].tolist() == [2, 2, 2]


def test_without_gradient_descent_there_is_no_advantage():
    alone = arm_of("adam", 0.9, [[0.2, 0.3]] * 2)
    incomplete = {("gd", 0.0, 0.1): [0.4, ABSENT], ("gd", 0.0, 1.0): [ABSENT, 0.4]}
    for cells in (alone, alone | incomplete):
        table = budget_table([made_problem(cells)], FLOOR)
        assert set(labels(table)) == {"adam 0.9"}
        assert table["advantage"].isna().all()
        assert table["test_loss"].notna().all()


def test_one_replicate_has_intervals_without_bounds():
    cells = arm_of("gd", 0.0, [[0.4]] * 3) | arm_of("adam", 0.9, [[0.2]] * 3)
    table = budget_table([made_problem(cells)], FLOOR)
    rows = rows_of(table, "adam 0.9")
    np.testing.assert_allclose(rows["advantage"], np.log(2))
    assert rows[["advantage_low", "advantage_high"]].iloc[0].tolist() == [-np.inf, np.inf]
    assert rows[["test_loss_low", "test_loss_high"]].iloc[0].tolist() == [0, 1]
    assert trials_until_it_pays(table)["trials"].tolist() == [np.inf]


def test_the_table_is_valid_and_reproducible(tmp_path):
    losses = np.random.default_rng(3).uniform(0.1, 1.2, (3, 4)).tolist()
    cells = arm_of("gd", 0.0, losses) | arm_of("momentum", 0.9, losses[::-1])
    study = [made_problem(cells, dataset=name) for name in ("iris", "wine")]
    for name in ("a", "b"):
        write_table(budget_table(study, FLOOR), tmp_path / f"{name}.csv", BUDGET)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_no_problems_make_an_empty_table(tmp_path):
    write_table(budget_table([], FLOOR), tmp_path / "budget.csv", BUDGET)
    assert trials_until_it_pays(budget_table([], FLOOR)).empty


@pytest.mark.parametrize(
    ("lows", "expected"),
    [
        ([0.1, 0.2, 0.3], 1),
        ([-0.1, 0.2, 0.3], 2),
        ([0.1, -0.2, 0.3], 5),
        ([0.1, 0.2, 0.0], np.inf),
        ([np.nan] * 3, np.inf),
    ],
)
def test_an_arm_pays_from_where_all_larger_numbers_of_trials_pay(lows, expected):
    key = dict(zip(PROBLEM_KEYS, ("main", "iris", "small", "full", 0.0), strict=True))
    budget = pd.DataFrame(
        [
            {**key, **arm_columns(arm), "trials": trials, "n_cells": 5, "advantage_low": low}
            for arm in ("gd", "momentum tuned")
            for trials, low in zip((1, 2, 5), lows, strict=True)
        ]
    )
    found = trials_until_it_pays(budget[::-1])  # in any order of rows
    assert labels(found).tolist() == ["momentum tuned"]
    assert found["trials"].tolist() == [expected]


def test_decayed_rates_are_left_out():
    problem = made_problem({("gd", 0.0, 1.0): [0.1, 0.1]})
    problem.cells["schedule"] = "cosine"
    assert budget_table([problem], FLOOR).empty
