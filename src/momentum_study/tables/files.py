"""Writing and reading tables as CSV and Parquet: sorted, checked, and complete or not at all.

CSV is read with Apache Arrow, which refuses a row that is too short or too long. pandas would fill
up the one and cut off the other without a word.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np
import pandas as pd
import pyarrow
from pyarrow import csv, dataset, fs, parquet
from pyarrow.compute import Expression

from momentum_study.core.atomic import replacing
from momentum_study.core.errors import StudyError, next_step
from momentum_study.core.text import one_line
from momentum_study.tables.schema import Column, Table
from momentum_study.tables.validation import columns_in_order, listed, validate

_ROW_GROUP = 2**17
_NAMES = b"momentum_study.columns"
_PARSE = csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)
_READ = csv.ReadOptions(use_threads=False)
_DATASET = dataset.ParquetFileFormat(
    default_fragment_scan_options=dataset.ParquetFragmentScanOptions(
        page_checksum_verification=True
    )
)

UNREADABLE = (StudyError, OSError, ValueError, pyarrow.ArrowException, TypeError, OverflowError)
"""Exceptions of reading a damaged file, or one that is no table; the last two are for values of a
type or size that its column cannot have."""
_COLLECT_AGAIN = "its sources come from different studies: run the workflow with --forcerun collect"


def write_table(frame: pd.DataFrame, path: str | os.PathLike[str], schema: Table) -> None:
    r"""Validate a table and write it as CSV or Parquet, depending on the suffix of `path`.

    Rows are sorted by the key columns, and columns have the order of the schema: equal tables make
    equal bytes, whatever the order of their rows was. CSV is UTF-8 with ``\n`` line ends, each
    float in the fewest digits that give it back exactly, a missing value as nothing, infinity as
    ``inf``. Parquet is compressed with zstd in row groups of 131072 rows, each page with a
    checksum. The file gets its name only when it is complete and on disk. Its folder is created if
    necessary.

    Parameters
    ----------
    frame
        The table; its index is ignored. Text may be categorical.
    path
        ``*.csv`` or ``*.parquet``.
    schema
        The description of the table.

    Raises
    ------
    StudyError
        If a check of the schema fails (the message names the first few), or the file cannot be
        written. An existing file at `path` is kept then.
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
    parts: Iterable[pd.DataFrame], path: str | os.PathLike[str], schema: Table
) -> None:
    """Write a table that does not fit in memory as Parquet, the same bytes as `write_table`.

    Parameters
    ----------
    parts
        The table in parts; the keys of each part come after those of the part before.
    path, schema
        As for `write_table`.

    Raises
    ------
    StudyError
        As `write_table`; also if a part does not come after the part before.
    """
    with large_table(path, schema) as add:
        for part in parts:
            add(part)


@contextmanager
def large_table(
    path: str | os.PathLike[str], schema: Table
) -> Iterator[Callable[[pd.DataFrame], None]]:
    """Write a table like `write_large_table`, with a function that adds a part.

    Raises
    ------
    StudyError
        As `write_large_table`. An existing file at `path` is kept if anything fails.
    """
    path, keys = Path(path), list(schema.keys)
    last: tuple[Any, ...] | None = None
    with _replacing_table(path) as file, _RowGroups(file) as row_groups:

        def add(part: pd.DataFrame) -> None:
            nonlocal last
            table = _checked(part, path, schema)
            if len(table):
                first, end = (tuple(table[keys].iloc[row]) for row in (0, -1))
                if last is not None and first <= last:
                    raise StudyError(
                        f"{path}: not written, parts out of order: {first} after {last}; "
                        f"{_COLLECT_AGAIN}"
                    )
                last = end
            row_groups.add(table)

        yield add


def join_parts(folders: Iterable[Path], path: Path, schema: Table) -> None:
    """Write a Parquet table from the tables of all parts of a study, in the order of their keys.

    Parameters
    ----------
    folders
        Each has a table with the file name of the schema.
    path, schema
        As for `write_table`.

    Raises
    ------
    StudyError
        As `read_table` and `write_large_table`.
    """
    tables = (
        table for folder in folders for table in read_large_table(folder / schema.file, schema)
    )
    write_large_table(tables, path, schema)


def read_parts(folders: Iterable[Path], schema: Table) -> pd.DataFrame:
    """Read the tables of all parts of a study as one; see `join_parts`."""
    return joined_tables([read_table(folder / schema.file, schema) for folder in folders], schema)


def joined_tables(parts: Sequence[pd.DataFrame], schema: Table) -> pd.DataFrame:
    """Return tables of one schema as one; of none, a table without rows and targets."""
    if parts:
        return pd.concat(parts, ignore_index=True)
    return _empty({name: one for name, one in schema.columns.items() if one.pattern is None})


def _empty(columns: Mapping[str, Column]) -> pd.DataFrame:
    """Return a table without rows, its columns typed."""
    return pd.DataFrame({name: pd.Series(dtype=one.dtype) for name, one in columns.items()})


