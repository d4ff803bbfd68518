"""Columns of user tables: their kinds, their gaps, and their encoding as numbers."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.core.errors import StudyError
from momentum_study.core.text import format_number, one_line
from momentum_study.datasets.raw import ColumnUse, FloatArray, IntArray, Missing, Table, Task

MOST_LEVELS = 100
"""Maximum number of categories of a column and of classes."""

FEW_LEVELS = 10
"""A column with up to this number of categories is accepted in a table of any length."""

_LONGEST_EXAMPLE = 100

# From here on, whole numbers are one and the same to a float.
_LARGEST_EXACT = 2.0**53

# Kinds of columns by the names that pandas infers.
_EXACT = {"integer", "decimal"}
_NUMBERS = _EXACT | {"floating", "mixed-integer-float"}
_CATEGORIES = {"string", "boolean", "categorical"}


def parse_columns(
    frame: pd.DataFrame, target: str, task: Task, missing: Missing, categorical: Sequence[str]
) -> Table:
    """Determine the kinds of columns, and handle gaps.

    Columns of numbers are used as they are. Text, truth values and the columns listed in
    `categorical` are categories. A target of classes can be text, truth values or numbers; its
    classes are sorted. Whole and decimal numbers stay exact as classes and categories; as features
    and as targets of a regression they are float64.

    Parameters
    ----------
    frame
        The target and the features.
    target
        Name of the target column.
    task
        ``"classification"`` or ``"regression"``.
    missing
        ``"refuse"``: a gap is an error. ``"drop"``: rows with gaps are omitted. ``"impute"``:
        missing numbers stay NaN, to be filled from the training rows, and a missing category is a
        separate category; a missing target is an error.
    categorical
        Columns of numbers that are categories.

    Returns
    -------
    Table
        Its features are a frame; call `encoded` after choosing rows.

    Raises
    ------
    StudyError
        If a column is empty or contains other values (dates, lists) or infinite numbers, a gap is
        not allowed, a column has too many categories, categories are floats so large that each may
        be several whole numbers, or the target does not fit the task.
    """
    frame = frame.reset_index(drop=True)
    repairs: tuple[str, ...] = ()
    gaps = frame.isna()
    if missing != "drop":
        _refuse_gaps(gaps[[target]], "drop")
    if missing == "refuse":
        _refuse_gaps(gaps, "impute or drop")
    if missing == "drop" and gaps.to_numpy().any():
        repairs = (_dropped(gaps),)
        frame = frame[~gaps.any(axis=1)]
    if frame.empty:
        raise StudyError("no row remains; expected rows without gaps, or missing: impute")
    kinds = {str(name): _kind(column) for name, column in frame.items()}
    features = pd.DataFrame(
        {
            name: _levels(column)
            if kinds[str(name)] == "categories" or name in categorical
            else _numbers(column)
            for name, column in frame.drop(columns=target).items()
        },
        copy=False,  # large tables are usually sampled afterwards
    )
    if missing == "impute":
        repairs = tuple(_filled(column) for _, column in features.items() if column.hasnans)
    answers = frame[target]
    if task == "classification":
        classes, codes = _classes(answers)
        return Table(features, codes, task, classes, repairs=repairs, target=target)
    if kinds[target] != "numbers":
        raise StudyError(
            f"the target {target!r} contains {_example(answers)} (categories); expected numbers "
            "in a regression, or task: classification"
        )
    values = np.asarray(_numbers(answers), dtype=np.float64)
    return Table(features, values, task, repairs=repairs, target=target)


def column_use(features: pd.DataFrame, table: Table, left_out: Sequence[str]) -> ColumnUse:
    """Return what became of the columns of a table with these features."""
    levels = {
        str(name): column.nunique()
        for name, column in features.items()
        if isinstance(column.dtype, pd.CategoricalDtype)
    }
    numbers = tuple(str(name) for name in features if name not in levels)
    index = tuple(name for name in table.index if name not in left_out)
    return ColumnUse(table.target, numbers, levels, tuple(left_out), index)


def encoded(features: pd.DataFrame) -> tuple[FloatArray, list[str]]:
    """Encode the features of `parse_columns` as one table of numbers.

    Categories are one-hot encoded with scikit-learn's ``OneHotEncoder``, in sorted order: a column
    ``district=north`` for each, or only the second one of two. Missing values have a column
    ``district is missing``.

    Parameters
    ----------
    features
        n rows with columns of numbers or categories. Categories without rows get no column.

    Returns
    -------
    array of shape (n, d), list of d str
        The numbers, and the names of their columns.
    """
    blocks: list[FloatArray] = []
    names: list[str] = []
    for name, column in features.items():
        if isinstance(column.dtype, pd.CategoricalDtype):
            block, block_names = _one_hot(column)
        else:
            block = column.to_numpy(dtype=np.float64)[:, np.newaxis]
            block_names = [str(name)]
        blocks.append(block)
        names += block_names
    return np.hstack(blocks), names


def _one_hot(column: "pd.Series[Any]") -> tuple[FloatArray, list[str]]:
    from sklearn.preprocessing import OneHotEncoder

    levels: list[Any] = list(column.cat.remove_unused_categories().cat.categories)
    if column.hasnans:
        levels.append(np.nan)
    encoder = OneHotEncoder(
        categories=[levels],
        drop="if_binary",
        sparse_output=False,
        feature_name_combiner=lambda feature, level: (
            f"{feature}={level}" if isinstance(level, str) else f"{feature} is missing"
        ),
    )
    block = encoder.fit_transform(column.astype(object).to_frame())
    return block, list(encoder.get_feature_names_out())


def _kind(column: "pd.Series[Any]") -> str:
    """Return ``"numbers"`` or ``"categories"``, or raise an error."""
    if column.isna().all():
        raise StudyError(f"column {column.name!r} is empty; list it in leave_out")
    content = pd.api.types.infer_dtype(column, skipna=True)
    if content in _NUMBERS:
        return "numbers"
    if content in _CATEGORIES:
        return "categories"
    raise StudyError(
        f"column {column.name!r} contains {_example(column)} ({content}); expected numbers, text "
        "or truth values: convert it, or list it in leave_out"
    )


def _example(column: "pd.Series[Any]") -> str:
    value: Any = column.dropna().iloc[0]
    text = one_line(repr(value.item() if isinstance(value, np.generic) else value))
    return text if len(text) <= _LONGEST_EXAMPLE else f"{text[:_LONGEST_EXAMPLE]}…"


def _numbers(column: "pd.Series[Any]") -> "pd.Series[float]":
    """Return a column with NumPy integers or floats, and NaN for gaps."""
    numeric = isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf"
    if not numeric or column.dtype == np.float16:  # half precision, which pandas cannot sort
        try:
            numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        except OverflowError:
            raise StudyError(
                f"column {column.name!r} contains a whole number too large for any floating-point "
                "type; expected smaller ones: change their unit, or list it in leave_out"
            ) from None
        column = pd.Series(numbers, index=column.index, name=column.name)
    infinite = np.flatnonzero(np.isinf(column))
    if len(infinite):
        raise StudyError(
            f"column {column.name!r} is {column.iloc[infinite[0]]} in row "
            f"{column.index[infinite[0]]} (counted from 0), {len(infinite)} such value(s) in all; "
            "expected finite numbers"
        )
    return column


def _levels(column: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column as sorted categories, named by their text."""
    levels = _sorted(column)
    if _too_many(len(levels.cat.categories), len(column)):
        raise StudyError(
            f"column {column.name!r} has {len(levels.cat.categories)} categories in {len(column)} "
            f"rows, such as {_example(column)}; expected at most {MOST_LEVELS}, each in several "
            f"rows: list it in leave_out{_stray_words(column)}"
        )
    return levels


