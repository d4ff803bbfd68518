"""Data from a source: a table as read, and a raw data set whose values are checked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from momentum_study.core.errors import StudyError
from momentum_study.core.text import format_number

if TYPE_CHECKING:
    import pandas as pd

Task: TypeAlias = Literal["classification", "regression"]
FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

Missing: TypeAlias = Literal["refuse", "impute", "drop"]
"""Handling of gaps in a table."""

MINIMUM_CLASS_MEMBERS = 3
"""One for each of training, validation and test."""

MINIMUM_REGRESSION_ROWS = 6
"""Two for each of training, validation and test: R² of a single row is undefined."""

MOST_NUMBERS = 10**8
"""Limit for generated tables: 800 MB."""


def check_size(what: str, numbers: int) -> None:
    """Refuse a generated table that would not fit into memory.

    Raises
    ------
    StudyError
        If it has more than `MOST_NUMBERS` numbers.
    """
    if numbers > MOST_NUMBERS:
        raise StudyError(
            f"parameters: {what} is {numbers:,}; expected at most {MOST_NUMBERS:,} numbers in all"
        )


@dataclass(frozen=True)
class ColumnUse:
    """What became of each column of a table.

    Attributes
    ----------
    target
        The column to learn.
    numbers
        Features that are numbers.
    categories
        Features that are categories, each with its number of levels.
    left_out
        Columns of the key ``leave_out``.
    index
        Columns of the index of a Parquet file that are no features.
    """

    target: str
    numbers: tuple[str, ...]
    categories: dict[str, int]
    left_out: tuple[str, ...]
    index: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """Features and targets of n rows.

    Attributes
    ----------
    features
        Numbers of shape ``(n, d)``; or a frame of n rows with columns of numbers or categories, to
        be encoded after sampling.
    targets
        Shape ``(n,)``: class codes, or numbers in a regression.
    task
        ``"classification"`` or ``"regression"``.
    classes
        Names of the class codes; none for a regression.
    feature_names
        The d column names; none for ``x0, x1, …`` or a frame, which has names.
    repairs
        One sentence per repair, for the log.
    target
        Name of the column to learn, if the features are a frame.
    index
        Columns of the index of a Parquet file that are no features.
    """

    features: "npt.NDArray[Any] | pd.DataFrame"
    targets: FloatArray | IntArray
    task: Task
    classes: Sequence[str] = ()
    feature_names: Sequence[str] = ()
    repairs: tuple[str, ...] = ()
    target: str = ""
    index: tuple[str, ...] = ()

    def take(self, rows: IntArray) -> "Table":
        """Return some of the rows."""
        features = self.features
        chosen = features[rows] if isinstance(features, np.ndarray) else features.iloc[rows]
        return replace(self, features=chosen, targets=self.targets[rows])


@dataclass(frozen=True, eq=False)
class RawDataset:
    """Checked data, not yet split and scaled.

    Attributes
    ----------
    name
        Name of the data set in the study.
    features
        Shape ``(n, d)``, finite; or NaN where a gap is to be filled from the training rows.
    targets
        Shape ``(n,)``: class codes ``0 … K-1`` (int64), or finite values (float64) for a
        regression.
    task
        ``"classification"`` or ``"regression"``.
    classes
        The K names of the class codes; empty for a regression.
    feature_names
        The d column names.
    """

    name: str
    features: FloatArray
    targets: FloatArray | IntArray
    task: Task
    classes: tuple[str, ...]
    feature_names: tuple[str, ...]


def make_raw(
    name: str,
    features: npt.ArrayLike,
    targets: npt.ArrayLike,
    task: Task,
    classes: Sequence[str] = (),
    feature_names: Sequence[str] = (),
    *,
    gaps: bool = False,
) -> RawDataset:
    """Check the arrays of a source and convert their types.

    Parameters
    ----------
    name
        Name of the data set in the study.
    features
        Shape ``(n, d)``, numbers.
    targets
        Shape ``(n,)``: class codes ``0 … K-1``, or numbers for a regression.
    task
        ``"classification"`` or ``"regression"``.
    classes
        The K class names, in the order of their codes; none for a regression.
    feature_names
        The d column names; the default is ``x0, x1, …``.
    gaps
        Whether features can be NaN.

    Returns
    -------
    RawDataset
        A checked copy.

    Raises
    ------
    StudyError
        If a feature or target is text, NaN or infinite, shapes do not match, rows or columns are
        missing, no feature varies, there are fewer than two classes, a class has fewer than three
        members, or a regression has fewer than six rows or only one target value.
    """
    table = np.asarray(features)
    if table.ndim != 2 or 0 in table.shape:
        raise StudyError(
            f"the features have shape {table.shape}; expected a table of rows and columns "
            "with at least one of each"
        )
    columns = tuple(map(str, feature_names)) or tuple(f"x{j}" for j in range(table.shape[1]))
    if len(columns) != table.shape[1]:
        raise StudyError(
            f"{len(columns)} feature names for {table.shape[1]} feature columns; "
            "expected one name per column"
        )
    column_labels = [f"feature {column!r}" for column in columns]
    checked_features = _numbers(table, column_labels, gaps)
    # These two ignore NaN.
    if np.all(np.fmin.reduce(checked_features) == np.fmax.reduce(checked_features)):
        raise StudyError(
            "every feature is constant; expected at least one that varies between rows"
        )

    answers = np.asarray(targets)
    if answers.shape != table.shape[:1]:
        raise StudyError(
            f"{table.shape[0]} rows of features but targets of shape {answers.shape}; "
            "expected one target per row"
        )
    values = _numbers(answers[:, np.newaxis], ["the target"], gaps=False)[:, 0]
    if task == "regression":
        _check_regression(values)
        return RawDataset(name, checked_features, values, task, (), columns)
    class_names = tuple(map(str, classes))
    codes = _class_codes(values, class_names)
    return RawDataset(name, checked_features, codes, task, class_names, columns)


def _numbers(table: npt.NDArray[Any], labels: Sequence[str], gaps: bool) -> FloatArray:
    """Copy a table ``(n, columns)`` to finite float64; an error names the first bad cell."""
    if table.dtype.kind not in "biuf":
        for (row, column), cell in np.ndenumerate(table.astype(object)):
            if not isinstance(cell, Real):
                raise StudyError(
                    f"{labels[column]} is {cell!r} in row {row} (counted from 0); "
                    "expected a number: encode text and fill or drop missing values before the "
                    "study"
                )
    # The order in memory is fixed because the last bits of sums depend on it.
    numbers = np.array(table, dtype=np.float64, order="C")
    bad = np.argwhere(np.isinf(numbers) if gaps else ~np.isfinite(numbers))
    if len(bad):
        row, column = bad[0]
        raise StudyError(
            f"{labels[column]} is {numbers[row, column]} in row {row} (counted from 0), "
            f"{len(bad)} such value(s) in all; expected finite numbers: fill or drop them before "
            "the study"
        )
    return numbers


def _check_regression(values: FloatArray) -> None:
    if len(values) < MINIMUM_REGRESSION_ROWS:
        raise StudyError(
            f"{len(values)} row(s); expected at least {MINIMUM_REGRESSION_ROWS}, two each "
            "for training, validation and test"
        )
    if np.all(values == values[0]):
        raise StudyError(
            f"every target is {format_number(values[0])}; expected targets that vary between rows"
        )


def _class_codes(values: FloatArray, classes: tuple[str, ...]) -> IntArray:
    if len(set(classes)) < len(classes):
        raise StudyError(
            f"the class names {', '.join(classes)} contain a name twice; expected distinct names"
        )
    unknown = values[(values < 0) | (values >= len(classes)) | (values != np.floor(values))]
    if len(unknown):
        raise StudyError(
            f"the target {format_number(unknown[0])} is not a class code; expected whole "
            f"numbers ≥ 0 and < {len(classes)}, the number of class names"
        )
    codes = values.astype(np.int64)
    members = np.bincount(codes, minlength=len(classes))
    if np.count_nonzero(members) < 2:
        raise StudyError(f"all {len(codes)} rows are of one class; expected at least two classes")
    smallest = int(members.argmin())
    if members[smallest] < MINIMUM_CLASS_MEMBERS:
        raise StudyError(
            f"class {classes[smallest]!r} has {members[smallest]} member(s); expected at "
            f"least {MINIMUM_CLASS_MEMBERS}, one each for training, validation and test: "
            "merge or drop rare classes, or add rows"
        )
    return codes
