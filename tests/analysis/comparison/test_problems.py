"""Problems made from runs: which cells are pooled, and which are kept separate."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from momentum_study.analysis.comparison.problems import CELL_COLUMNS, Problem, problems
from momentum_study.tables.keys import PROBLEM_KEYS

FAMILIES = {"a": "a", "b": "a", "long": "long"}
BATCH_SIZES = {"16": 16, "full": 90}


def runs(grid="a", rule="gd", beta=0.0, rates=(0.1, 1.0), replicates=range(2), **others):
    """Make runs that completed, by default with the number of the replicate as loss."""
    batch = others.get("batch", "full")
    rows = [
        {
            "grid": grid,
            "dataset": "iris",
            "network": "small",
            "rule": rule,
            "batch": batch,
            "schedule": "constant",
            "beta": beta,
            "learning_rate": rate,
            "replicate": replicate,
            "alpha": rate,
            "eta": (1 - beta) * rate,
            "batch_size": BATCH_SIZES[batch],
            "steps": 100,
            "gradient_noise": 0.0,
            "status": "completed",
            "train_loss_final": float(replicate),
            "steps_to_0.5": 10,
        }
        for rate, replicate in product(rates, replicates)
    ]
    return pd.DataFrame(rows).astype({"steps_to_0.5": "Int64"}).assign(**others)


def only(table: pd.DataFrame) -> Problem:
    (problem,) = problems(table, FAMILIES)
    return problem


def test_cells_of_all_grids_of_a_family_are_pooled():
    problem = only(pd.concat([runs("b", "momentum", 0.9), runs("a")]))
    assert {name: problem.keys[name] for name in PROBLEM_KEYS} == {
        "family": "a",
        "dataset": "iris",
        "network": "small",
        "batch": "full",
        "gradient_noise": 0.0,
    }
    assert problem.keys["batch_size"] == 90
    cells = problem.cells[["rule", "beta", "alpha"]].to_numpy().tolist()
    assert cells == [["gd", 0, 0.1], ["gd", 0, 1], ["momentum", 0.9, 0.1], ["momentum", 0.9, 1]]
    assert list(problem.cells.columns) == CELL_COLUMNS
    assert problem.completed.all()
    assert problem.steps == 100


def test_a_cell_in_two_grids_enters_once_from_the_first_by_name():
    again = runs("b", rates=(1.0, 10.0), train_loss_final=7.0)
    problem = only(pd.concat([again, runs("a", train_loss_final=5.0)]))
    assert problem.cells["alpha"].tolist() == [0.1, 1.0, 10.0]
    losses = problem.columns["train_loss_final"]
    np.testing.assert_array_equal(losses, [[5, 5], [5, 5], [7, 7]])


def test_a_second_grid_may_add_replicates_to_a_cell():
    problem = only(pd.concat([runs("a"), runs("b", rates=(1.0,), replicates=range(4))]))
    losses = problem.columns["train_loss_final"]
    np.testing.assert_array_equal(losses, [[0, 1, np.nan, np.nan], [0, 1, 2, 3]])


@pytest.mark.parametrize(
    "other",
    [
        {"grid": "long"},
        {"gradient_noise": 0.1},
        {"batch": "16"},
        {"dataset": "wine"},
        {"network": "deep"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_problems_differ_by_any_of_their_keys(other):
    both = pd.concat([runs(**other), runs()])
    found = list(problems(both, FAMILIES))
    assert [len(problem.cells) for problem in found] == [2, 2]
    keys = [tuple(problem.keys[name] for name in PROBLEM_KEYS) for problem in found]
    assert len(set(keys)) == 2
    assert keys == sorted(keys)


def test_each_schedule_has_its_own_cells():
    problem = only(pd.concat([runs(schedule="cosine"), runs()]))
    assert problem.cells["schedule"].tolist() == ["constant", "constant", "cosine", "cosine"]


def test_a_missing_replicate_is_nan_and_a_diverged_one_is_present():
    table = runs(replicates=range(3))
    table.loc[0, ["status", "train_loss_final", "steps_to_0.5"]] = ["diverged", np.nan, pd.NA]
    problem = only(table.drop(index=4))
    np.testing.assert_array_equal(problem.columns["steps"], [[100, 100, 100], [100, np.nan, 100]])
    assert problem.completed.tolist() == [[False, True, True], [True, False, True]]
    np.testing.assert_array_equal(
        problem.columns["steps_to_0.5"], [[np.nan, 10, 10], [10, np.nan, 10]]
    )


def test_folds_are_the_odd_and_even_numbers_of_replicates():
    problem = only(runs(replicates=(3, 4, 7)))
    assert problem.replicates.tolist() == [3, 4, 7]
    assert problem.fold("odd").tolist() == [True, False, True]
    assert problem.fold("even").tolist() == [False, True, False]


EVERYTHING = pd.concat(
    [
        runs("a", replicates=range(3)),
        runs("b", "momentum", 0.9, replicates=range(2)),
        runs("b", train_loss_final=9.0),
        runs("long", batch="16"),
        runs("a", gradient_noise=0.1),
    ],
    ignore_index=True,
)


@settings(max_examples=15)
@given(st.permutations(range(len(EVERYTHING))))
def test_the_order_of_rows_does_not_matter(order):
    expected = list(problems(EVERYTHING, FAMILIES))
    found = list(problems(EVERYTHING.iloc[list(order)], FAMILIES))
    assert [problem.keys for problem in found] == [problem.keys for problem in expected]
    for one, other in zip(found, expected, strict=True):
        pd.testing.assert_frame_equal(one.cells, other.cells)
        np.testing.assert_array_equal(one.replicates, other.replicates)
        np.testing.assert_array_equal(one.completed, other.completed)
        for name, values in other.columns.items():
            np.testing.assert_array_equal(one.columns[name], values)
