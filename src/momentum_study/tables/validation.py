"""Checking a table against its schema, and its rows against the design."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from momentum_study.core.errors import StudyError
from momentum_study.tables.columns import EXAMPLES


def columns_in_order(columns: Sequence[str], schema: pa.DataFrameSchema) -> dict[str, pa.Column]:
    """Find each column's entry in the schema, and bring the columns into its order.

    The columns of one target follow each other, the easiest target first.

    Raises
    ------
    StudyError
        If columns are missing, unknown or doubled.
    """
    names = list(schema.columns)
    first_pattern = next((i for i, name in enumerate(names) if schema.columns[name].regex), 0)
    places: dict[str, tuple[int, float, int]] = {}
    for place, name in enumerate(names):
        if not schema.columns[name].regex:
            places[name] = (place, 0.0, place)
            continue
        for column in columns:
            if match := re.fullmatch(name, column):
                places[column] = (first_pattern, -float(match["target"]), place)
    problems = {
        "missing": sorted(places.keys() - set(columns), key=places.__getitem__),
        "unknown": [column for column in columns if column not in places],
        "doubled": doubled_names(columns),
    }
    if any(problems.values()):
        found = [f"{kind} columns: {listed(which)}" for kind, which in problems.items() if which]
        raise StudyError("; ".join(found))
    ordered = sorted(places, key=places.__getitem__)
    return {column: schema.columns[names[places[column][2]]] for column in ordered}


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


def key_columns(schema: pa.DataFrameSchema) -> list[str]:
    """Return the columns that identify a row; empty for a schema without keys."""
    return list(schema.unique or ())


def validate(frame: pd.DataFrame, schema: pa.DataFrameSchema) -> None:
    """Raise `StudyError` with the first few broken rules of the schema."""
    keys = key_columns(schema)
    # pandera would report every doubled row, key by key: gigabytes for a large table.
    doubled = frame.duplicated(keys).to_numpy() if keys else np.zeros(len(frame), dtype=bool)
    if doubled.any():
        examples = listed_rows(frame.loc[doubled, keys])
        raise StudyError(f"{doubled.sum()} rows repeat the keys of another row: {examples}")
    try:
        schema.validate(frame, lazy=True)
    except SchemaErrors as error:
        cases = error.failure_cases.sort_values("schema_context", kind="stable")
        # A rule about whole rows is reported once per column.
        whole_row = cases["schema_context"] == "DataFrameSchema"
        cases = cases.assign(column=cases["column"].mask(whole_row, ""))
        cases = cases.drop_duplicates(["column", "check"])
        rules = [_broken_rule(case, frame, keys) for _, case in cases.iterrows()]
        raise StudyError(listed(rules)) from None


def _broken_rule(case: pd.Series, frame: pd.DataFrame, keys: list[str]) -> str:
    rule = re.sub(r"dtype\('(.+)'\)", r"must be of type \1", str(case["check"]))
    rule = rule.replace("not_nullable", "must not be missing")
    if case["column"] != "":
        rule = f"{case['column']} {rule}, got {case['failure_case']}"
    if not keys or pd.isna(case["index"]):
        return rule
    return f"{rule} ({_row_name(frame.loc[case['index'], keys])})"


def check_complete(frame: pd.DataFrame, design_keys: pd.DataFrame) -> None:
    """Check that a table has one row per run of the design, and no other.

    Parameters
    ----------
    frame
        The table, with at least the columns of `design_keys`.
    design_keys
        The keys of the runs asked for, each once.

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
            f"the table does not hold the {len(design_keys)} runs of the design, each once. "
            + ". ".join(found)
            + ". Run the workflow again: it trains what is missing and collects anew."
        )
