"""Which grids and cells belong together."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.studies.compare.matching import NO_CELL, grid_pairs, matched_cells

RATES = st.lists(st.sampled_from([0.001, 0.003, 0.01, 0.1, 0.3, 1.0, 3.0]), unique=True)


def cells(*rates: float, rule: str = "gd", beta: float = 0.0) -> pd.DataFrame:
    return pd.DataFrame(
        {"rule": rule, "schedule": "constant", "beta": beta, "learning_rate": list(rates)}
    ).astype({"learning_rate": "float64"})


def rates_of(matched: pd.DataFrame, *sides: pd.DataFrame) -> list[tuple]:
    """Learning rates of both sides, and how they were matched."""
    one, other = sides
    return [
        (
            None if row.baseline == NO_CELL else one["learning_rate"][row.baseline],
            None if row.candidate == NO_CELL else other["learning_rate"][row.candidate],
            row.matched_by,
        )
        for row in matched.itertuples()
    ]


@pytest.mark.parametrize(
    ("baseline", "candidate", "pairs"),
    [
        (["a", "b"], ["b", "c"], [("a", None), ("b", "b"), (None, "c")]),
        (["a"], ["b"], [("a", "b")]),
        (["a"], ["b", "c"], [("a", None), (None, "b"), (None, "c")]),
        (["a"], ["b", "a"], [("a", "a"), (None, "b")]),
    ],
)
def test_grids_match_by_name_or_alone(baseline, candidate, pairs) -> None:
    assert grid_pairs(baseline, candidate) == pairs


def test_rates_match_by_value_up_to_rounding() -> None:
    one, other = cells(0.1, 0.3, 1), cells(1, 0.1 * 3, 10)
    assert rates_of(matched_cells(one, other, "auto"), one, other) == [
        (0.3, 0.1 * 3, "value"),
        (1, 1, "value"),
        (0.1, None, ""),
        (None, 10, ""),
    ]


def test_without_a_common_value_as_many_match_by_position() -> None:
    one, other = cells(1, 0.1), cells(0.2, 2)
    expected = [(0.1, 0.2, "position"), (1, 2, "position")]
    assert rates_of(matched_cells(one, other, "auto"), one, other) == expected
    assert rates_of(matched_cells(one, other, "position"), one, other) == expected
    unmatched = rates_of(matched_cells(one, other, "value"), one, other)
    assert [row[2] for row in unmatched] == [""] * 4


def test_not_as_many_do_not_match_by_position() -> None:
    matched = matched_cells(cells(0.1, 1, 10), cells(0.2, 2), "auto")
    assert (matched["matched_by"] == "").all()
    assert len(matched) == 5


def test_each_group_is_matched_for_itself() -> None:
    one = pd.concat([cells(0.1, 1), cells(0.1, 1, rule="adam", beta=0.9)], ignore_index=True)
    other = pd.concat([cells(0.1, 1), cells(0.2, 2, rule="adam", beta=0.9)], ignore_index=True)
    matched = matched_cells(one, other, "auto")
    by_rule = matched.groupby("rule")["matched_by"].agg(set)
    assert by_rule.to_dict() == {"gd": {"value"}, "adam": {"position"}}
    another_beta = matched_cells(cells(1, rule="adam", beta=0.9), cells(1, rule="adam"), "auto")
    assert (another_beta["matched_by"] == "").all()


@given(RATES, RATES, st.sampled_from(["auto", "value", "position"]))
def test_every_cell_is_there_once_and_sides_can_be_swapped(baseline, candidate, match) -> None:
    one, other = cells(*baseline), cells(*candidate)
    matched = matched_cells(one, other, match)
    for side, place in ((one, matched["baseline"]), (other, matched["candidate"])):
        assert sorted(place[place != NO_CELL]) == list(range(len(side)))
    swapped = matched_cells(other, one, match)
    pairs = set(zip(matched["baseline"], matched["candidate"], matched["matched_by"], strict=True))
    back = set(zip(swapped["candidate"], swapped["baseline"], swapped["matched_by"], strict=True))
    assert pairs == back
    by_value = matched[matched["matched_by"] == "value"]
    np.testing.assert_array_equal(
        one["learning_rate"].to_numpy()[by_value["baseline"].to_numpy(dtype=int)],
        other["learning_rate"].to_numpy()[by_value["candidate"].to_numpy(dtype=int)],
    )