def _checked(frame: pd.DataFrame, path: Path, schema: Table) -> pd.DataFrame:
    """Return a valid table, its columns and rows in order."""
    try:
        table = frame[list(columns_in_order(list(frame.columns), schema))].reset_index(drop=True)
        categorical = table.columns[table.dtypes == "category"]
        table = table.astype(dict.fromkeys(categorical, "str"))
        validate(table, schema)
    except StudyError as error:
        raise StudyError(
            f"{path}: not written, this is not a valid {schema.name} table: {error}; "
            f"{_COLLECT_AGAIN}"
        ) from None
    return table.sort_values(list(schema.keys), kind="stable", ignore_index=True)


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
    with _RowGroups(file) as row_groups:
        row_groups.add(table)


class _RowGroups:
    """A Parquet file in row groups of equal size, independent of the size of the parts."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._writer: parquet.ParquetWriter | None = None
        self._rest: pyarrow.Table | None = None

    def __enter__(self) -> Self:
        return self

    def add(self, part: pd.DataFrame) -> None:
        content = _content(part)
        if self._writer is None or self._rest is None:
            self._writer, self._rest = self._opened(content.schema), content
            return
        rest = pyarrow.concat_tables([self._rest, content])
        # At least one row remains, so that the last group is never empty.
        full = (rest.num_rows - 1) // _ROW_GROUP * _ROW_GROUP
        if full:
            self._writer.write_table(rest.slice(0, full), row_group_size=_ROW_GROUP)
        self._rest = rest.slice(full)

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if self._writer is not None:
            if error is None:
                self._writer.write_table(self._rest, row_group_size=_ROW_GROUP)
            self._writer.close()

    def _opened(self, schema: pyarrow.Schema) -> parquet.ParquetWriter:
        text = [field.name for field in schema if pyarrow.types.is_large_string(field.type)]
        return parquet.ParquetWriter(
            self._file, schema, compression="zstd", use_dictionary=text, write_page_checksum=True
        )


def _content(table: pd.DataFrame) -> pyarrow.Table:
    content = pyarrow.Table.from_pandas(table, preserve_index=False, nthreads=1)
    # Instead of the metadata of pandas, which has versions in it; the schema has the types.
    return content.replace_schema_metadata({_NAMES: _joined(content.column_names)})


def _joined(names: Iterable[str]) -> bytes:
    return "\n".join(names).encode()


def read_table(
    path: str | os.PathLike[str],
    schema: Table,
    columns: Sequence[str] | None = None,
    rows: Expression | None = None,
) -> pd.DataFrame:
    """Read a table that `write_table` wrote, and check it.

    Parameters
    ----------
    path
        ``*.csv`` or ``*.parquet``.
    schema
        The description of the table.
    columns
        The columns to read, in this order; by default all of them. Values are always checked;
        relations between columns and the uniqueness of the keys are checked only when all columns
        are read.
    rows
        Condition for the rows to read, of a Parquet table only; by default all of them.

    Returns
    -------
    pandas.DataFrame
        With the dtypes of the schema. In a CSV only an empty field is missing; "NA" and "None" are
        text.

    Raises
    ------
    StudyError
        If the file is missing, cut off, damaged, not a table of this schema, or does not have one
        of the requested columns or any of the requested rows.
    ValueError
        If the suffix is neither ``.csv`` nor ``.parquet``, or rows of a CSV are requested.
    """
    path = Path(path)
    if path.suffix not in (".csv", ".parquet"):
        raise ValueError(f"{path}: expected a name that ends in .csv or .parquet")
    if path.suffix == ".csv" and rows is not None:
        raise ValueError(f"{path}: a CSV is read whole, expected no condition for its rows")
    with _naming_the_file(path, schema):
        if path.suffix == ".csv":
            frame = _read_csv(path, schema, columns)
        else:
            frame = _read_parquet(path, schema, columns, rows)
        validate(frame, schema, whole_rows=columns is None)
    return frame


def read_large_table(
    path: str | os.PathLike[str],
    schema: Table,
    columns: Sequence[str] | None = None,
    rows: Expression | None = None,
) -> Iterator[pd.DataFrame]:
    """Read a Parquet table that does not fit in memory, one row group at a time.

    Parameters
    ----------
    path, schema, columns, rows
        As for `read_table`; relations between columns are not checked.

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
        _naming_the_file(path, schema),
        _opened_parquet(path, schema, columns) as (_, wanted),
    ):
        for group in _row_groups(path, wanted, rows):
            frame = _typed(group, wanted)
            validate(frame, schema, whole_rows=False)
            yield frame


@contextmanager
def _naming_the_file(path: Path, schema: Table) -> Iterator[None]:
    try:
        with np.errstate(invalid="ignore"):  # infinity in a column of whole numbers: refused below
            yield
    except FileNotFoundError:
        raise StudyError(
            f"{path}: no such file, expected a {schema.name} table; run the workflow to write it"
        ) from None
    except UNREADABLE as error:
        raise StudyError(
            f"{path}: expected a {schema.name} table, but {one_line(error)}. "
            "Delete it and run the workflow again to write it."
        ) from error


