"""Writing and reading tables: CSV and Parquet, sorted, checked, whole or not at all."""

import copy
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pandas as pd
import pandera.pandas as pa
import pyarrow
from pyarrow import parquet

from momentum_study.core.atomic import replacing
from momentum_study.core.errors import StudyError, next_step
from momentum_study.core.text import one_line
from momentum_study.tables.csv_content import column_names, read_columns, whole_content
from momentum_study.tables.validation import columns_in_order, key_columns, listed, validate

_ROW_GROUP = 2**17
_NAMES = b"momentum_study.columns"
UNREADABLE = (StudyError, OSError, ValueError, pyarrow.ArrowException, TypeError, OverflowError)
"""What reading a file raises that is damaged or no table; the last two for values of a type, or of
a size, that no column of its schema can hold."""
_MAKE_ANEW = (
    "what it is made from belongs to different studies: run the workflow with --forcerun collect"
)


def write_table(
    frame: pd.DataFrame, path: str | os.PathLike[str], schema: pa.DataFrameSchema
) -> None:
    r"""Validate a table and write it as CSV or Parquet, after the suffix of `path`.

    Rows are sorted by the key columns, columns come in the order of the schema: equal tables make
    equal bytes, whatever order they were put together in. CSV is UTF-8 with ``\n`` line ends, each
    float in the fewest digits that give it back exactly, a missing value as nothing, infinity as
    ``inf``. Parquet is compressed with zstd in row groups of 131072 rows, each page with a
    checksum. The file appears under its name only when it is complete and on disk; its folder is
    made if need be.

    Parameters
    ----------
    frame
        The table; its index is ignored. Text may be categorical.
    path
        ``*.csv`` or ``*.parquet``.
    schema
        `RUNS`, `CURVES`, `CELLS` or another whose ``unique`` names its key columns.

    Raises
    ------
    StudyError
        If the table breaks a rule of the schema (the message names the first few), or the file
        cannot be written. What was under `path` before is then still there.
    ValueError
        If the suffix is neither ``.csv`` nor ``.parquet``.
    """
    path = Path(path)
    write = {".csv": _write_csv, ".parquet": _write_parquet}.get(path.suffix)
    if write is None:
        raise ValueError(f"{path}: expected a name that ends in .csv or .parquet")
    table = _checked(frame, path, schema)
    with _replacing_table(path) as file:
        write(table, file)


def write_large_table(
    parts: Iterable[pd.DataFrame], path: str | os.PathLike[str], schema: pa.DataFrameSchema
) -> None:
    """Write a table that does not fit in memory as Parquet, the same bytes as `write_table`.

    Parameters
    ----------
    parts
        The table in parts, each of which comes after the one before in the order of the keys.
    path, schema
        As for `write_table`.

    Raises
    ------
    StudyError
        As `write_table`; also if a part does not come after the one before.
    """
    path = Path(path)
    with _replacing_table(path) as file:
        _write_row_groups(_in_order(parts, path, schema), file)


