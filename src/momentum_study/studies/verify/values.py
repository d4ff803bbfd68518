"""Reading the values of a table as they are: what breaks a rule is to be named, not refused.

`files.read_table` stops at the first value that a schema does not allow. Here such
a value is what one wants to see, beside the published one.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow
from pandas.api.types import is_numeric_dtype
from pyarrow import parquet

from momentum_study.core.errors import RESTORE, StudyError
from momentum_study.core.text import one_line
from momentum_study.tables.files import UNREADABLE, csv_column_names, csv_columns, csv_content
from momentum_study.tables.schema import Table
from momentum_study.tables.validation import doubled_names, listed

MISSING = "missing"


def read_values(path: Path, schema: Table) -> pd.DataFrame:
    """Read a table: numbers as ``float64``, all else as text.

    Columns that the schema does not know are text, and so is a column of numbers as soon as one
    of its values is none.

    Parameters
    ----------
    path
        ``*.csv`` or ``*.parquet``.
    schema
        What the table should be; it says which columns hold numbers.

    Raises
    ------
    StudyError
        If the file is cut off, damaged or no table.
    """
    read = _read_csv if path.suffix == ".csv" else _read_parquet
    try:
        frame = read(path)
        values = {
            name: _values(frame[name], _holds_numbers(name, schema)) for name in frame.columns
        }
    except UNREADABLE as error:
        raise StudyError(
            f"{path}: cannot be read as a table: {one_line(error)}; {RESTORE}"
        ) from None
    return pd.DataFrame(values)


def _read_csv(path: Path) -> pd.DataFrame:
    content = csv_content(path)
    names = _once_each(csv_column_names(content))
    columns = csv_columns(content, dict.fromkeys(names, pyarrow.large_string()))
    frame: pd.DataFrame = columns.to_pandas(use_threads=False)
    return frame


def _read_parquet(path: Path) -> pd.DataFrame:
    with parquet.ParquetFile(path, page_checksum_verification=True) as file:
        _once_each(file.schema_arrow.names)
        content = file.read(use_threads=False)
    # Int64 for whole numbers, where some may be missing; no index that another program stored.
    frame: pd.DataFrame = content.to_pandas(
        types_mapper={pyarrow.int64(): pd.Int64Dtype()}.get,
        use_threads=False,
        ignore_metadata=True,
    )
    return frame


def _once_each(names: Sequence[str]) -> Sequence[str]:
    if doubled := doubled_names(names):
        raise StudyError(f"doubled columns: {listed(doubled)}")
    return names


def _holds_numbers(name: str, schema: Table) -> bool:
    """Say whether a column of this name has numbers by the schema."""
    return any(
        column.is_number and re.fullmatch(column.pattern or re.escape(column.name), name)
        for column in schema.fields
    )


def _values(column: pd.Series, is_number: bool) -> pd.Series:
    """Return the column as float64 if it can be, else as text."""
    if is_number:
        try:
            if is_numeric_dtype(column):
                return pd.Series(column.to_numpy("float64", na_value=np.nan))
            # By way of Python's own reading, which is exact to the last digit.
            words = column.to_numpy("str", na_value="")
            return pd.Series(np.where(words == "", "nan", words).astype("float64"))
        except ValueError:
            pass
    return column.astype("str").fillna("")


def value_text(value: object) -> str:
    """Write a value for people: numbers in the digits that give them back."""
    if isinstance(value, float):
        return MISSING if np.isnan(value) else repr(float(value)).removesuffix(".0")
    return str(value) or MISSING
