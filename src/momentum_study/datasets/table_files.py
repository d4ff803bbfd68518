"""User tables: CSV and Parquet files.

CSV is read as UTF-8 with commas; the first line contains the names. An empty field or ``NaN`` is a
gap. The words in `GAP_WORDS`, such as ``NA``, are gaps in a column whose other fields are all
numbers, and text in any other column.

The metadata that pandas, fastparquet and Arrow write to a Parquet file are followed: a column of
the index is no feature, and one of a categorical type is one of categories, also of numbers.

Checks of a recipe read only the header, so that they can be made before anything runs.
"""

import csv
import stat
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from momentum_study.core.errors import StudyError, next_step
from momentum_study.core.fields import UNPRINTABLE
from momentum_study.core.text import one_line, suggest
from momentum_study.datasets.raw import Missing, Table, Task

if TYPE_CHECKING:
    import pandas as pd
    from pyarrow.parquet import ParquetFile

ENDINGS = (".csv", ".parquet")

# Prefix of the name that pandas writes to Parquet for an index without a name. Other programs keep
# the column and drop the metadata.
_UNNAMED_INDEX = "__index_level_"
# Keys of the metadata that Arrow writes to Parquet.
_ARROW_SCHEMA = b"ARROW:schema"
_EXTENSION = b"ARROW:extension:name"

GAP_WORDS = frozenset({"NA", "N/A", "na", "n/a", "NULL", "null", "None", "none", "?", "-", "."})


@dataclass(frozen=True)
class Header:
    """Names of the columns of a file.

    Attributes
    ----------
    names
        All columns, in order.
    index
        Those that the file says are the index of its rows.
    categorical
        Those that the file says are categories, whatever their type.
    """

    names: Sequence[str]
    index: Collection[str] = ()
    categorical: Collection[str] = ()


def read(
    *,
    path: str,
    target: str,
    task: Task,
    leave_out: Sequence[str],
    missing: Missing,
    categorical: Sequence[str],
) -> Table:
    """Read a user table.

    Parameters
    ----------
    path
        A local ``.csv`` or ``.parquet`` file.
    target
        The column to learn.
    task
        Task for this target.
    leave_out
        Columns that are not features.
    missing
        Handling of gaps; see `momentum_study.datasets.columns.parse_columns`.
    categorical
        Columns of numbers that are categories.

    Raises
    ------
    StudyError
        If the file, a name or the content of a column is not usable.
    """
    from momentum_study.datasets.columns import parse_columns

    header = read_header(path)
    features = feature_names(header, target, leave_out, categorical)
    wanted = [name for name in header.names if name == target or name in features]
    file = Path(path)
    try:
        if file.suffix == ".csv":
            frame = _read_csv(file, header.names, wanted)
        else:
            frame = _read_parquet(file, wanted, header.categorical)
    except StudyError:
        raise
    except Exception as error:  # exceptions for damaged files are not documented
        raise unreadable(file, error) from error
    index = tuple(name for name in header.index if name not in wanted)
    return replace(parse_columns(frame, target, task, missing, categorical), index=index)


def _read_csv(file: Path, header: Sequence[str], wanted: Sequence[str]) -> "pd.DataFrame":
    import pandas as pd

    _check_lengths(file, len(header))
    frame = pd.read_csv(
        file,
        encoding="utf-8-sig",
        header=0,
        names=list(header),
        index_col=False,
        usecols=list(wanted),
        skipinitialspace=True,
        keep_default_na=False,
        na_values=["", "NaN", "nan"],
        low_memory=False,  # low memory would infer the types of a column in parts
        dtype_backend="numpy_nullable",  # whole numbers stay exact next to gaps
    )
    return frame.apply(_without_gap_words)


def _check_lengths(file: Path, fields: int) -> None:
    """Refuse lines with too few or too many fields; pandas would complete the former."""
    with file.open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.reader(lines, strict=True, skipinitialspace=True)
        for row in rows:
            if row and len(row) != fields:
                raise StudyError(
                    f"path: line {rows.line_num} of {str(file)!r} has {len(row)} field(s); "
                    f"expected {fields}, as many as names in the first line"
                )


