"""Columns of mixed kinds: what they hold, what becomes of gaps, and how they turn into numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.core.errors import StudyError
from momentum_study.core.text import format_number, one_line
from momentum_study.datasets.raw import FloatArray, IntArray, Task
from momentum_study.datasets.table import Missing, Table

MOST_LEVELS = 100
"""A column of more categories would drown the others; one class each is no classification."""

FEW_LEVELS = 10
"""So many are no labels of single rows, however short the table is."""

_LONGEST_EXAMPLE = 100

# What pandas calls the content of a column, as far as it is of use.
_NUMBERS = {"integer", "floating", "mixed-integer-float", "decimal"}
_CATEGORIES = {"string", "boolean", "categorical"}


def understood(
    frame: pd.DataFrame, target: str, task: Task, missing: Missing, categorical: Sequence[str]
) -> Table:
    """Make out what the columns of a frame are, and settle what becomes of its gaps.

    Columns of numbers are features as they are. Text and truth values are categories, as are the
    columns listed in `categorical`. A target of classes may be text, truth values or numbers;
    its classes are in sorted order.

    Parameters
    ----------
    frame
        The target and the features.
    target
        Name of the target's column.
    task
        ``"classification"`` or ``"regression"``.
    missing
        ``"refuse"``: a gap is an error. ``"drop"``: rows with gaps are left out. ``"impute"``:
        numbers that are missing stay NaN, to be filled in from the train rows, and a missing
        category is a category of its own; a missing target is an error.
    categorical
        Columns of numbers that stand for categories.

    Returns
    -------
    Table
        Its features a frame, to be given to `encoded` once it is known which rows are wanted.

    Raises
    ------
    StudyError
        If a column holds something else (dates, lists), nothing at all, or infinite numbers;
        a gap is not allowed; a column has too many categories; or the target does not fit the
        task.
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
        raise StudyError("no row is left; expected rows without gaps, or missing: impute")
    kinds = {str(name): _kind(column) for name, column in frame.items()}
    features = pd.DataFrame(
        {
            name: _levels(column)
            if kinds[str(name)] == "categories" or name in categorical
            else _numbers(column)
            for name, column in frame.drop(columns=target).items()
        },
        copy=False,  # of large tables a sample is wanted, as a rule
    )
    if missing == "impute":
        repairs = tuple(_filled(column) for _, column in features.items() if column.hasnans)
    answers = frame[target]
    if task == "classification":
        classes, codes = _classes(answers)
        return Table(features, codes, task, classes, repairs=repairs)
    if kinds[target] != "numbers":
        raise StudyError(
            f"the target {target!r} holds {_example(answers)}; expected numbers in a regression, "
            "or task: classification"
        )
    return Table(features, np.asarray(_numbers(answers), dtype=np.float64), task, repairs=repairs)


def encoded(features: pd.DataFrame) -> tuple[FloatArray, list[str]]:
    """Turn the features of `understood` into one table of numbers.

    Categories are one-hot encoded by scikit-learn's ``OneHotEncoder``, in place and in sorted
    order: a column ``district=north`` for each; of two categories, the second one only. Missing
    ones, if any, have a column ``district is missing``.

    Parameters
    ----------
    features
        n rows; columns of numbers or categories. Categories of no row get no column.

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
    """Return ``"numbers"`` or ``"categories"``, or refuse the column."""
    if column.isna().all():
        raise StudyError(f"column {column.name!r} is empty; name it under leave_out")
    content = pd.api.types.infer_dtype(column, skipna=True)
    if content in _NUMBERS:
        return "numbers"
    if content in _CATEGORIES:
        return "categories"
    raise StudyError(
        f"column {column.name!r} holds {_example(column)} ({content}); expected numbers, text or "
        "truth values: convert it, or name it under leave_out"
    )


def _example(column: "pd.Series[Any]") -> str:
    value: Any = column.dropna().iloc[0]
    text = one_line(repr(value.item() if isinstance(value, np.generic) else value))
    return text if len(text) <= _LONGEST_EXAMPLE else f"{text[:_LONGEST_EXAMPLE]}…"


def _numbers(column: "pd.Series[Any]") -> "pd.Series[float]":
    """Return a column as integers or floats of NumPy, its gaps as NaN."""
    numeric = isinstance(column.dtype, np.dtype) and column.dtype.kind in "iuf"
    if not numeric or column.dtype == np.float16:  # half precision, which pandas cannot sort
        try:
            numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
        except OverflowError:
            raise StudyError(
                f"column {column.name!r} holds a whole number too large for any floating-point "
                "type; expected smaller ones: change their unit, or name it under leave_out"
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
    """Return a column as categories in sorted order, numbers by size, each named by its text."""
    levels = _sorted(column)
    if _too_many(len(levels.cat.categories), len(column)):
        raise StudyError(
            f"column {column.name!r} has {len(levels.cat.categories)} categories in {len(column)} "
            f"rows, such as {_example(column)}; expected at most {MOST_LEVELS}, each in several "
            f"rows: name it under leave_out{_stray_words(column)}"
        )
    return levels


def _stray_words(column: "pd.Series[Any]") -> str:
    """Say which word makes a text of what is mostly numbers."""
    words = column[pd.to_numeric(column.astype(object), errors="coerce").isna()].dropna()
    if words.empty or 2 * len(words) > len(column):
        return ""
    return f", or make it a column of numbers, which it would be but for {_example(words)}"


def _classes(answers: "pd.Series[Any]") -> tuple[tuple[str, ...], IntArray]:
    """Return the names of the classes, in the order of `_levels`, and each row's code."""
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
    # As objects, for categories of a file have an order of their own, and truth values no gaps.
    values = _numbers(column) if _kind(column) == "numbers" else column.astype(object)
    levels = values.astype("category")
    names = pd.Index([_text(level) for level in levels.cat.categories])
    return pd.Series(pd.Categorical.from_codes(levels.cat.codes, names), index=column.index)


def _text(level: object) -> str:
    return format_number(level) if isinstance(level, float | np.floating) else str(level)


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
