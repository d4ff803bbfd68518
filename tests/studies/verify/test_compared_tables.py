"""Two tables are compared on their keys, value by value."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.studies.verify.findings import Comparison
from momentum_study.studies.verify.tables import LISTED, compare_tables
from momentum_study.studies.verify.tolerances import Leeway, TableTolerances, Tolerance

KEYS = ["name", "beta"]
TOLERANCES = TableTolerances(
    (
        (("number",), Tolerance(relative=0.01, absolute=0.001, share=0.1)),
        (("word",), Tolerance(share=0.1)),
    ),
    rows=0.1,
)


def table(rows: int = 20) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": pd.Series([f"row {row // 2}" for row in range(rows)], dtype="str"),
            "beta": [[np.nan, 0.9][row % 2] for row in range(rows)],
            "number": np.linspace(-1.0, 1.0, rows),
            "word": pd.Series(["as it is"] * rows, dtype="str"),
            "fixed": np.arange(rows, dtype="float64"),
        }
    )


def compared(here: pd.DataFrame, leeway: Leeway = Leeway.CHAOTIC) -> Comparison:
    return compare_tables(here, table(), KEYS, TOLERANCES, leeway)


def changed(column: str, value: object, rows: int = 1) -> pd.DataFrame:
    """The table with other values in the last rows."""
    here = table()
    here.loc[here.index[-rows:], column] = value
    return here


@pytest.mark.parametrize("leeway", Leeway)
def test_a_table_equals_itself_in_any_order(leeway: Leeway) -> None:
    shuffled = table().sample(frac=1, random_state=1)
    for here in (table(), shuffled):
        assert compared(here, leeway) == Comparison(rows=20)
        assert compared(here, leeway).within


def test_infinite_and_missing_values_equal_themselves() -> None:
    odd = table()
    odd.loc[:2, "number"] = [np.nan, np.inf, -np.inf]
    assert compare_tables(odd, odd.copy(), KEYS, TOLERANCES, Leeway.NONE).columns == ()


@pytest.mark.parametrize(
    ("column", "value", "here", "published", "gap"),
    [
        ("number", 1.5, "1.5", "1", 0.5),
        ("number", np.nan, "missing", "1", None),
        ("number", np.inf, "inf", "1", None),
        ("word", "other", "other", "as it is", None),
        ("word", "", "missing", "as it is", None),
    ],
)
def test_one_value_is_named(
    column: str, value: object, here: str, published: str, gap: float | None
) -> None:
    comparison = compared(changed(column, value), Leeway.NONE)
    (difference,) = comparison.differences
    assert difference.row == "name=row 9 beta=0.9"
    assert (difference.column, difference.here, difference.published) == (column, here, published)
    assert difference.gap == gap
    assert not comparison.within
    (finding,) = comparison.columns
    assert (finding.rows, finding.differing, finding.outside, finding.allowed) == (20, 1, 1, 0)


@pytest.mark.parametrize("infinite", [np.inf, -np.inf, np.nan])
def test_nothing_is_near_what_is_not_finite(infinite: float) -> None:
    published = changed("number", infinite)
    for here in (table(), changed("number", -infinite if infinite == infinite else 0.0)):
        (finding,) = compare_tables(here, published, KEYS, TOLERANCES, Leeway.ROUNDING).columns
        assert finding.outside == 1


@given(share=st.floats(0, 2), sign=st.sampled_from([-1, 1]))
def test_a_value_within_the_distance_is_within(share: float, sign: int) -> None:
    distance = 0.01 * 1.0 + 0.001
    comparison = compared(changed("number", 1.0 + sign * share * distance), Leeway.ROUNDING)
    if abs(share - 1) > 1e-9:
        assert comparison.within == (share < 1)


def test_a_share_of_rows_may_lie_beyond_where_training_is_chaotic() -> None:
    for column, value in (("number", 7.0), ("word", "other")):
        assert compared(changed(column, value, rows=2)).within
        assert not compared(changed(column, value, rows=3)).within
        assert not compared(changed(column, value, rows=1), Leeway.ROUNDING).within
    # A column without a tolerance has none.
    assert not compared(changed("fixed", 7.0)).within


def test_fewer_monotone_rows_may_be_beyond() -> None:
    number = Tolerance(share=0.5, monotone=0.1)
    tolerances = TableTolerances(((("number",), number),), monotone="fixed")
    published = table().assign(fixed=[0.0, 1.0] * 10)
    for rows, monotone_beyond, within in (((1, 3, 5, 7, 9), 1, True), ((0, 2), 2, False)):
        here = published.copy()
        here.loc[[*rows, 10], "number"] = 7.0
        comparison = compare_tables(here, published, KEYS, tolerances, Leeway.CHAOTIC)
        findings = {column.column: column for column in comparison.columns}
        assert findings["number (monotone)"].outside == monotone_beyond + (rows == (0, 2))
        assert findings["number (monotone)"].rows == 10
        assert comparison.within == within
        assert {difference.row for difference in comparison.differences} == (
            set() if within else {f"name=row {row} beta=missing" for row in (0, 1, 5)}
        )


def test_only_columns_beyond_tolerance_are_listed_and_only_the_first_values() -> None:
    here = changed("word", "other", rows=8)
    here.loc[0, "number"] = 9.0
    comparison = compared(here)
    assert {column.column for column in comparison.columns} == {"number", "word"}
    assert [difference.column for difference in comparison.differences] == ["word"] * LISTED


def test_rows_of_one_side_are_named() -> None:
    here = table().drop(index=[3])
    here.loc[5, "name"] = "new"
    comparison = compared(here, Leeway.ROUNDING)
    assert comparison.problems == (
        "1 row only here: name=new beta=0.9",
        "2 rows only published: name=row 1 beta=0.9; name=row 2 beta=0.9",
    )
    assert comparison.rows == 18


def test_a_share_of_rows_may_be_on_one_side_where_training_is_chaotic() -> None:
    comparison = compared(table().drop(index=[3, 4]))
    assert comparison.within
    assert comparison.notes == ("2 rows only published",)
    assert not compared(table().drop(index=[3, 4, 5])).within


def test_columns_of_one_side_are_named() -> None:
    comparison = compared(table().rename(columns={"word": "words"}))
    assert comparison.problems == ("1 column only here: words", "1 column only published: word")


def test_tables_without_a_key_column_are_not_compared() -> None:
    comparison = compared(table().drop(columns="beta"))
    assert "no key column beta" in comparison.problems
    assert comparison.rows == 0


def test_repeated_keys_are_reported() -> None:
    here = changed("name", "row 0")
    assert compared(here).problems == ("1 row here with the keys of another",)


def test_a_number_that_became_text_is_named() -> None:
    here = table()
    here["number"] = here["number"].map(repr).astype("str")
    here.loc[4, "number"] = "four"
    differences = compared(here, Leeway.NONE).differences
    assert ("name=row 2 beta=missing", "four") in [(d.row, d.here) for d in differences]


def test_keys_that_became_text_still_find_their_rows() -> None:
    here = table().astype({"beta": "str"})
    here["beta"] = here["beta"].fillna("").replace("nan", "")
    here.loc[7, "fixed"] = -1.0
    comparison = compared(here)
    assert comparison.rows == 20
    assert [difference.row for difference in comparison.differences] == ["name=row 3 beta=0.9"]