def _without_gap_words(column: "pd.Series") -> "pd.Series":
    """Convert text to numbers if all values are numbers or words for a gap."""
    import pandas as pd

    if not pd.api.types.is_string_dtype(column):
        return column
    # A gap among whole numbers of 64 bits without a sign is an empty text to pandas.
    column = column.where(column != "")
    numbers = pd.to_numeric(column, errors="coerce", dtype_backend="numpy_nullable")
    words = column[numbers.isna()].dropna()
    return numbers if numbers.notna().any() and set(words) <= GAP_WORDS else column


def _read_parquet(
    file: Path, wanted: Sequence[str], categorical: Collection[str]
) -> "pd.DataFrame":
    import pandas as pd

    with _parquet(file) as table:
        # One column at a time: an error names it, and the memory of its other form is freed.
        columns = {name: _read_column(table, name) for name in wanted}
    for name in columns.keys() & categorical:
        columns[name] = columns[name].astype("category")
    return pd.DataFrame(columns, copy=False)


def _read_column(table: "ParquetFile", name: str) -> "pd.Series[Any]":
    import pandas as pd
    import pyarrow as pa

    field = table.schema_arrow.field(name)
    extension = (field.metadata or {}).get(_EXTENSION, b"").decode()
    if isinstance(field.type, pa.BaseExtensionType):
        extension = field.type.extension_name
    if extension:
        raise StudyError(
            f"column {name!r} has the type {extension}; expected numbers, text or truth values: "
            "convert it, or list it in leave_out"
        )
    try:
        # By its name, because the column "a" of Parquet includes a column "a.b".
        column = table.read(columns=[name], use_threads=False)[name]
    except Exception as error:  # exceptions of Arrow for damaged files are not documented
        raise StudyError(
            f"column {name!r} cannot be read ({one_line(error)}); write the file again, with "
            "another type if it is not damaged, or list it in leave_out"
        ) from error
    # Whole numbers of 64 bits stay exact next to gaps; smaller ones are exact as floats.
    exact = {pa.int64(): pd.Int64Dtype(), pa.uint64(): pd.UInt64Dtype()}
    series: pd.Series[Any] = column.to_pandas(types_mapper=exact.get if column.null_count else None)
    return series


def _parquet(file: Path) -> "ParquetFile":
    """Open a file, if need be without the types that its writer has added for Arrow.

    Arrow does not read such types of others, for example whole numbers of 128 bits by polars, nor
    any other column of the file. Without them, the column contains bytes.
    """
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    try:
        return ParquetFile(file, page_checksum_verification=True)
    except pa.ArrowNotImplementedError:
        rows, key, rest = file.read_bytes().rpartition(_ARROW_SCHEMA)
        unknown = b"-" * len(key)
        return ParquetFile(pa.BufferReader(rows + unknown + rest), page_checksum_verification=True)


def check(
    *,
    path: str,
    target: str,
    task: Task,
    leave_out: Sequence[str],
    missing: str,
    categorical: Sequence[str],
) -> None:
    """Check the keys of a recipe for a file: that it exists and has the columns.

    The parameters are those of `read`.

    Raises
    ------
    StudyError
        With a message that begins with the wrong key.
    """
    feature_names(read_header(path), target, leave_out, categorical)


def read_header(path: str) -> Header:
    """Read the names of the columns of a file.

    Parameters
    ----------
    path
        A local ``.csv`` or ``.parquet`` file.

    Returns
    -------
    Header
        The names, and what the metadata of pandas say about them.

    Raises
    ------
    StudyError
        If the file does not exist, is of another kind or not readable, or names are missing or not
        distinct.
    """
    if "://" in path:
        raise StudyError(f"path: {path!r} is an address; expected a file on this machine")
    file = Path(path)
    _check_file(file)
    header = _csv_header(file) if file.suffix == ".csv" else _parquet_header(file)
    seen: set[str] = set()
    for position, name in enumerate(header.names):
        if not name.strip():
            raise StudyError(
                f"path: column {position + 1} of {path!r} has no name; give it one in the first "
                "line, or write the file without its index"
            )
        if UNPRINTABLE.search(name) or len(name.splitlines()) > 1:
            raise StudyError(
                f"path: column {position + 1} of {path!r} is named {name!r}; expected a name of "
                "printable characters in one line"
            )
        if name in seen:
            raise StudyError(f"path: {path!r} has two columns {name!r}; expected distinct names")
        seen.add(name)
    return header


