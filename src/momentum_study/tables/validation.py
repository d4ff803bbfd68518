"""Checking a table against its description, and its rows against the design."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from momentum_study.core.errors import StudyError
from momentum_study.tables.schema import Check, Column, Table

EXAMPLES = 3
"""How many examples an error message gives."""


def columns_in_order(columns: Sequence[str], table: Table) -> dict[str, Column]:
    """Find the description of each column, and bring the columns into the order of the table.

    The columns of one target follow each other, the easiest target first.

    Raises
    ------
    StudyError
        If columns are missing, unknown or doubled.
    """
    first_pattern = next((i for i, column in enumerate(table.fields) if column.pattern), 0)
    places: dict[str, tuple[int, float, int]] = {}
    for place, column in enumerate(table.fields):
        if column.pattern is None:
            places[column.name] = (place, 0.0, place)
            continue
        for name in columns:
            if match := re.fullmatch(column.pattern, name):
                places[name] = (first_pattern, -float(match["target"]), place)
    problems = {
        "missing": sorted(places.keys() - set(columns), key=places.__getitem__),
        "unknown": [name for name in columns if name not in places],
        "doubled": doubled_names(columns),
    }
    if any(problems.values()):
        found = [f"{kind} columns: {listed(which)}" for kind, which in problems.items() if which]
        raise StudyError("; ".join(found))
    ordered = sorted(places, key=places.__getitem__)
    return {name: table.fields[places[name][2]] for name in ordered}


def doubled_names(names: Sequence[str]) -> list[str]:
    """Return the names that are there more than once, each once."""
    return [name for name, count in Counter(names).items() if count > 1]


def listed(names: Sequence[str]) -> str:
    """Write the first few names, and how many more there are."""
    return ", ".join(names[:EXAMPLES]) + _and_more(len(names))


def listed_rows(rows: pd.DataFrame) -> str:
    """Write the first few rows as ``key=value`` pairs, and how many more there are."""
    names = [_row_name(row) for _, row in rows.head(EXAMPLES).iterrows()]
    return "; ".join(names) + _and_more(len(rows))


def _and_more(count: int) -> str:
    return f" and {count - EXAMPLES} more" if count > EXAMPLES else ""


def _row_name(row: pd.Series) -> str:
    return " ".join(f"{key}={value}" for key, value in row.items())


def validate(frame: pd.DataFrame, table: Table, *, whole_rows: bool = True) -> None:
    """Check a frame that has the columns of a table, or some of them.

    Parameters
    ----------
    frame, table
        The values and the description.
    whole_rows
        False to check single columns alone: neither relations between columns nor the keys.

    Raises
    ------
    StudyError
        With the first few checks that fail, each with the first row that fails it. Relations
        between columns are checked if the columns themselves are right.
    """
    keys = list(table.keys) if whole_rows else []
    doubled = frame.duplicated(keys).to_numpy() if keys else np.zeros(len(frame), dtype=bool)
    if doubled.any():
        examples = listed_rows(frame.loc[doubled, keys])
        raise StudyError(f"{doubled.sum()} rows repeat the keys of another row: {examples}")
    failures = [_value_failure(frame[name], _described(name, table)) for name in frame.columns]
    if whole_rows and not any(failures):
        failures = [_row_failure(frame, check) for check in table.checks]
    found = [
        f"{text} ({_row_name(frame.iloc[row][keys])})" if keys and row is not None else text
        for text, row in filter(None, failures)
    ]
    if found:
        raise StudyError(listed(found))


_Failure = tuple[str, int | None] | None
"""What a check found, and the number of the first row that fails it."""


def _described(name: str, table: Table) -> Column:
    if name in table.columns:
        return table.columns[name]
    return next(one for one in table.fields if one.pattern and re.fullmatch(one.pattern, name))


def _value_failure(values: pd.Series, column: Column) -> _Failure:
    if values.dtype != column.dtype:
        return f"{values.name} must be of type {column.dtype}, got {values.dtype}", None
    missing = values.isna().to_numpy()
    if missing.any() and not (column.is_number and column.missing):
        return f"{values.name} must not be missing", int(missing.argmax())
    if column.check is None:
        return None
    present = np.flatnonzero(~missing)
    passed = _passed(column.check, values.iloc[present])
    if passed.all():
        return None
    row = int(present[passed.argmin()])
    return f"{values.name} {column.check.text}, got {values.iloc[row]}", row


def _row_failure(frame: pd.DataFrame, check: Check) -> _Failure:
    passed = _passed(check, frame)
    return None if passed.all() else (check.text, int(passed.argmin()))


def _passed(check: Check, values: pd.Series | pd.DataFrame) -> NDArray[np.bool_]:
    return np.asarray(check.test(values), dtype=bool)


def check_complete(frame: pd.DataFrame, design_keys: pd.DataFrame) -> None:
    """Check that a table has one row per run of the design, and no other.

    Parameters
    ----------
    frame
        The table, with at least the columns of `design_keys`.
    design_keys
        The keys of the runs of the design, each once.

    Raises
    ------
    StudyError
        If runs are missing, unexpected or doubled: how many of each, and the first few.
    ValueError
        If the design itself has a run twice.
    """
    keys = list(design_keys.columns)
    if design_keys.duplicated().any():
        raise ValueError("the design has a run twice")
    doubled = frame.duplicated(keys).to_numpy()
    once = frame.loc[~doubled, keys]
    both = design_keys.merge(once, on=keys, how="outer", indicator=True)
    problems = {
        "missing": both.loc[both["_merge"] == "left_only", keys],
        "unexpected": both.loc[both["_merge"] == "right_only", keys],
        "doubled": frame.loc[doubled, keys].drop_duplicates(),
    }
    found = [
        f"{len(rows)} {kind}: {listed_rows(rows)}" for kind, rows in problems.items() if len(rows)
    ]
    if found:
        raise StudyError(
            f"the table does not have the {len(design_keys)} runs of the design, each once. "
            + ". ".join(found)
            + ". Run the workflow again: it trains what is missing and collects all runs again."
        )
