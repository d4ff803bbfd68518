"""Tuning on one fold of the replicates: which runs it depends on, and what it chooses."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from momentum_study.analysis.comparison.arms import Arm
from momentum_study.analysis.comparison.criteria import SPEED, TEST_LOSS, TRAIN_LOSS
from momentum_study.analysis.comparison.tuning import FOLDS, RESAMPLES, Tuner
from tests.analysis.comparison.made_problems import ABSENT, DIVERGED, FLOOR, made_problem

RATES = (0.1, 1.0, 10.0)
GD = [("gd", 0.0, rate) for rate in RATES]
AVERAGE = [("momentum", beta, rate) for beta, rate in product((0.5, 0.9), RATES)]
DESCENT, TUNED = Arm(("gd",)), Arm(("momentum",))
EASY, HARD = "steps_to_0.5", "steps_to_0.1"


def tuner(*args, seed=0, **parts) -> Tuner:
    return Tuner(made_problem(*args, **parts), FLOOR, seed)


def chosen(one: Tuner, arm=DESCENT, criterion=TEST_LOSS, evaluation_fold="odd", allowed=None):
    """Return rule, β and α of the chosen cell."""
    choice = one.choose(arm, criterion, evaluation_fold, allowed)
    return tuple(one.problem.cells.loc[choice.cell, ["rule", "beta", "alpha"]])


def test_cells_are_chosen_on_the_other_fold():
    # Replicates 0 and 2 are even.
    one = tuner({GD[0]: [0.1, 0.9, 0.1, 0.9], GD[1]: [0.2, 0.2, 0.2, 0.2]})
    assert chosen(one, evaluation_fold="odd") == GD[0]
    assert chosen(one, evaluation_fold="even") == GD[1]
    assert FOLDS == {"odd": "even", "even": "odd"}


losses = st.one_of(st.floats(1e-3, 10), st.sampled_from([DIVERGED, ABSENT]))
times = st.one_of(st.integers(0, 100).map(float), st.just(np.nan))


@settings(max_examples=50)
@given(st.data(), st.sampled_from(list(FOLDS)))
def test_the_choice_does_not_depend_on_the_evaluation_fold(data, evaluation_fold):
    seed = data.draw(st.integers(0, 99))
    random = np.random.default_rng(seed)
    cells = GD + AVERAGE
    values = random.uniform(0.1, 0.9, (2, len(cells), 4))
    updates = random.integers(1, 100, (2, len(cells), 4)).astype(float)
    before = choices(cells, values, updates, evaluation_fold)
    own = np.flatnonzero(np.arange(4) % 2 == (evaluation_fold == "odd"))
    shape = (2, len(cells), len(own))
    values[..., own] = data.draw(arrays(float, shape, elements=losses))
    updates[..., own] = data.draw(arrays(float, shape, elements=times))
    assert choices(cells, values, updates, evaluation_fold) == before


def choices(cells, values, updates, evaluation_fold):
    """Return the choice for every arm by every criterion, given losses and times of the cells."""
    by_cell = [dict(zip(cells, part, strict=True)) for part in (*values, *updates)]
    one = tuner(*by_cell[:2], dict(zip(("0.5", "0.1"), by_cell[2:], strict=True)))
    return [
        (criterion, one.choose(arm, criterion, evaluation_fold))
        for arm in (DESCENT, TUNED, Arm(("momentum",), 0.9))
        for criterion in (one.criterion_of(SPEED, evaluation_fold), TEST_LOSS, TRAIN_LOSS)
    ]


def test_ties_go_to_the_smaller_rate_then_to_the_smaller_beta():
    one = tuner(dict.fromkeys(GD + AVERAGE, [0.5] * 4))
    assert chosen(one, TUNED) == ("gd", 0.0, 0.1)
    assert chosen(one, Arm(("momentum",), 0.9)) == ("momentum", 0.9, 0.1)
    without = tuner(dict.fromkeys(AVERAGE, [0.5] * 4))
    assert chosen(without, TUNED) == ("momentum", 0.5, 0.1)
    # The rate decides first, even for the larger β.
    ahead = {**dict.fromkeys(AVERAGE, [0.5] * 4), ("momentum", 0.9, 0.1): [0.4] * 4}
    ahead["momentum", 0.5, 1.0] = [0.4] * 4
    assert chosen(tuner(ahead), TUNED) == ("momentum", 0.9, 0.1)


def test_scores_are_geometric_means_and_expected_running_times():
    one = tuner(
        {GD[0]: [0.1, 0.3, 0.4, 0.3], GD[1]: [0.3, 0.2, 0.3, 0.2]},
        times={"0.5": {GD[0]: [10, 7, 20, 9], GD[1]: [5, 50, np.nan, 60]}},
    )
    by_loss = one.choose(DESCENT, TEST_LOSS, "odd")
    assert by_loss.score == pytest.approx(0.2)
    assert one.score_on(TEST_LOSS, by_loss.cell, "odd") == pytest.approx(0.3)
    assert one.score_on(TEST_LOSS, by_loss.cell, "even") == by_loss.score
    by_time = one.choose(DESCENT, EASY, "odd")
    assert by_time.score == 15
    # 5 updates and a whole budget for one success.
    assert one.score_on(EASY, 1, "even") == 105
    assert by_time.trials == by_loss.trials == 2


def test_a_cell_with_a_diverged_run_loses_to_cells_without():
    one = tuner({GD[0]: [0.001, 0.1, DIVERGED, 0.1], GD[1]: [0.9] * 4})
    assert chosen(one) == GD[1]
    assert chosen(one, evaluation_fold="even") == GD[0]


def test_if_every_cell_missed_the_target_the_lowest_training_loss_is_chosen():
    one = tuner(
        {GD[0]: [0.1] * 4, GD[1]: [0.9] * 4},
        times={"0.5": {GD[0]: [np.nan, 9, np.nan, 9]}},
        train={GD[0]: [0.7] * 4, GD[1]: [0.6] * 4},
    )
    choice = one.choose(DESCENT, EASY, "odd")
    assert choice.cell == 1
    assert np.isinf(choice.score)
    assert chosen(one, criterion=EASY, evaluation_fold="even") == GD[0]


def test_if_every_cell_diverged_the_first_is_chosen():
    one = tuner(dict.fromkeys(GD, [DIVERGED] * 4))
    choice = one.choose(DESCENT, TEST_LOSS, "odd")
    assert (choice.cell, choice.score, choice.trials) == (0, np.inf, 3)


def test_a_cell_without_a_replicate_of_the_selection_fold_is_no_candidate():
    one = tuner({GD[0]: [0.1, 0.1, ABSENT, 0.1], GD[1]: [0.5] * 4})
    assert chosen(one, evaluation_fold="odd") == GD[1]
    assert chosen(one, evaluation_fold="even") == GD[0]
    assert one.choose(DESCENT, TEST_LOSS, "odd").trials == 1


def test_without_cells_or_replicates_nothing_is_chosen():
    alone = tuner({GD[0]: [0.1]})
    assert alone.choose(DESCENT, TEST_LOSS, "even") is None
    assert alone.choose(DESCENT, TEST_LOSS, "odd").cell == 0
    assert np.isnan(alone.score_on(TEST_LOSS, 0, "odd"))
    assert alone.choose(Arm(("adam",)), TEST_LOSS, "odd") is None
    nothing = np.zeros(1, dtype=bool)
    assert alone.choose(DESCENT, TEST_LOSS, "odd", nothing) is None


def test_a_restriction_narrows_the_choice():
    one = tuner({GD[0]: [0.1] * 4, GD[1]: [0.2] * 4, GD[2]: [0.3] * 4})
    choice = one.choose(DESCENT, TEST_LOSS, "odd", np.array([False, True, True]))
    assert (choice.cell, choice.trials) == (1, 2)


def test_tuned_momentum_chooses_gradient_descent_where_that_is_best():
    one = tuner({**dict.fromkeys(AVERAGE, [0.5] * 4), GD[1]: [0.4] * 4})
    assert chosen(one, TUNED) == GD[1]


def test_win_share_of_two_replicates_by_hand():
    # The first wins unless only replicate 2 is drawn, which happens one time in four.
    one = tuner({GD[0]: [0.1, 0.5, 0.4, 0.5], GD[1]: [0.3, 0.5, 0.2, 0.5]})
    shares = []
    for seed in range(20):
        one = Tuner(one.problem, FLOOR, seed)
        choice = one.choose(DESCENT, TEST_LOSS, "odd")
        assert choice.cell == 0
        shares.append(choice.win_share)
    draws = 20 * RESAMPLES
    assert np.mean(shares) == pytest.approx(0.75, abs=3.5 * np.sqrt(0.75 * 0.25 / draws))
    assert len(set(shares)) > 1


def test_a_cell_that_wins_in_every_replicate_always_wins():
    one = tuner({GD[0]: [0.1, 0.5, 0.2, 0.5], GD[1]: [0.3, 0.5, 0.4, 0.5]})
    assert one.choose(DESCENT, TEST_LOSS, "odd").win_share == 1


def test_the_same_seed_makes_the_same_shares():
    cells = {GD[0]: [0.1, 0.5, 0.4, 0.5], GD[1]: [0.3, 0.5, 0.2, 0.5]}
    first, second = (tuner(cells, seed=3).choose(DESCENT, TEST_LOSS, "odd") for _ in range(2))
    assert first == second


def test_speed_is_to_the_hardest_target_that_gradient_descent_reaches_on_the_selection_fold():
    one = tuner(
        dict.fromkeys([*GD[:2], *AVERAGE], [0.1] * 4),
        times={
            "0.5": {**dict.fromkeys(GD[:2], [9] * 4), **dict.fromkeys(AVERAGE, [1] * 4)},
            # In both odd replicates at one rate; in the even ones at no rate in both.
            "0.1": {
                GD[0]: [50, 50, np.nan, 50],
                GD[1]: [np.nan, np.nan, 60, 60],
                **dict.fromkeys(AVERAGE, [2] * 4),
            },
        },
    )
    assert one.criterion_of(SPEED, evaluation_fold="even") == HARD
    assert one.criterion_of(SPEED, evaluation_fold="odd") == EASY
    assert one.criterion_of(HARD, evaluation_fold="odd") == HARD
    assert one.criterion_of(TEST_LOSS, evaluation_fold="odd") == TEST_LOSS
