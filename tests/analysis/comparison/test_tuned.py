"""The table of tuned cells: counts, edges of grids, and the winner's curse."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from momentum_study.analysis.comparison.arms import Arm
from momentum_study.analysis.comparison.criteria import (
    SPEED,
    TEST_LOSS,
    TRAIN_LOSS,
    UPDATES,
    targets_of,
)
from momentum_study.analysis.comparison.questions import Defaults
from momentum_study.analysis.comparison.tuned import grid_extension, tuned_rows
from momentum_study.analysis.comparison.tuning import Tuner
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.tuned import TUNED
from tests.analysis.comparison.made_problems import ABSENT, BUDGET, DIVERGED, FLOOR, made_problem
from tests.arms import labels

LOW, HIGH = ("gd", 0.0, 0.1), ("gd", 0.0, 1.0)
ALWAYS = [5] * 4


def table(validation, test=None, times=None, train=None) -> pd.DataFrame:
    """Rows of a problem with these cells and one of Adam, so that there is a comparison."""
    count = len(next(iter(validation.values())))
    adam = {("adam", 0.9, 1.0): [0.5] * count}
    problem = made_problem(
        validation | adam, test and test | adam, times, train=train and train | adam
    )
    rows = pd.DataFrame(tuned_rows(Tuner(problem, FLOOR, 0), targets_of(problem), Defaults()))
    return rows.assign(arm=labels(rows))


def row(rows: pd.DataFrame, criterion=TEST_LOSS, fold="odd") -> pd.Series:
    """Row of gradient descent."""
    key = {"arm": "gd", "criterion": criterion, "evaluation_fold": fold}
    (found,) = rows[(rows[list(key)] == pd.Series(key)).all(axis=1)].to_dict("records")
    return pd.Series(found)


def test_choice_on_one_fold_and_results_on_the_other():
    rows = table(
        {LOW: [0.1, 0.3, 0.4, 0.3], HIGH: [0.4, 0.2, 0.4, 0.2]},
        {LOW: [0.9, 0.5, 0.9, 0.8], HIGH: [0.7, 0.9, 0.7, 0.9]},
        {"0.5": {LOW: [10, 20, 30, 60], HIGH: [50, 70, 80, 90]}},
    )
    odd, even = row(rows), row(rows, fold="even")
    assert (odd["alpha"], even["alpha"]) == (0.1, 1.0)
    assert odd["selection_score"] == pytest.approx(0.2)
    assert odd["evaluation_score"] == pytest.approx(0.3)
    assert odd["optimism"] == pytest.approx(np.log(0.3 / 0.2))
    assert odd["outcome"] == pytest.approx(np.sqrt(0.5 * 0.8))
    assert even["outcome"] == pytest.approx(0.7)
    assert odd[["n_trials", "n_evaluated", "n_diverged", "n_missed"]].tolist() == [2, 2, 0, 0]
    speed = row(rows, criterion=SPEED)
    assert (speed["target"], speed["alpha"]) == (0.5, 0.1)
    assert (speed["selection_score"], speed["evaluation_score"]) == (20, 40)
    assert speed["outcome"] == pytest.approx(np.sqrt(20 * 60))
    assert row(rows, criterion=UPDATES)["target"] == 0.5
    assert np.isnan(odd["target"])
    assert odd["reason"] == ""


def test_divergences_and_missed_targets_are_counted_and_make_the_outcome_infinite():
    rows = table(
        {LOW: [0.1, 0.1, 0.1, DIVERGED, 0.1, 0.1, 0.1, ABSENT]},
        times={"0.5": {LOW: [5, 5, 5, np.nan, 5, np.nan, 5, np.nan]}},
    )
    speed = row(rows, criterion=SPEED)
    assert speed[["n_evaluated", "n_diverged", "n_missed"]].tolist() == [3, 1, 1]
    assert np.isinf(speed["outcome"])
    # A fold with a missing run has no score.
    assert np.isnan(speed["evaluation_score"])
    loss = row(rows)
    assert loss[["n_evaluated", "n_diverged", "n_missed"]].tolist() == [3, 1, 0]
    assert row(rows, fold="even")["reason"] == "no replicate to choose by"


def test_median_updates_count_missed_targets_as_infinite():
    # Odd replicates: 10, 20 and 90 updates; even ones: one of three reached the target.
    times = {"0.5": {LOW: [10, 10, np.nan, 20, np.nan, 90]}}
    rows = table({LOW: [0.1] * 6}, times=times)
    assert row(rows, criterion=UPDATES)["median_updates"] == 20
    assert np.isinf(row(rows, criterion=UPDATES, fold="even")["median_updates"])
    assert np.isnan(row(rows)["median_updates"])


def test_optimism_is_nan_if_no_run_of_either_fold_reached_the_target():
    rows = table({LOW: [0.9] * 4, HIGH: [0.8] * 4}, times={"0.5": {}})
    speed = row(rows, criterion=SPEED)
    assert speed["alpha"] == 1.0  # by training loss
    assert np.isinf(speed[["selection_score", "evaluation_score", "outcome"]].tolist()).all()
    assert np.isnan(speed["optimism"])
    assert speed[["n_diverged", "n_missed"]].tolist() == [0, 2]


def test_one_learning_rate_is_reported_as_not_tuned(tmp_path):
    rows = table({LOW: [0.1] * 4}, times={"0.5": {LOW: [5] * 4}})
    assert set(rows["reason"]) == {"there is one learning rate"}
    write_table(rows.drop(columns="arm"), tmp_path / "tuned.csv", TUNED)
    more = table({LOW: [0.1] * 4, HIGH: [0.2] * 4}, times={"0.5": {LOW: [5] * 4}})
    assert set(more.loc[more["arm"] == "gd", "reason"]) == {""}


@pytest.mark.parametrize("cells", [(LOW,), (LOW, HIGH)])
def test_no_cell_wins_where_every_cell_failed(cells, tmp_path):
    half = [DIVERGED, 0.2, DIVERGED, 0.2]  # of the fold that odd replicates are evaluated on
    rows = table(dict.fromkeys(cells, half), times={"0.5": {}})
    own = rows[rows["arm"] == "gd"]
    failed = own["evaluation_fold"] == "odd"
    assert set(own.loc[failed, "reason"]) == {"every cell failed"}
    assert own.loc[failed, "win_share"].isna().all()
    assert own.loc[~failed, "win_share"].notna().all()
    write_table(rows.drop(columns="arm"), tmp_path / "tuned.csv", TUNED)


def test_a_single_replicate_leaves_one_fold_without_a_choice(tmp_path):
    rows = table({LOW: [0.1]}, times={"0.5": {LOW: [5]}})
    even, odd = row(rows, fold="even"), row(rows)
    assert even["reason"] == "no replicate to choose by"
    assert even["rule"] == ""
    assert (even["n_trials"], even["n_evaluated"]) == (1, 0)
    assert odd["alpha"] == 0.1
    assert np.isnan(odd[["outcome", "evaluation_score"]].tolist()).all()
    write_table(rows.drop(columns="arm"), tmp_path / "tuned.csv", TUNED)


def test_rows_of_arms_without_a_choice_have_a_reason(tmp_path):
    problem = made_problem(
        {LOW: [ABSENT, ABSENT, 0.1, 0.1], ("adam", 0.9, 1.0): [0.1, 0.1, ABSENT, ABSENT]},
        times={"0.5": {}},
    )
    rows = pd.DataFrame(tuned_rows(Tuner(problem, FLOOR, 0), targets_of(problem), Defaults()))
    assert set(rows["reason"]) == {"no replicate to choose by"}
    write_table(rows, tmp_path / "tuned.csv", TUNED)


def test_every_arm_that_a_comparison_tunes_has_its_rows(tmp_path):
    cells = [
        LOW,
        HIGH,
        *product(["momentum"], (0.5, 0.9), (0.001, 0.1, 1.0)),
        ("nesterov", 0.9, 0.1),
    ]
    rows = table(dict.fromkeys(cells, [0.5] * 4), times={"0.5": {LOW: ALWAYS}})
    assert set(rows["arm"]) == {
        "gd",
        "momentum 0.5",
        "momentum 0.9",
        "momentum tuned",
        "momentum 0.9, 0.001 to 0.01",
        "momentum 0.9, 0.001",
        "nesterov 0.9",
        "adam 0.9",
        "best rule 0.9",
    }
    criteria = rows.groupby("arm")["criterion"].agg(set)
    assert criteria["gd"] == criteria["adam 0.9"] == {SPEED, UPDATES, TRAIN_LOSS, TEST_LOSS}
    assert criteria["momentum 0.9, 0.001"] == {SPEED, TEST_LOSS}
    assert (rows.groupby(["arm", "criterion"])["evaluation_fold"].agg(set) == {"odd", "even"}).all()
    write_table(rows.drop(columns="arm"), tmp_path / "tuned.csv", TUNED)


RATES = (0.003, 0.01, 0.03, 0.1)
BETAS = (0.8, 0.9, 0.95)
DESCENT = [("gd", 0.0, rate) for rate in RATES]
AVERAGE = list(product(["momentum"], BETAS, RATES))


def extension(cells, arm, cell):
    """Values to add to the grid of these cells, if the arm chose that one."""
    problem = made_problem({each: [0.5] for each in cells})
    own = problem.cells[["rule", "beta", "alpha"]]
    (place,) = own.index[(own == list(cell)).all(axis=1)]
    found = grid_extension(problem, arm, arm.among(problem.cells), place)
    return {
        name.removeprefix("extend_"): value for name, value in found.items() if not np.isnan(value)
    }


@pytest.mark.parametrize(
    ("arm", "cell", "expected"),
    [
        (Arm(("gd",)), ("gd", 0.0, 0.01), {}),
        (Arm(("gd",)), ("gd", 0.0, 0.003), {"rate_below": 0.0009}),
        (Arm(("gd",)), ("gd", 0.0, 0.1), {"rate_above": 0.3}),
        (Arm(("momentum",), 0.95), ("momentum", 0.95, 0.01), {}),
        (Arm(("momentum",)), ("momentum", 0.9, 0.03), {}),
        # 1 − β is halved again, as from 0.9 to 0.95.
        (Arm(("momentum",)), ("momentum", 0.95, 0.03), {"beta_above": 0.975}),
        (
            Arm(("momentum",)),
            ("momentum", 0.95, 0.1),
            {"rate_above": 0.3, "beta_above": 0.975},
        ),
        # Below the smallest β there is gradient descent, which was not chosen.
        (Arm(("momentum",)), ("momentum", 0.8, 0.03), {}),
        (Arm(("momentum",)), ("gd", 0.0, 0.01), {}),
        (Arm(("momentum",)), ("gd", 0.0, 0.1), {"rate_above": 0.3}),
        # The range of rates belongs to the arm.
        (Arm(("momentum",), 0.9, rates=(0.003, 0.01)), ("momentum", 0.9, 0.003), {}),
    ],
)
def test_values_that_extend_the_grid_at_its_edges(arm, cell, expected):
    assert extension(DESCENT + AVERAGE, arm, cell) == expected


def test_without_gradient_descent_the_smallest_beta_is_an_edge():
    assert extension(AVERAGE, Arm(("momentum",)), ("momentum", 0.8, 0.03)) == {"beta_below": 0}


def test_a_single_rate_has_no_ratio_to_continue_by():
    assert extension([("gd", 0.0, 0.1), *AVERAGE], Arm(("gd",)), ("gd", 0.0, 0.1)) == {}


@pytest.mark.parametrize(("betas", "added"), [((0.98, 0.99), 0.995), ((0.5, 0.9), 0.98)])
def test_the_next_beta_continues_the_last_ratio(betas, added):
    cells = [("momentum", beta, 1.0) for beta in betas]
    assert extension(cells, Arm(("momentum",)), cells[-1]) == {"beta_above": added}


def test_without_noise_optimism_is_zero():
    rows = table({LOW: [0.25] * 6, HIGH: [0.5] * 6}, times={"0.5": {LOW: [7] * 6, HIGH: [9] * 6}})
    descent = rows[rows["arm"] == "gd"]
    assert descent["optimism"].tolist() == [0.0] * 8
    assert (descent["win_share"] == 1).all()


CURSED_CELLS = 20
SPREAD = 0.5


def test_optimism_under_pure_noise_is_as_large_as_theory_predicts():
    """The best of n equal cells is chosen by its mean over 5 replicates.

    In logarithms the selection score is the smallest of n normal means of variance σ²/5, and the
    evaluation score an independent mean. Optimism is σ/√5 times the expected maximum of n standard
    normal numbers.
    """
    optimism = []
    for seed in range(16):
        random = np.random.default_rng(seed)
        noise = random.lognormal(np.log(0.1), SPREAD, (2, CURSED_CELLS, 10))
        cells = [("gd", 0.0, 1.0 + n) for n in range(CURSED_CELLS)]
        losses, train = (dict(zip(cells, part, strict=True)) for part in noise)
        rows = table(losses, times={"0.5": dict.fromkeys(cells, [9] * 10)}, train=train)
        noisy = rows["criterion"].isin([TRAIN_LOSS, TEST_LOSS])
        descent = rows["arm"] == "gd"
        optimism += rows.loc[descent & noisy, "optimism"].tolist()
        assert (rows.loc[descent & ~noisy, "optimism"] == 0).all()
    assert len(optimism) == 64
    grid = np.linspace(-6, 6, 4001)
    density = CURSED_CELLS * norm.pdf(grid) * norm.cdf(grid) ** (CURSED_CELLS - 1)
    expected = SPREAD / np.sqrt(5) * np.trapezoid(grid * density, grid)
    error = np.std(optimism, ddof=1) / np.sqrt(len(optimism))
    assert np.mean(optimism) == pytest.approx(expected, abs=3.5 * error)
    assert np.mean(optimism) > 5 * error


def test_a_missed_target_costs_the_budget_in_the_evaluation_score():
    rows = table({LOW: [0.1] * 4}, times={"0.5": {LOW: [10, 10, 10, np.nan]}})
    assert row(rows, criterion=SPEED)["evaluation_score"] == 10 + BUDGET
