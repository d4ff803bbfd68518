"""The checks of raw data, and the messages of each."""

from typing import Any

import numpy as np
import pytest

from momentum_study.core.errors import StudyError
from momentum_study.datasets.raw import make_raw

CODES = [0, 0, 0, 1, 1, 1]
VALUES = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
TABLE = [[float(i), float(i * i)] for i in range(6)]


def table_with(cell: object) -> list[list[Any]]:
    """Replace the second column of the third row."""
    return [[row[0], cell] if i == 2 else list(row) for i, row in enumerate(TABLE)]


def test_types_of_a_classification() -> None:
    raw = make_raw("toy", np.asfortranarray(TABLE), CODES, "classification", ("a", "b"), ("u", "v"))
    assert raw.features.dtype == np.float64
    assert raw.features.flags.c_contiguous
    assert raw.targets.dtype == np.int64
    assert raw.classes == ("a", "b")
    assert raw.feature_names == ("u", "v")
    np.testing.assert_array_equal(raw.features, TABLE)
    np.testing.assert_array_equal(raw.targets, CODES)


def test_types_of_a_regression() -> None:
    raw = make_raw("toy", TABLE, VALUES, "regression")
    assert raw.targets.dtype == np.float64
    assert raw.classes == ()
    assert raw.feature_names == ("x0", "x1")


def test_the_copy_is_independent_of_the_source() -> None:
    table = np.array(TABLE)
    raw = make_raw("toy", table, VALUES, "regression")
    table[:] = -1
    np.testing.assert_array_equal(raw.features, TABLE)


def test_numbers_in_an_object_table_are_accepted() -> None:
    raw = make_raw("toy", np.array(TABLE, dtype=object), VALUES, "regression")
    np.testing.assert_array_equal(raw.features, TABLE)


FEATURE_ERRORS = [
    (table_with(np.nan), "feature 'v' is nan in row 2 (counted from 0), 1 such value(s) in all"),
    (table_with(-np.inf), "feature 'v' is -inf in row 2"),
    (np.array(table_with("red"), dtype=object), "feature 'v' is 'red' in row 2"),
    (np.array(table_with(None), dtype=object), "feature 'v' is None in row 2"),
    (np.array(TABLE).astype(str), "feature 'u' is '0.0' in row 0"),
    (np.array(TABLE) * 1j, "feature 'u' is 0j in row 0"),
    (np.zeros(6), "the features have shape (6,); expected a table of rows and columns"),
    (np.zeros((6, 0)), "the features have shape (6, 0)"),
    (np.zeros((0, 2)), "the features have shape (0, 2)"),
    (np.full((6, 2), 0.1), "every feature is constant"),
    (np.eye(6, 3), "2 feature names for 3 feature columns; expected one name per column"),
    (np.eye(7, 2), "7 rows of features but targets of shape (6,); expected one target per row"),
]


@pytest.mark.parametrize(("table", "message"), FEATURE_ERRORS)
def test_bad_features_are_refused(table: Any, message: str) -> None:
    with pytest.raises(StudyError) as caught:
        make_raw("toy", table, CODES, "classification", ("a", "b"), ("u", "v"))
    assert message in str(caught.value)


def test_gaps_are_kept_where_they_are_allowed() -> None:
    raw = make_raw("toy", table_with(np.nan), VALUES, "regression", gaps=True)
    np.testing.assert_array_equal(raw.features, table_with(np.nan))
    constant = [[1.0, np.nan], [1.0, 2.0], *[[1.0, 2.0]] * 4]
    for table, message in [
        (table_with(np.inf), "feature 'x1' is inf in row 2 (counted from 0), 1 such"),
        (constant, "every feature is constant"),
    ]:
        with pytest.raises(StudyError) as caught:
            make_raw("toy", table, VALUES, "regression", gaps=True)
        assert message in str(caught.value)
    with pytest.raises(StudyError, match="the target is nan in row 5"):
        make_raw("toy", TABLE, [*VALUES[:5], np.nan], "regression", gaps=True)


CLASS_ERRORS = [
    ([0, 0, 0, 1, 1, np.nan], "ab", "the target is nan in row 5"),
    ([0, 0, 0, 1, 1, np.inf], "ab", "the target is inf in row 5"),
    (list("xxxyyy"), "ab", "the target is 'x' in row 0"),
    ([0, 0, 0, 1, 1, 2], "ab", "the target 2 is not a class code; expected whole numbers ≥ 0"),
    ([0, 0, 0, 1, 1, -1], "ab", "the target -1 is not a class code"),
    ([0, 0, 0, 1, 1, 0.5], "ab", "the target 0.5 is not a class code"),
    ([0, 0, 0, 1, 1, 1e300], "ab", "the target 1e300 is not a class code"),
    ([0] * 6, "ab", "all 6 rows are of one class; expected at least two classes"),
    ([0, 0, 0, 0, 1, 1], "ab", "class 'b' has 2 member(s); expected at least 3"),
    (CODES, "abc", "class 'c' has 0 member(s); expected at least 3"),
    (CODES, "aa", "the class names a, a contain a name twice"),
    ([CODES], "ab", "6 rows of features but targets of shape (1, 6)"),
]


@pytest.mark.parametrize(("targets", "classes", "message"), CLASS_ERRORS)
def test_bad_classes_are_refused(targets: Any, classes: str, message: str) -> None:
    with pytest.raises(StudyError) as caught:
        make_raw("toy", TABLE, targets, "classification", tuple(classes))
    assert message in str(caught.value)


REGRESSION_ERRORS = [
    (TABLE, [2.0] * 6, "every target is 2; expected targets that vary between rows"),
    (TABLE[:5], VALUES[:5], "5 row(s); expected at least 6, two each"),
    (TABLE, [*VALUES[:5], np.nan], "the target is nan in row 5"),
]


@pytest.mark.parametrize(("table", "targets", "message"), REGRESSION_ERRORS)
def test_bad_regressions_are_refused(table: Any, targets: Any, message: str) -> None:
    with pytest.raises(StudyError) as caught:
        make_raw("toy", table, targets, "regression")
    assert message in str(caught.value)
