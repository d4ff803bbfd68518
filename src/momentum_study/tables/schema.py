"""How a table is described: its file, its rows, its key columns, and every column.

A description is data, and importing one imports NumPy alone. `validation` makes the checks of a
table from it, `files` the types of the columns to read, and `dictionary` the page
``docs/tables.md``. Every table of a study has its own module in `momentum_study.tables.schemas`,
named like its file, so that an edit reruns only the jobs that read or write this table.
"""

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any, Literal

import numpy as np

from momentum_study.tables.keys import TARGET

PER_TARGET = "steps_to_<target>"
"""In the name of a column: the study has one such column for each of its targets."""

DType = Literal["str", "bool", "int64", "Int64", "float32", "float64"]


@dataclass(frozen=True)
class Check:
    """A condition on the values of a column, or on the rows of a table.

    Attributes
    ----------
    text
        What is expected, in an error message.
    test
        Takes a column as a `pandas.Series`, or a whole table; returns one truth value per row.
    """

    text: str
    test: Callable[[Any], Any]


NOT_EMPTY = Check("must not be empty", lambda text: text != "")
POSITIVE = Check("must be positive and finite", lambda value: (value > 0) & (value < np.inf))
NOT_NEGATIVE = Check("must be at least 0", lambda value: value >= 0)
AT_LEAST_ONE = Check("must be at least 1", lambda value: value >= 1)
AT_MOST_ONE = Check("must be at most 1", lambda value: value <= 1)
SHARE = Check("must be in [0, 1]", lambda value: (value >= 0) & (value <= 1))
BELOW_ONE = Check("must be in [0, 1)", lambda value: (value >= 0) & (value < 1))
COSINE = Check("must be in [-1, 1]", lambda value: (value >= -1) & (value <= 1))
FINITE = Check("must be finite", np.isfinite)


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name
        Its name; one with `PER_TARGET` in it describes a column for each target of the study.
    dtype
        The type of its values, as pandas names it.
    meaning
        What a value is, in one sentence.
    unit
        ``1`` for a number without a unit, ``–`` for text and truth values.
    check
        What a value must fulfil.
    missing
        What a missing value means, of text an empty one. If there is none, no value may be missing.
    """

    name: str
    dtype: DType
    meaning: str
    unit: str
    check: Check | None = None
    missing: str = ""

    @property
    def pattern(self) -> str | None:
        """Regular expression of the names, for a column per target; else None."""
        if PER_TARGET not in self.name:
            return None
        return f"^{re.escape(self.name).replace(re.escape(PER_TARGET), TARGET)}$"

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.dtype not in ("str", "bool")


def text(name: str, meaning: str, *allowed: str, missing: str = "") -> Column:
    """Describe a column of text: any text, or one of those allowed."""
    check = None if missing else NOT_EMPTY
    if allowed:
        choice = " or ".join(f'"{value}"' for value in allowed)
        check = Check(f"must be {choice}", lambda values: values.isin(allowed))
    return Column(name, "str", meaning, "–", check, missing)


def flag(name: str, meaning: str) -> Column:
    """Describe a column of truth values."""
    return Column(name, "bool", meaning, "–")


def whole(name: str, meaning: str, unit: str, minimum: int = 0, *, missing: str = "") -> Column:
    """Describe a column of whole numbers."""
    check = Check(f"must be at least {minimum}", lambda value: value >= minimum)
    return Column(name, "Int64" if missing else "int64", meaning, unit, check, missing)


def real(
    name: str,
    meaning: str,
    unit: str = "1",
    check: Check | None = None,
    *,
    missing: str = "",
    dtype: DType = "float64",
) -> Column:
    """Describe a column of real numbers."""
    return Column(name, dtype, meaning, unit, check, missing)


@dataclass(frozen=True, eq=False)
class Table:
    """A table.

    Attributes
    ----------
    file
        Name of its file.
    row
        What a row is.
    keys
        Names of the columns that identify a row, in the order in which rows are sorted.
    fields
        Its columns, in the order of the file.
    checks
        What must agree within a row.
    """

    file: str
    row: str
    keys: tuple[str, ...]
    fields: tuple[Column, ...]
    checks: tuple[Check, ...] = ()

    @property
    def name(self) -> str:
        """Name in messages."""
        return PurePath(self.file).stem.replace("_", " ")

    @cached_property
    def columns(self) -> dict[str, Column]:
        """Its columns by their names."""
        return {column.name: column for column in self.fields}


def ordered(low: str, high: str) -> Check:
    """Check that one column does not exceed another, where neither is missing."""
    return Check(f"{low} must not exceed {high}", lambda table: ~(table[low] > table[high]))


def schema_module(file: str) -> str:
    """Return the name within the package of the module that describes a table of a study."""
    return f"tables.schemas.{PurePath(file).stem}"


def load_table(file: str) -> Table:
    """Import the description of a table of a study, and no other.

    A job that reads tables by the names of their files calls this; the workflow then declares
    `schema_module` of each of these files as a source of the job.
    """
    module = importlib.import_module(f"momentum_study.{schema_module(file)}")
    table: Table = getattr(module, PurePath(file).stem.upper())
    return table
