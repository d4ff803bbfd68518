"""Names of columns: what the header of a file holds, and whether a recipe's names fit it.

Cheap enough to be done before anything runs: no row is read.
"""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from momentum_study.core.errors import StudyError, next_step
from momentum_study.core.fields import UNPRINTABLE
from momentum_study.core.text import one_line, suggest
from momentum_study.datasets.raw import Task

ENDINGS = (".csv", ".parquet")

# What pandas calls an index without a name when it writes Parquet.
_UNNAMED_INDEX = "__index_level_"


def check(
    *,
    path: str,
    target: str,
    task: Task,
    leave_out: Sequence[str],
    missing: str,
    categorical: Sequence[str],
) -> None:
    """Check the keys of a recipe for a file: that it is there, and has the columns named.

    Parameters are those of `momentum_study.datasets.table_files.read`.

    Raises
    ------
    StudyError
        Beginning with the key that is wrong.
    """
    check_names(read_header(path), target, leave_out, categorical)


def read_header(path: str) -> list[str]:
    """Read the names of a file's columns.

    Parameters
    ----------
    path
        A local ``.csv`` or ``.parquet`` file.

    Returns
    -------
    list of str
        In their order; without a nameless index that pandas has written.

    Raises
    ------
    StudyError
        If the file does not exist, is of another kind or not readable, or if names are missing or
        not distinct.
    """
    if "://" in path:
        raise StudyError(f"path: {path!r} is an address; expected a file on this machine")
    file = Path(path)
    if file.suffix not in ENDINGS:
        raise StudyError(f"path: {path!r} ends in {file.suffix!r}; expected {' or '.join(ENDINGS)}")
    if not _is_file(file):
        siblings = [other.name for end in ENDINGS for other in file.parent.glob(f"*{end}")]
        there = suggest(file.name, siblings) if siblings else f"nor any {' or '.join(ENDINGS)} file"
        raise StudyError(f"path: {path!r} does not exist, seen from {Path.cwd()}; {there}")
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
                f"path: column {position + 1} of {path!r} is named {name!r}; expected a name in "
                "one line, of characters that can be printed"
            )
        if name in seen:
            raise StudyError(f"path: {path!r} has two columns {name!r}; expected distinct names")
        seen.add(name)
    return names


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except OSError as error:  # a name too long, a folder that is closed
        raise StudyError(
            f"path: {str(file)!r} cannot be read: {error.strerror}; {next_step(error.errno)}"
        ) from None


def _csv_header(file: Path) -> list[str]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            rows = csv.reader(lines, strict=True, skipinitialspace=True)
            # Blank lines do not count, nor do they to pandas.
            return next(row for row in rows if row)
    except StopIteration:
        raise StudyError(f"path: {str(file)!r} is empty; expected a line of names") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise unreadable(file, error) from error


def _parquet_header(file: Path) -> list[str]:
    from pyarrow.parquet import read_schema

    try:
        names = read_schema(file).names
    except Exception as error:  # what Arrow may raise on a damaged file is not documented
        raise unreadable(file, error) from error
    return [name for name in names if not name.startswith(_UNNAMED_INDEX)]


def unreadable(file: Path, error: Exception) -> StudyError:
    """Say that a file is not what its name promises."""
    kind = "a table in UTF-8, its columns separated by commas"
    expected = kind if file.suffix == ".csv" else "a Parquet file"
    return StudyError(
        f"path: {str(file)!r} cannot be read ({one_line(error)}); expected {expected}"
    )


def check_names(
    columns: Sequence[str], target: str, leave_out: Sequence[str], categorical: Sequence[str]
) -> None:
    """Check that the columns a recipe names exist, and that features are left.

    Parameters
    ----------
    columns
        Names of all columns.
    target, leave_out, categorical
        The recipe's.

    Raises
    ------
    StudyError
        Beginning with the key that is wrong.
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
                hint = " (one column in all: are they separated by something else than commas?)"
            raise StudyError(f"{key}: there is no column {name!r}; {suggest(name, columns)}{hint}")
    for name in categorical:
        if name == target or name in leave_out:
            what = "the target" if name == target else "left out"
            raise StudyError(f"categorical: {name!r} is {what}; expected columns of features")
    if target in leave_out:
        raise StudyError(f"leave_out: {target!r} is the target; expected columns of features")
    if not set(columns) - {target, *leave_out}:
        raise StudyError("leave_out: no column of features is left; expected at least one")