def _wanted(found: list[str], schema: Table, columns: Sequence[str] | None) -> dict[str, Column]:
    """Choose from the columns found in a file, which must be those of the schema."""
    known = columns_in_order(found, schema)
    wanted = known if columns is None else columns
    if absent := [name for name in wanted if name not in known]:
        raise StudyError(f"it has no columns {listed(absent)}")
    return {name: known[name] for name in wanted}


def _read_csv(path: Path, schema: Table, columns: Sequence[str] | None) -> pd.DataFrame:
    content = csv_content(path)
    wanted = _wanted(csv_column_names(content), schema, columns)
    fields = pyarrow.Schema.from_pandas(_empty(wanted), preserve_index=False)
    types = dict(zip(fields.names, fields.types, strict=True))
    return _typed(csv_columns(content, types), wanted)


def csv_content(path: Path) -> bytes:
    """Read a CSV file whose last line is complete.

    Raises
    ------
    StudyError
        If the last line has no end.
    OSError
        If the file cannot be read.
    """
    content = path.read_bytes()
    if not content.endswith(b"\n"):
        raise StudyError("it is cut off: the last line has no end")
    return content


def csv_column_names(content: bytes) -> list[str]:
    """Return the names in the first line.

    Raises
    ------
    pyarrow.ArrowInvalid
        If this is no CSV, or the first rows are not as long as the first line.
    """
    with csv.open_csv(BytesIO(content), _READ, _PARSE) as reader:
        names: list[str] = reader.schema.names
    return names


def csv_columns(content: bytes, types: dict[str, pyarrow.DataType]) -> pyarrow.Table:
    """Read some columns of a CSV file in UTF-8 without doubled columns.

    Parameters
    ----------
    content
        The bytes of the file.
    types
        Types of the columns to read, by their names. An empty field is empty text, or a missing
        number.

    Raises
    ------
    pyarrow.ArrowInvalid
        If a value does not have the type of its column, if a row is longer or shorter than the
        first line, or if this is no CSV.
    """
    convert = csv.ConvertOptions(
        column_types=types,
        include_columns=list(types),
        null_values=[""],
        true_values=["True"],
        false_values=["False"],
        strings_can_be_null=False,
    )
    return csv.read_csv(BytesIO(content), _READ, _PARSE, convert)


def _read_parquet(
    path: Path, schema: Table, columns: Sequence[str] | None, rows: Expression | None
) -> pd.DataFrame:
    with _opened_parquet(path, schema, columns) as (file, wanted):
        if rows is not None:
            content = pyarrow.concat_tables(_row_groups(path, wanted, rows))
            return _typed(content, wanted)
        content = file.read(list(wanted), use_threads=False)
        count = file.metadata.num_rows
        if content.num_rows != count:
            raise StudyError(f"it has {content.num_rows} rows where its metadata has {count}")
    return _typed(content, wanted)


def _row_groups(
    path: Path, columns: Iterable[str], rows: Expression | None
) -> Iterator[pyarrow.Table]:
    """Read the rows under a condition by row group, without groups whose statistics exclude it."""
    fragment = _DATASET.make_fragment(str(path), fs.LocalFileSystem())
    groups = fragment.split_by_row_group(rows)
    found = 0
    for group in groups:
        content = group.to_table(columns=list(columns), filter=rows, use_threads=False)
        found += content.num_rows
        if rows is None or content.num_rows:
            yield content
    if rows is not None and not found:
        raise StudyError("it has no rows of the requested part of the study")


@contextmanager
def _opened_parquet(
    path: Path, schema: Table, columns: Sequence[str] | None
) -> Iterator[tuple[parquet.ParquetFile, dict[str, Column]]]:
    # ParquetFile, not read_table: that one makes columns from folder names such as beta=0.9.
    with parquet.ParquetFile(path, page_checksum_verification=True) as file:
        names = list(file.schema_arrow.names)
        wanted = _wanted(names, schema, columns)
        # Pages have checksums. The file's own description has none, so its names are stored twice.
        if (file.metadata.metadata or {}).get(_NAMES) != _joined(names):
            raise StudyError("its list of columns is damaged, or another program wrote it")
        yield file, wanted


def _typed(content: pyarrow.Table, columns: Mapping[str, Column]) -> pd.DataFrame:
    # By way of Int64: a detour over float64 would round large numbers where some are missing.
    frame = content.to_pandas(
        types_mapper={pyarrow.int64(): pd.Int64Dtype()}.get, use_threads=False
    )
    whole = [name for name, column in columns.items() if column.dtype == "int64"]
    typed: pd.DataFrame = frame[list(columns)].astype(dict.fromkeys(whole, "int64"))
    return typed
