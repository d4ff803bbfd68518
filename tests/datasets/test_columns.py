"""Columns of mixed kinds: what becomes of each, and what is refused."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.core.errors import StudyError
from momentum_study.datasets.columns import encoded, parse_columns

ROWS = 30


def frame_of(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({"x": np.arange(float(ROWS)), **columns, "y": ["u", "v", "u"] * 10})


def numbers(frame: pd.DataFrame, missing: Any = "refuse", categorical: Any = ()) -> pd.DataFrame:
    table = parse_columns(frame, "y", "classification", missing, categorical)
    assert isinstance(table.features, pd.DataFrame)
    array, names = encoded(table.features)
    assert array.dtype == np.float64
    return pd.DataFrame(array, columns=names)


def test_numbers_are_unchanged() -> None:
    frame = frame_of(
        i=np.arange(ROWS),
        n=pd.array([1, 2, 3] * 10, dtype="Int64"),
        d=[Decimal("0.5"), Decimal(2), Decimal(3)] * 10,
    )
    array = numbers(frame)
    assert list(array) == ["x", "i", "n", "d"]
    np.testing.assert_array_equal(array, frame[["x", "i", "n", "d"]].astype(float))


def test_categories_are_one_hot_in_place_and_in_sorted_order() -> None:
    frame = frame_of(
        town=["west", "east", "north"] * 10,
        garden=["yes", "no"] * 15,
        new=[True, False] * 15,
        size=pd.Categorical(["s", "l", "m"] * 10, categories=["s", "m", "l"]),
        cylinders=[10, 4, 4.5] * 10,
    )
    array = numbers(frame, categorical=["cylinders"])
    assert list(array) == [
        *("x", "town=east", "town=north", "town=west", "garden=yes", "new=True"),
        *("size=l", "size=m", "size=s", "cylinders=4", "cylinders=4.5", "cylinders=10"),
    ]
    for name in list(array)[1:]:
        column, level = name.split("=")
        # Written as the table has it: 10.0 for 10.
        expected = [str(value).removesuffix(".0") == level for value in frame[column]]
        np.testing.assert_array_equal(array[name], expected)


@given(st.lists(st.sampled_from(["a", "b", "c", None]), min_size=ROWS, max_size=ROWS))
def test_a_missing_category_is_a_separate_category(levels: list[str | None]) -> None:
    if not any(levels):
        levels[0] = "a"
    array = numbers(frame_of(t=levels), "impute").drop(columns="x")
    distinct = set(levels)
    assert array.shape[1] == (len(distinct) if len(distinct) != 2 else 1)
    if None in distinct:
        np.testing.assert_array_equal(array["t is missing"], [level is None for level in levels])
    if len(distinct) > 2:
        np.testing.assert_array_equal(array.sum(axis=1), 1)


def test_imputed_numbers_stay_missing_in_the_table() -> None:
    gaps = pd.array([1, None, 3] * 10, dtype="Int64")
    table = parse_columns(
        frame_of(n=gaps, t=["a", None, "b"] * 10), "y", "classification", "impute", []
    )
    assert isinstance(table.features, pd.DataFrame)
    assert table.features["n"].isna().sum() == 10
    assert table.repairs == (
        "10 gap(s) in 'n' filled with the median of each replicate's train rows",
        "10 gap(s) in 't' filled with a category of its own",
    )


def test_rows_with_gaps_are_dropped_and_counted() -> None:
    frame = frame_of(n=[1.0, np.nan, 3.0] * 10, t=[None, "b", "c", *["d", "e", "f"] * 9])
    frame.loc[5, "y"] = None
    table = parse_columns(frame, "y", "classification", "drop", [])
    assert table.repairs == ("12 of 30 rows dropped for gaps in 'n', 't', 'y'",)
    kept = frame.dropna()
    np.testing.assert_array_equal(np.array(table.classes)[table.targets], kept["y"])
    assert list(encoded(table.features)[1]) == ["x", "n", "t=c", "t=d", "t=f"]


DAYS = ("2020-01-01 00:00:00", "2020-01-31 00:00:00")


@pytest.mark.parametrize(
    ("answers", "classes"),
    [
        (["z", "a", "m"] * 10, ("a", "m", "z")),
        ([True, False, True] * 10, ("False", "True")),
        ([-1, 1, 1] * 10, ("-1", "1")),
        ([10, 9, 2] * 10, ("2", "9", "10")),
        ([1.0, 2.0, 2.5] * 10, ("1", "2", "2.5")),
        (pd.Categorical(["s", "l", "m"] * 10, categories=["s", "m", "l"]), ("l", "m", "s")),
        (pd.Categorical([10, 9, 2] * 10), ("2", "9", "10")),
        (np.array([10, 9, 2] * 10, dtype=np.float32), ("2", "9", "10")),
        # Numbers that are one and the same to a float.
        ([2**60, 2**60 + 1] * 15, (str(2**60), str(2**60 + 1))),
        ([10**40, 10**40 + 1] * 15, (str(10**40), str(10**40 + 1))),
        ([Decimal("0.1"), Decimal("0.1" + "0" * 30 + "1")] * 15, ("0.1", "0.1" + "0" * 30 + "1")),
        (pd.Categorical(pd.to_datetime(["2020-01-31", "2020-01-01"] * 15)), DAYS),
    ],
)
def test_classes_are_sorted(answers: Any, classes: tuple[str, ...]) -> None:
    table = parse_columns(frame_of().assign(y=answers), "y", "classification", "refuse", [])
    assert table.classes == classes
    named = np.array(classes)[table.targets]
    assert list(named) == [str(answer).removesuffix(".0") for answer in answers]


def test_targets_of_a_regression_are_its_numbers() -> None:
    table = parse_columns(frame_of().assign(y=np.arange(ROWS)), "y", "regression", "refuse", [])
    assert table.targets.dtype == np.float64
    np.testing.assert_array_equal(table.targets, np.arange(ROWS))


def with_gap(values: list[Any], row: int) -> list[Any]:
    return [None if index == row else value for index, value in enumerate(values)]


SINGLE = [f"H{number}" for number in range(ROWS)]
ERRORS: list[tuple[dict[str, Any], str]] = [
    (
        {"t": with_gap(["a"] * ROWS, 7)},
        "missing: column 't' has a gap in row 7 (counted from 0), 1",
    ),
    ({"n": [1.0, np.nan] * 15}, "column 'n' has a gap in row 1 (counted from 0), 15 gap(s) in all"),
    (
        {"y": with_gap(["u"] * ROWS, 3)},
        "'y' has a gap in row 3 (counted from 0), 1 gap(s) in all; ",
    ),
    ({"n": [1.0, np.inf] * 15}, "column 'n' is inf in row 1 (counted from 0), 15 such value(s)"),
    (
        {"when": pd.date_range("2020-01-01", periods=ROWS)},
        "column 'when' contains Timestamp('2020-01-",
    ),
    (
        {"when": [date(2020, 1, 1)] * ROWS},
        "column 'when' contains datetime.date(2020, 1, 1) (date); ex",
    ),
    ({"when": pd.to_timedelta(range(ROWS), unit="s")}, "column 'when' contains Timedelta('0 days"),
    ({"l": [[1, 2]] * ROWS}, "column 'l' contains [1, 2] (mixed); expected numbers, text or truth"),
    ({"b": [b"x"] * ROWS}, "column 'b' contains b'x' (bytes)"),
    ({"c": [1j] * ROWS}, "column 'c' contains 1j (complex)"),
    ({"m": ["a", 1, 2.5] * 10}, "column 'm' contains 'a' (mixed"),
    (
        {"id": SINGLE},
        "column 'id' has 30 categories in 30 rows, such as 'H0'; expected at most 100",
    ),
    ({"n": [*map(str, range(29)), "-?-"]}, "make it a column of numbers: '-?-' is text"),
    ({"y": SINGLE}, "the target 'y' has 30 distinct values in 30 rows, such as 'H0'; expected at"),
    ({"y": np.arange(ROWS) / 7}, "such as 0.0; expected at most 100 classes, or task: regression"),
]


@pytest.mark.parametrize(("columns", "message"), ERRORS)
def test_unusable_columns_are_refused(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError) as caught:
        parse_columns(frame_of().assign(**columns), "y", "classification", "refuse", [])
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "answers", [["u", "v"] * 15, [True, False] * 15, pd.Categorical([3, 1, 2] * 10)]
)
def test_a_regression_needs_numbers(answers: list[Any]) -> None:
    with pytest.raises(StudyError, match=r"the target 'y' contains .*; expected numbers"):
        parse_columns(frame_of().assign(y=answers), "y", "regression", "refuse", [])


def test_a_missing_target_cannot_be_imputed() -> None:
    frame = frame_of().assign(y=with_gap([1.0] * ROWS, 4))
    with pytest.raises(
        StudyError, match=r"'y' has a gap in row 4 .* expected none, or missing: drop"
    ):
        parse_columns(frame, "y", "regression", "impute", [])


@pytest.mark.parametrize("missing", ["impute", "drop"])
def test_empty_columns_and_tables_are_refused(missing: Any) -> None:
    with pytest.raises(StudyError, match=r"column 'n' is empty|no row remains"):
        parse_columns(frame_of(n=[None] * ROWS), "y", "classification", missing, [])


def test_too_many_categories_of_a_number_are_refused_too() -> None:
    with pytest.raises(StudyError, match=r"column 'x' has 30 categories .* in leave_out$"):
        parse_columns(frame_of(), "y", "classification", "refuse", ["x"])


def test_short_tables_can_have_few_categories() -> None:
    frame = frame_of(t=list("abcdefghij") * 3).head(12)
    assert numbers(frame).shape == (12, 11)