def _check_file(file: Path) -> None:
    """Refuse a path that is no file, or one of another kind."""
    endings = " or ".join(ENDINGS)
    try:
        mode = file.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        mode = None
    except OSError as error:  # for example a name that is too long, or a folder without permission
        raise StudyError(
            f"path: {str(file)!r} cannot be read: {error.strerror}; {next_step(error.errno)}"
        ) from None
    if mode is not None and stat.S_ISDIR(mode):
        raise StudyError(
            f"path: {str(file)!r} is a folder; expected one {endings} file: join the parts that "
            "Spark or Dask wrote, for example by pandas.read_parquet(folder).to_parquet(file)"
        )
    if file.suffix not in ENDINGS:
        raise StudyError(f"path: {str(file)!r} ends in {file.suffix!r}; expected {endings}")
    if mode is None:
        siblings = [other.name for end in ENDINGS for other in file.parent.glob(f"*{end}")]
        there = suggest(file.name, siblings) if siblings else f"there is no {endings} file"
        raise StudyError(f"path: {str(file)!r} does not exist in {Path.cwd()}; {there}")
    if not stat.S_ISREG(mode):
        raise StudyError(f"path: {str(file)!r} is a pipe or a device; expected a file")


def _csv_header(file: Path) -> Header:
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            rows = csv.reader(lines, strict=True, skipinitialspace=True)
            # Blank lines are ignored, as by pandas.
            return Header(next(row for row in rows if row))
    except StopIteration:
        raise StudyError(f"path: {str(file)!r} is empty; expected a line of names") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise unreadable(file, error) from error


def _parquet_header(file: Path) -> Header:
    import base64

    import pyarrow as pa

    try:
        with _parquet(file) as table:
            schema, metadata = table.schema_arrow, table.metadata.metadata or {}
        of_pandas = schema.pandas_metadata or {}
        categorical = {
            column.get("field_name")
            for column in of_pandas.get("columns", ())
            if column.get("pandas_type") == "categorical"
        }
        if _ARROW_SCHEMA in metadata:  # Arrow reads its own categories as such only if text
            written = pa.ipc.read_schema(pa.BufferReader(base64.b64decode(metadata[_ARROW_SCHEMA])))
            categorical |= {field.name for field in written if pa.types.is_dictionary(field.type)}
        given = of_pandas.get("index_columns", ())
        index = [name for name in schema.names if name in given or name.startswith(_UNNAMED_INDEX)]
    except Exception as error:  # exceptions of Arrow for damaged files are not documented
        raise unreadable(file, error) from error
    return Header(schema.names, index, categorical)


def unreadable(file: Path, error: Exception) -> StudyError:
    """Return the error for a file whose content does not match its suffix."""
    kind = "a table in UTF-8, its columns separated by commas"
    expected = kind if file.suffix == ".csv" else "a Parquet file"
    return StudyError(
        f"path: {str(file)!r} cannot be read ({one_line(error)}); expected {expected}"
    )


def feature_names(
    header: Header, target: str, leave_out: Sequence[str], categorical: Sequence[str]
) -> list[str]:
    """Check that the columns of a recipe exist, and return those of its features.

    Parameters
    ----------
    header
        The columns. Those of an index are features only if they are listed in `categorical`.
    target, leave_out, categorical
        Keys of the recipe.

    Raises
    ------
    StudyError
        With a message that begins with the wrong key.
    """
    names = header.names
    named: Iterable[tuple[str, str]] = [
        ("target", target),
        *(("leave_out", name) for name in leave_out),
        *(("categorical", name) for name in categorical),
    ]
    for key, name in named:
        if name not in names:
            hint = ""
            if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
                hint = " (the file has one column: is the separator not a comma?)"
            raise StudyError(f"{key}: there is no column {name!r}; {suggest(name, names)}{hint}")
    for name in categorical:
        if name == target or name in leave_out:
            what = "the target" if name == target else "in leave_out"
            raise StudyError(f"categorical: {name!r} is {what}; expected columns of features")
    if target in leave_out:
        raise StudyError(f"leave_out: {target!r} is the target; expected columns of features")
    index = set(header.index) - set(categorical)
    features = [name for name in names if name not in {target, *leave_out, *index}]
    if not features:
        raise StudyError("leave_out: no column of features remains; expected at least one")
    return features