def joined_tables(parts: Sequence[pd.DataFrame], schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return tables of one schema as one; of none, the table without rows."""
    if parts:
        return pd.concat(parts, ignore_index=True)
    types = {name: spec.dtype.type for name, spec in schema.columns.items()}
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in types.items()})


def _in_order(
    parts: Iterable[pd.DataFrame], path: Path, schema: pa.DataFrameSchema
) -> Iterator[pd.DataFrame]:
    keys = key_columns(schema)
    last: tuple[Any, ...] | None = None
    for part in parts:
        table = _checked(part, path, schema)
        first, end = (tuple(table[keys].iloc[row]) for row in (0, -1))
        if last is not None and first <= last:
            raise StudyError(
                f"{path}: not written, parts out of order: {first} after {last}; {_MAKE_ANEW}"
            )
        last = end
        yield table


def _checked(frame: pd.DataFrame, path: Path, schema: pa.DataFrameSchema) -> pd.DataFrame:
    """Return a valid table, its columns and rows in order."""
    try:
        table = frame[list(columns_in_order(list(frame.columns), schema))].reset_index(drop=True)
        categorical = table.columns[table.dtypes == "category"]
        table = table.astype(dict.fromkeys(categorical, "str"))
        validate(table, schema)
    except StudyError as error:
        raise StudyError(
            f"{path}: not written, this is no valid {schema.name} table: {error}; {_MAKE_ANEW}"
        ) from None
    return table.sort_values(key_columns(schema), kind="stable", ignore_index=True)


@contextmanager
def _replacing_table(path: Path) -> Iterator[BinaryIO]:
    try:
        with replacing(path) as file:
            yield file
    except OSError as error:
        raise StudyError(
            f"{path}: cannot be written: {error.strerror or error}; {next_step(error.errno)}"
        ) from error


def _write_csv(table: pd.DataFrame, file: BinaryIO) -> None:
    table.to_csv(file, index=False, lineterminator="\n", encoding="utf-8")


def _write_parquet(table: pd.DataFrame, file: BinaryIO) -> None:
    _write_row_groups(iter([table]), file)


def _write_row_groups(tables: Iterator[pd.DataFrame], file: BinaryIO) -> None:
    """Write row groups of equal size, wherever the parts of the table end."""
    rest = _content(next(tables))
    text = [field.name for field in rest.schema if pyarrow.types.is_large_string(field.type)]
    with parquet.ParquetWriter(
        file, rest.schema, compression="zstd", use_dictionary=text, write_page_checksum=True
    ) as writer:
        for table in tables:
            rest = pyarrow.concat_tables([rest, _content(table)])
            # One row stays at least, so that the last group is never empty.
            whole = (rest.num_rows - 1) // _ROW_GROUP * _ROW_GROUP
            if whole:
                writer.write_table(rest.slice(0, whole), row_group_size=_ROW_GROUP)
                rest = rest.slice(whole)
        writer.write_table(rest, row_group_size=_ROW_GROUP)


def _content(table: pd.DataFrame) -> pyarrow.Table:
    content = pyarrow.Table.from_pandas(table, preserve_index=False, nthreads=1)
    # In place of the metadata of pandas, which holds versions; the schema knows the types.
    return content.replace_schema_metadata({_NAMES: _joined(content.column_names)})


def _joined(names: Iterable[str]) -> bytes:
    return "\n".join(names).encode()


def read_table(
    path: str | os.PathLike[str],
    schema: pa.DataFrameSchema,
    columns: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Read a table that `write_table` wrote, and check it.

    Parameters
    ----------
    path
        ``*.csv`` or ``*.parquet``.
    schema
        The schema it was written with.
    columns
        The columns to read, in the order wanted; all of them by default. Rules about single
        columns are checked for these; rules about whole rows, and the uniqueness of the keys,
        only when all columns are read.

    Returns
    -------
    pandas.DataFrame
        With the dtypes of the schema: text ``str``, whole numbers ``int64``, or ``Int64`` where
        they may be missing. In a CSV only an empty field is missing, "NA" and "None" are text.

    Raises
    ------
    StudyError
        If the file is missing, cut off, damaged, not a table of this schema, or without one of
        the wanted columns.
    ValueError
        If the suffix is neither ``.csv`` nor ``.parquet``.
    """
    path = Path(path)
    read = {".csv": _read_csv, ".parquet": _read_parquet}.get(path.suffix)
    if read is None:
        raise ValueError(f"{path}: expected a name that ends in .csv or .parquet")
    with _telling_what_is_wrong(path, schema):
        frame = read(path, schema, columns)
        validate(frame, schema if columns is None else _of_columns(schema))
    return frame


def read_large_table(
    path: str | os.PathLike[str], schema: pa.DataFrameSchema, columns: Sequence[str]
) -> Iterator[pd.DataFrame]:
    """Read some columns of a Parquet table that does not fit in memory, a row group at a time.

    Parameters
    ----------
    path, schema, columns
        As for `read_table`, with the columns named.

    Yields
    ------
    pandas.DataFrame
        The rows of a group, as `read_table` would return them.

    Raises
    ------
    StudyError
        As `read_table`.
    """
    path = Path(path)
    with (
        _telling_what_is_wrong(path, schema),
        _opened_parquet(path, schema, columns) as (file, specs),
    ):
        for group in range(file.num_row_groups):
            frame = _typed(file.read_row_group(group, list(specs), use_threads=False), specs)
            validate(frame, _of_columns(schema))
            yield frame


@contextmanager
def _telling_what_is_wrong(path: Path, schema: pa.DataFrameSchema) -> Iterator[None]:
    advice = "Delete it and run the workflow again: it is made anew."
    try:
        with np.errstate(invalid="ignore"):  # infinity among whole numbers, which is refused
            yield
    except FileNotFoundError:
        raise StudyError(
            f"{path}: no such file, expected a {schema.name} table; run the workflow: it makes it"
        ) from None
    except UNREADABLE as error:
        raise StudyError(
            f"{path}: expected a {schema.name} table, but {one_line(error)}. {advice}"
        ) from error


def _of_columns(schema: pa.DataFrameSchema) -> pa.DataFrameSchema:
    """Return the schema's rules about single columns, for those a table has."""
    columns = {name: copy.copy(spec) for name, spec in schema.columns.items()}
    for spec in columns.values():
        spec.required = False
    return pa.DataFrameSchema(columns, name=schema.name)


def _wanted(
    found: list[str], schema: pa.DataFrameSchema, columns: Sequence[str] | None
) -> dict[str, pa.Column]:
    """Choose from the columns found in a file, which must be the schema's."""
    known = columns_in_order(found, schema)
    wanted = known if columns is None else columns
    if absent := [column for column in wanted if column not in known]:
        raise StudyError(f"it has no columns {listed(absent)}")
    return {column: known[column] for column in wanted}


def _read_csv(
    path: Path, schema: pa.DataFrameSchema, columns: Sequence[str] | None
) -> pd.DataFrame:
    content = whole_content(path)
    specs = _wanted(column_names(content), schema, columns)
    empty = pd.DataFrame({name: pd.Series(dtype=spec.dtype.type) for name, spec in specs.items()})
    fields = pyarrow.Schema.from_pandas(empty, preserve_index=False)
    types = dict(zip(fields.names, fields.types, strict=True))
    return _typed(read_columns(content, types), specs)


def _read_parquet(
    path: Path, schema: pa.DataFrameSchema, columns: Sequence[str] | None
) -> pd.DataFrame:
    with _opened_parquet(path, schema, columns) as (file, specs):
        content = file.read(list(specs), use_threads=False)
        rows = file.metadata.num_rows
        if content.num_rows != rows:
            raise StudyError(f"it holds {content.num_rows} rows and announces {rows}")
    return _typed(content, specs)


@contextmanager
def _opened_parquet(
    path: Path, schema: pa.DataFrameSchema, columns: Sequence[str] | None
) -> Iterator[tuple[parquet.ParquetFile, dict[str, pa.Column]]]:
    # ParquetFile, not read_table: that one makes columns out of folder names such as beta=0.9.
    with parquet.ParquetFile(path, page_checksum_verification=True) as file:
        names = list(file.schema_arrow.names)
        specs = _wanted(names, schema, columns)
        # The pages have checksums; what the file says about them is there twice.
        if (file.metadata.metadata or {}).get(_NAMES) != _joined(names):
            raise StudyError("its list of columns is damaged, or another program wrote it")
        yield file, specs


def _typed(content: pyarrow.Table, specs: dict[str, pa.Column]) -> pd.DataFrame:
    # By way of Int64: a detour over float64 would round large numbers where some are missing.
    frame = content.to_pandas(
        types_mapper={pyarrow.int64(): pd.Int64Dtype()}.get, use_threads=False
    )
    whole = [column for column, spec in specs.items() if spec.dtype.type == np.dtype("int64")]
    typed: pd.DataFrame = frame[list(specs)].astype(dict.fromkeys(whole, "int64"))
    return typed