def _stray_words(column: "pd.Series[Any]") -> str:
    """Name the word that makes a column of mostly numbers a column of text."""
    words = column[pd.to_numeric(column.astype(object), errors="coerce").isna()].dropna()
    if words.empty or 2 * len(words) > len(column):
        return ""
    return f", or make it a column of numbers: {_example(words)} is text"


def _classes(answers: "pd.Series[Any]") -> tuple[tuple[str, ...], IntArray]:
    """Return the sorted names of the classes, and the code of each row."""
    levels = _sorted(answers)
    classes = tuple(levels.cat.categories)
    if _too_many(len(classes), len(answers)):
        advice = "or task: regression" if _kind(answers) == "numbers" else "of several rows each"
        raise StudyError(
            f"the target {answers.name!r} has {len(classes)} distinct values in {len(answers)} "
            f"rows, such as {_example(answers)}; expected at most {MOST_LEVELS} classes, {advice}"
        )
    return classes, levels.cat.codes.to_numpy().astype(np.int64)


def _sorted(column: "pd.Series[Any]") -> "pd.Series[Any]":
    if _kind(column) == "categories":
        # As objects, because categories in a file have another order, and truth values no gaps.
        column = column.astype(object)
    elif pd.api.types.infer_dtype(column, skipna=True) not in _EXACT:
        column = _numbers(column)
        _refuse_large(column)
    levels = column.astype("category")
    names = pd.Index([_text(level) for level in levels.cat.categories])
    return pd.Series(pd.Categorical.from_codes(levels.cat.codes, names), index=column.index)


def _refuse_large(column: "pd.Series[float]") -> None:
    large = column[column.abs() >= _LARGEST_EXACT]
    if len(large):
        raise StudyError(
            f"column {column.name!r} contains {format_number(large.iloc[0])} as a floating-point "
            "number, which may be several whole numbers in one; expected classes and categories "
            "that are text, such as 'c9007199254740993', or smaller numbers"
        )


def _text(level: object) -> str:
    if isinstance(level, float | np.floating):
        return format_number(level)
    if isinstance(level, Decimal):
        text = f"{level:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(level)


def _too_many(levels: int, rows: int) -> bool:
    return levels > MOST_LEVELS or (levels > FEW_LEVELS and 2 * levels >= rows)


def _refuse_gaps(gaps: pd.DataFrame, instead: str) -> None:
    cells = np.argwhere(gaps.to_numpy())
    if len(cells):
        row, column = cells[0]
        raise StudyError(
            f"missing: column {gaps.columns[column]!r} has a gap in row {row} (counted from 0), "
            f"{len(cells)} gap(s) in all; expected none, or missing: {instead}"
        )


def _dropped(gaps: pd.DataFrame) -> str:
    where = ", ".join(repr(name) for name in gaps.columns[gaps.any()])
    return f"{int(gaps.any(axis=1).sum())} of {len(gaps)} rows dropped for gaps in {where}"


def _filled(column: "pd.Series[Any]") -> str:
    filling = "the median of each replicate's train rows"
    if isinstance(column.dtype, pd.CategoricalDtype):
        filling = "a category of its own"
    return f"{int(column.isna().sum())} gap(s) in {column.name!r} filled with {filling}"
