"""Checking a table against its description, and its rows against the design."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from momentum_study.core.errors import StudyError
from momentum_study.tables.schema import Check, Column, Table

EXAMPLES = 3
"""How many examples an error message gives."""


@cache
def pandera_schema(table: Table, *, whole_rows: bool = True) -> pa.DataFrameSchema:
    """Return the checks of a table as pandera carries them out.

    Parameters
    ----------
    table
        The description.
    whole_rows
        False for a table of which only some columns were read: columns may be absent, and checks
        of whole rows are left out.
    """
    columns = {
        column.pattern or column.name: pa.Column(
            column.dtype,
            _of_values(column.check),
            nullable=column.is_number and bool(column.missing),
            regex=column.pattern is not None,
            required=whole_rows and column.pattern is None,
        )
        for column in table.fields
    }
    checks = [_of_rows(check) for check in table.checks] if whole_rows else None
    return pa.DataFrameSchema(columns, checks=checks, name=table.name)


def _of_values(check: Check | None) -> pa.Check | None:
    if check is None:
        return None
    return pa.Check(check.test, error=check.text, n_failure_cases=EXAMPLES)


def _of_rows(check: Check) -> pa.Check:
    return pa.Check(
        lambda frame: pd.Series(np.asarray(check.test(frame), dtype=bool), index=frame.index),
        error=check.text,
        n_failure_cases=EXAMPLES,
    )


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
        With the first few checks that fail.
    """
    keys = list(table.keys) if whole_rows else []
    # pandera would report every doubled row, key by key: gigabytes for a large table.
    doubled = frame.duplicated(keys).to_numpy() if keys else np.zeros(len(frame), dtype=bool)
    if doubled.any():
        examples = listed_rows(frame.loc[doubled, keys])
        raise StudyError(f"{doubled.sum()} rows repeat the keys of another row: {examples}")
    try:
        pandera_schema(table, whole_rows=whole_rows).validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases.sort_values("schema_context", kind="stable")
        # A check of whole rows is reported once per column.
        of_rows = cases["schema_context"] == "DataFrameSchema"
        cases = cases.assign(column=cases["column"].mask(of_rows, ""))
        cases = cases.drop_duplicates(["column", "check"])
        failures = [_failure(case, frame, keys) for _, case in cases.iterrows()]
        raise StudyError(listed(failures)) from None


def _failure(case: pd.Series, frame: pd.DataFrame, keys: list[str]) -> str:
    failure = re.sub(r"dtype\('(.+)'\)", r"must be of type \1", str(case["check"]))
    failure = failure.replace("not_nullable", "must not be missing")
    if case["column"] != "":
        failure = f"{case['column']} {failure}, got {case['failure_case']}"
    if not keys or pd.isna(case["index"]):
        return failure
    return f"{failure} ({_row_name(frame.loc[case['index'], keys])})"


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
