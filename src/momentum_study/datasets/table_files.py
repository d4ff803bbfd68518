"""User tables: CSV and Parquet files.

CSV is read as UTF-8 with commas; the first line contains the names. An empty field or ``NaN`` is a
gap. The words in `GAP_WORDS`, such as ``NA``, are gaps in a column whose other fields are all
numbers, and text in any other column.

Checks of a recipe read only the header, so that they can be made before anything runs.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from momentum_study.core.errors import StudyError, next_step
from momentum_study.core.fields import UNPRINTABLE
from momentum_study.core.text import one_line, suggest
from momentum_study.datasets.raw import Missing, Table, Task

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = (".csv", ".parquet")

# Prefix of the name that pandas writes to Parquet for an index without a name.
_UNNAMED_INDEX = "__index_level_"

GAP_WORDS = frozenset({"NA", "N/A", "na", "n/a", "NULL", "null", "None", "none", "?", "-", "."})


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
    check_names(header, target, leave_out, categorical)
    wanted = [name for name in header if name not in leave_out]
    file = Path(path)
    try:
        if file.suffix == ".csv":
            frame = _read_csv(file, header, wanted)
        else:
            frame = _read_parquet(file, wanted)
    except StudyError:
        raise
    except Exception as error:  # exceptions for damaged files are not documented
        raise unreadable(file, error) from error
    return parse_columns(frame, target, task, missing, categorical)


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


def _read_parquet(file: Path, wanted: Sequence[str]) -> "pd.DataFrame":
    import pandas as pd
    import pyarrow as pa
    from pyarrow.parquet import read_table

    table = read_table(
        file, columns=list(wanted), use_threads=False, page_checksum_verification=True
    )
    # The metadata of pandas would turn named columns into an index. Copying column by column and
    # freeing each one takes half the memory.
    frame: pd.DataFrame = table.to_pandas(
        ignore_metadata=True,
        use_threads=False,
        split_blocks=True,
        self_destruct=True,
        # Whole numbers of 64 bits stay exact next to gaps; smaller ones are exact as floats.
        types_mapper={pa.int64(): pd.Int64Dtype(), pa.uint64(): pd.UInt64Dtype()}.get,
    )
    return frame


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
    check_names(read_header(path), target, leave_out, categorical)


def read_header(path: str) -> list[str]:
    """Read the names of the columns of a file.

    Parameters
    ----------
    path
        A local ``.csv`` or ``.parquet`` file.

    Returns
    -------
    list of str
        In order, without an unnamed index written by pandas.

    Raises
    ------
    StudyError
        If the file does not exist, is of another kind or not readable, or names are missing or not
        distinct.
    """
    if "://" in path:
        raise StudyError(f"path: {path!r} is an address; expected a file on this machine")
    file = Path(path)
    if file.suffix not in ENDINGS:
        raise StudyError(f"path: {path!r} ends in {file.suffix!r}; expected {' or '.join(ENDINGS)}")
    if not _is_file(file):
        siblings = [other.name for end in ENDINGS for other in file.parent.glob(f"*{end}")]
        there = (
            suggest(file.name, siblings) if siblings else f"there is no {' or '.join(ENDINGS)} file"
        )
        raise StudyError(f"path: {path!r} does not exist in {Path.cwd()}; {there}")
    names = _csv_header(file) if file.suffix == ".csv" else _parquet_header(file)
    seen: set[str] = set()
    for position, name in enumerate(names):
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
    return names


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError as error:  # for example a name that is too long, or a folder without permission
        raise StudyError(
            f"path: {str(file)!r} cannot be read: {error.strerror}; {next_step(error.errno)}"
        ) from None


def _csv_header(file: Path) -> list[str]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            rows = csv.reader(lines, strict=True, skipinitialspace=True)
            # Blank lines are ignored, as by pandas.
            return next(row for row in rows if row)
    except StopIteration:
        raise StudyError(f"path: {str(file)!r} is empty; expected a line of names") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise unreadable(file, error) from error


def _parquet_header(file: Path) -> list[str]:
    from pyarrow.parquet import read_schema

    try:
        names = read_schema(file).names
    except Exception as error:  # exceptions of Arrow for damaged files are not documented
        raise unreadable(file, error) from error
    return [name for name in names if not name.startswith(_UNNAMED_INDEX)]


def unreadable(file: Path, error: Exception) -> StudyError:
    """Return the error for a file whose content does not match its suffix."""
    kind = "a table in UTF-8, its columns separated by commas"
    expected = kind if file.suffix == ".csv" else "a Parquet file"
    return StudyError(
        f"path: {str(file)!r} cannot be read ({one_line(error)}); expected {expected}"
    )


def check_names(
    columns: Sequence[str], target: str, leave_out: Sequence[str], categorical: Sequence[str]
) -> None:
    """Check that the columns of a recipe exist, and that features remain.

    Parameters
    ----------
    columns
        Names of all columns.
    target, leave_out, categorical
        Keys of the recipe.

    Raises
    ------
    StudyError
        With a message that begins with the wrong key.
    """
    named: Iterable[tuple[str, str]] = [
        ("target", target),
        *(("leave_out", name) for name in leave_out),
        *(("categorical", name) for name in categorical),
    ]
    for key, name in named:
        if name not in columns:
            hint = ""
            if len(columns) == 1 and any(mark in columns[0] for mark in ";\t|"):
                hint = " (the file has one column: is the separator not a comma?)"
            raise StudyError(f"{key}: there is no column {name!r}; {suggest(name, columns)}{hint}")
    for name in categorical:
        if name == target or name in leave_out:
            what = "the target" if name == target else "in leave_out"
            raise StudyError(f"categorical: {name!r} is {what}; expected columns of features")
    if target in leave_out:
        raise StudyError(f"leave_out: {target!r} is the target; expected columns of features")
    if not set(columns) - {target, *leave_out}:
        raise StudyError("leave_out: no column of features remains; expected at least one")
