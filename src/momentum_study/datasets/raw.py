"""A dataset as it comes from its source, and the checks that let it into the study."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from momentum_study.core.errors import StudyError
from momentum_study.core.text import format_number

Task: TypeAlias = Literal["classification", "regression"]
FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

MINIMUM_CLASS_MEMBERS = 3
"""One for each of train, validation and test."""

MINIMUM_REGRESSION_ROWS = 6
"""Two for each of train, validation and test: R² of a single row is undefined."""


@dataclass(frozen=True, eq=False)
class RawDataset:
    """Checked data, neither split nor scaled.

    Attributes
    ----------
    name
        The dataset's name in the study.
    features
        Shape ``(n, d)``, finite; or NaN where a gap is to be filled in from the train rows.
    targets
        Shape ``(n,)``: class codes ``0 … K-1`` (int64), or finite values (float64) in a regression.
    task
        ``"classification"`` or ``"regression"``.
    classes
        The K names behind the class codes; empty in a regression.
    feature_names
        The d names of the columns.
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
    """Check a source's arrays and bring them to the study's types.

    Parameters
    ----------
    name
        The dataset's name in the study, for the messages.
    features
        Shape ``(n, d)``, numbers.
    targets
        Shape ``(n,)``: class codes ``0 … K-1``, or numbers in a regression.
    task
        ``"classification"`` or ``"regression"``.
    classes
        The K class names, in the order of their codes; none in a regression.
    feature_names
        The d column names; ``x0, x1, …`` if left out.
    gaps
        Whether features may be NaN.

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
    where = f"dataset {name!r}"
    table = np.asarray(features)
    if table.ndim != 2 or 0 in table.shape:
        raise StudyError(
            f"{where}: the features have shape {table.shape}; expected a table of rows and columns "
            "with at least one of each"
        )
    columns = tuple(map(str, feature_names)) or tuple(f"x{j}" for j in range(table.shape[1]))
    if len(columns) != table.shape[1]:
        raise StudyError(
            f"{where}: {len(columns)} feature names for {table.shape[1]} feature columns; "
            "expected one name per column"
        )
    column_labels = [f"feature {column!r}" for column in columns]
    checked_features = _numbers(where, table, column_labels, gaps)
    # These two pass over NaN.
    if np.all(np.fmin.reduce(checked_features) == np.fmax.reduce(checked_features)):
        raise StudyError(
            f"{where}: every feature is constant; expected at least one that varies between rows"
        )

    answers = np.asarray(targets)
    if answers.shape != table.shape[:1]:
        raise StudyError(
            f"{where}: {table.shape[0]} rows of features but targets of shape {answers.shape}; "
            "expected one target per row"
        )
    values = _numbers(where, answers[:, np.newaxis], ["the target"], gaps=False)[:, 0]
    if task == "regression":
        _check_regression(where, values)
        return RawDataset(name, checked_features, values, task, (), columns)
    class_names = tuple(map(str, classes))
    codes = _class_codes(where, values, class_names)
    return RawDataset(name, checked_features, codes, task, class_names, columns)


def _numbers(where: str, table: npt.NDArray[Any], labels: Sequence[str], gaps: bool) -> FloatArray:
    """Copy a table ``(n, columns)`` to finite float64, or name the first cell that is not."""
    if table.dtype.kind not in "biuf":
        for (row, column), cell in np.ndenumerate(table.astype(object)):
            if not isinstance(cell, Real):
                raise StudyError(
                    f"{where}: {labels[column]} is {cell!r} in row {row} (counted from 0); "
                    "expected a number: encode text and fill or drop missing values before the "
                    "study"
                )
    # The order in memory is fixed because the last bits of sums depend on it.
    numbers = np.array(table, dtype=np.float64, order="C")
    bad = np.argwhere(np.isinf(numbers) if gaps else ~np.isfinite(numbers))
    if len(bad):
        row, column = bad[0]
        raise StudyError(
            f"{where}: {labels[column]} is {numbers[row, column]} in row {row} (counted from 0), "
            f"{len(bad)} such value(s) in all; expected finite numbers: fill or drop them before "
            "the study"
        )
    return numbers


def _check_regression(where: str, values: FloatArray) -> None:
    if len(values) < MINIMUM_REGRESSION_ROWS:
        raise StudyError(
            f"{where}: {len(values)} row(s); expected at least {MINIMUM_REGRESSION_ROWS}, two each "
            "for train, validation and test"
        )
    if np.all(values == values[0]):
        raise StudyError(
            f"{where}: every target is {format_number(values[0])}; expected targets that vary "
            "between rows"
        )


def _class_codes(where: str, values: FloatArray, classes: tuple[str, ...]) -> IntArray:
    if len(set(classes)) < len(classes):
        raise StudyError(
            f"{where}: the class names {', '.join(classes)} hold a name twice; "
            "expected distinct names"
        )
    unknown = values[(values < 0) | (values >= len(classes)) | (values != np.floor(values))]
    if len(unknown):
        raise StudyError(
            f"{where}: the target {format_number(unknown[0])} is no class code; expected whole "
            f"numbers from 0 up, below {len(classes)}, the number of class names"
        )
    codes = values.astype(np.int64)
    members = np.bincount(codes, minlength=len(classes))
    if np.count_nonzero(members) < 2:
        raise StudyError(
            f"{where}: all {len(codes)} rows are of one class; expected at least two classes"
        )
    smallest = int(members.argmin())
    if members[smallest] < MINIMUM_CLASS_MEMBERS:
        raise StudyError(
            f"{where}: class {classes[smallest]!r} has {members[smallest]} member(s); expected at "
            f"least {MINIMUM_CLASS_MEMBERS}, one each for train, validation and test: "
            "merge or drop rare classes, or add rows"
        )
    return codes
