"""The table of tuned cells: counts, edges of grids, and the winner's curse."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from momentum_study.analysis.comparison.arms import Arm
from momentum_study.analysis.comparison.criteria import SPEED, TEST_LOSS, TRAIN_LOSS, targets_of
from momentum_study.analysis.comparison.questions import Defaults
from momentum_study.analysis.comparison.tuned import edge_of_grid, tuned_rows
from momentum_study.analysis.comparison.tuning import Tuner
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.tuned import TUNED
from tests.analysis.comparison.made_problems import ABSENT, BUDGET, DIVERGED, FLOOR, made_problem

LOW, HIGH = ("gd", 0.0, 0.1), ("gd", 0.0, 1.0)
TARGET = "steps_to_0.5"
ALWAYS = [5] * 4


def table(validation, test=None, times=None, train=None) -> pd.DataFrame:
    """Rows of a problem with these cells, and with Adam, for a comparison to have choices of."""
    count = len(next(iter(validation.values())))
    adam = {("adam", 0.9, 1.0): [0.5] * count}
    problem = made_problem(
        validation | adam, test and test | adam, times, train=train and train | adam
    )
    return pd.DataFrame(tuned_rows(Tuner(problem, FLOOR, 0), targets_of(problem), Defaults()))


def row(rows: pd.DataFrame, arm="gd", criterion=TEST_LOSS, reported="odd") -> pd.Series:
    own = (rows["arm"] == arm) & (rows["criterion"] == criterion) & (rows["reported"] == reported)
    (found,) = rows[own].to_dict("records")
    return pd.Series(found)


def test_what_was_chosen_and_how_it_did_where_it_had_no_say():
    rows = table(
        {LOW: [0.1, 0.3, 0.4, 0.3], HIGH: [0.4, 0.2, 0.4, 0.2]},
        {LOW: [0.9, 0.5, 0.9, 0.8], HIGH: [0.7, 0.9, 0.7, 0.9]},
        {"0.5": {LOW: [10, 20, 30, 60], HIGH: [50, 70, 80, 90]}},
    )
    odd, even = row(rows), row(rows, reported="even")
    assert (odd["alpha"], even["alpha"]) == (0.1, 1.0)
    assert odd["selected_score"] == pytest.approx(0.2)
    assert odd["reported_score"] == pytest.approx(0.3)
    assert odd["optimism"] == pytest.approx(np.log(0.3 / 0.2))
    assert odd["outcome"] == pytest.approx(np.sqrt(0.5 * 0.8))
    assert even["outcome"] == pytest.approx(0.7)
    assert odd[["n_trials", "n_reported", "n_diverged", "n_missed"]].tolist() == [2, 2, 0, 0]
    speed = row(rows, criterion=SPEED)
    assert (speed["target"], speed["alpha"]) == (TARGET, 0.1)
    assert (speed["selected_score"], speed["reported_score"]) == (20, 40)
    assert speed["outcome"] == pytest.approx(np.sqrt(20 * 60))
    assert row(rows, criterion=TARGET)["target"] == ""
    assert odd["reason"] == ""


def test_divergences_and_misses_are_counted_apart_and_make_the_outcome_infinite():
    rows = table(
        {LOW: [0.1, 0.1, 0.1, DIVERGED, 0.1, 0.1, 0.1, ABSENT]},
        times={"0.5": {LOW: [5, 5, 5, np.nan, 5, np.nan, 5, np.nan]}},
    )
    speed = row(rows, criterion=SPEED)
    assert speed[["n_reported", "n_diverged", "n_missed"]].tolist() == [3, 1, 1]
    assert np.isinf(speed["outcome"])
    # A missing run has no score, and so the half that has it none.
    assert np.isnan(speed["reported_score"])
    loss = row(rows)
    assert loss[["n_reported", "n_diverged", "n_missed"]].tolist() == [3, 1, 0]
    assert row(rows, reported="even")["reason"] == "no replicate to choose by"


def test_median_updates_are_those_of_kaplan_and_meier():
    # Odd replicates: 10, 20 and 90 updates; even ones: one in three got there.
    times = {"0.5": {LOW: [10, 10, np.nan, 20, np.nan, 90]}}
    rows = table({LOW: [0.1] * 6}, times=times)
    assert row(rows, criterion=TARGET)["median_updates"] == 20
    assert np.isinf(row(rows, criterion=TARGET, reported="even")["median_updates"])
    assert np.isnan(row(rows)["median_updates"])


def test_where_no_run_of_either_half_got_there_optimism_has_no_number():
    rows = table({LOW: [0.9] * 4, HIGH: [0.8] * 4}, times={"0.5": {}})
    speed = row(rows, criterion=SPEED)
    assert speed["alpha"] == 1.0  # by training loss
    assert np.isinf(speed[["selected_score", "reported_score", "outcome"]].tolist()).all()
    assert np.isnan(speed["optimism"])
    assert speed[["n_diverged", "n_missed"]].tolist() == [0, 2]


def test_a_single_replicate_leaves_one_half_without_a_choice(tmp_path):
    rows = table({LOW: [0.1]}, times={"0.5": {LOW: [5]}})
    even, odd = row(rows, reported="even"), row(rows, reported="odd")
    assert even["reason"] == "no replicate to choose by"
    assert even["rule"] == ""
    assert (even["n_trials"], even["n_reported"]) == (1, 0)
    assert odd["alpha"] == 0.1
    assert np.isnan(odd[["outcome", "reported_score"]].tolist()).all()
    write_table(rows, tmp_path / "tuned.csv", TUNED)


def test_where_neither_half_can_choose_the_row_says_so(tmp_path):
    problem = made_problem(
        {LOW: [ABSENT, ABSENT, 0.1, 0.1], ("adam", 0.9, 1.0): [0.1, 0.1, ABSENT, ABSENT]},
        times={"0.5": {}},
    )
    tuner = Tuner(problem, FLOOR, 0)
    rows = pd.DataFrame(tuned_rows(tuner, [TARGET], Defaults()))
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
        "adam or momentum or nesterov 0.9",
    }
    criteria = rows.groupby("arm")["criterion"].agg(set)
    assert criteria["gd"] == criteria["adam 0.9"] == {SPEED, TARGET, TRAIN_LOSS, TEST_LOSS}
    assert criteria["momentum 0.9, 0.001"] == {SPEED, TEST_LOSS}
    assert (rows.groupby(["arm", "criterion"])["reported"].agg(set) == {"odd", "even"}).all()
    write_table(rows, tmp_path / "tuned.csv", TUNED)


RATES = (0.003, 0.01, 0.03, 0.1)
BETAS = (0.8, 0.9, 0.95)
DESCENT = [("gd", 0.0, rate) for rate in RATES]
AVERAGE = list(product(["momentum"], BETAS, RATES))


def edge(cells, arm, cell):
    """What is said if an arm that may choose among these cells chose that one."""
    problem = made_problem({each: [0.5] for each in cells})
    own = problem.cells[["rule", "beta", "alpha"]]
    (place,) = own.index[(own == list(cell)).all(axis=1)]
    return edge_of_grid(problem, arm, arm.among(problem.cells), place)


@pytest.mark.parametrize(
    ("arm", "cell", "advice"),
    [
        (Arm(("gd",)), ("gd", 0.0, 0.01), ""),
        (Arm(("gd",)), ("gd", 0.0, 0.003), "learning_rates below: add 0.0009"),
        (Arm(("gd",)), ("gd", 0.0, 0.1), "learning_rates above: add 0.3"),
        (Arm(("momentum",), 0.95), ("momentum", 0.95, 0.01), ""),
        (Arm(("momentum",)), ("momentum", 0.9, 0.03), ""),
        # Halving 1 − β once more, as from 0.9 to 0.95.
        (Arm(("momentum",)), ("momentum", 0.95, 0.03), "beta above: add 0.975"),
        (
            Arm(("momentum",)),
            ("momentum", 0.95, 0.1),
            "learning_rates above: add 0.3; beta above: add 0.975",
        ),
        # Descent is part of what was tuned and lost: nothing is missing in between.
        (Arm(("momentum",)), ("momentum", 0.8, 0.03), ""),
        (Arm(("momentum",)), ("gd", 0.0, 0.01), ""),
        (Arm(("momentum",)), ("gd", 0.0, 0.1), "learning_rates above: add 0.3"),
        # The range is what is on trial.
        (Arm(("momentum",), 0.9, rates=(0.003, 0.01)), ("momentum", 0.9, 0.003), ""),
    ],
)
def test_the_edge_says_how_to_extend_the_grid(arm, cell, advice):
    assert edge(DESCENT + AVERAGE, arm, cell) == advice


def test_without_descent_the_smallest_coefficient_is_an_edge():
    assert edge(AVERAGE, Arm(("momentum",)), ("momentum", 0.8, 0.03)) == "beta below: add 0"


def test_a_single_rate_has_no_ratio_to_continue_by():
    assert edge([("gd", 0.0, 0.1), *AVERAGE], Arm(("gd",)), ("gd", 0.0, 0.1)) == ""


@pytest.mark.parametrize(("betas", "add"), [((0.98, 0.99), "0.995"), ((0.5, 0.9), "0.98")])
def test_the_next_coefficient_continues_the_last_ratio(betas, add):
    cells = [("momentum", beta, 1.0) for beta in betas]
    assert edge(cells, Arm(("momentum",)), cells[-1]) == f"beta above: add {add}"


def test_optimism_is_nothing_without_noise():
    rows = table({LOW: [0.25] * 6, HIGH: [0.5] * 6}, times={"0.5": {LOW: [7] * 6, HIGH: [9] * 6}})
    descent = rows[rows["arm"] == "gd"]
    assert descent["optimism"].tolist() == [0.0] * 8
    assert (descent["win_share"] == 1).all()


CURSED_CELLS = 20
SPREAD = 0.5


def test_the_winner_of_pure_noise_looks_better_than_it_is_by_as_much_as_theory_says():
    """Choosing the best of n equal cells by means of 5 replicates, its luck is that of a minimum.

    The selected score is the smallest of n normal means of variance σ²/5 in logarithms, the
    reported one a fresh mean: optimism is σ/√5 times the expected maximum of n normal numbers.
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


def test_a_miss_counts_with_its_budget_in_the_reported_score():
    rows = table({LOW: [0.1] * 4}, times={"0.5": {LOW: [10, 10, 10, np.nan]}})
    assert row(rows, criterion=SPEED)["reported_score"] == 10 + BUDGET
