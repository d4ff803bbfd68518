"""Tables of the user's own: CSV and Parquet files.

CSV is read as UTF-8 with commas, a line of names first. An empty field or ``NaN`` is a gap. The
words in `GAP_WORDS`, such as ``NA``, are gaps in a column whose other fields are all numbers, and
text in any other: a garden of kind "None" stays what it is.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from momentum_study.core.errors import StudyError
from momentum_study.datasets.headers import check_names, read_header, unreadable
from momentum_study.datasets.raw import Task
from momentum_study.datasets.table import Missing, Table

if TYPE_CHECKING:
    import pandas as pd

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
    """Read a file of the user's.

    Parameters
    ----------
    path
        A local ``.csv`` or ``.parquet`` file.
    target
        The column to learn.
    task
        What it holds.
    leave_out
        Columns that are not to be features.
    missing
        What becomes of gaps; see `momentum_study.datasets.columns.understood`.
    categorical
        Columns of numbers that stand for categories.

    Raises
    ------
    StudyError
        If the file, a name or the content of a column is not usable.
    """
    from momentum_study.datasets.columns import understood

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
    except Exception as error:  # what readers may raise on a damaged file is not documented
        raise unreadable(file, error) from error
    return understood(frame, target, task, missing, categorical)


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
        low_memory=False,  # which would infer the types of a column piece by piece
    )
    return frame.apply(_without_gap_words)


def _check_lengths(file: Path, fields: int) -> None:
    """Refuse lines with too few or too many fields; pandas would fill up the former."""
    with file.open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.reader(lines, strict=True, skipinitialspace=True)
        for row in rows:
            if row and len(row) != fields:
                raise StudyError(
                    f"path: line {rows.line_num} of {str(file)!r} has {len(row)} field(s); "
                    f"expected {fields}, as many as names in the first line"
                )


def _without_gap_words(column: "pd.Series") -> "pd.Series":
    """Turn text into numbers if all of it is, but for words that say that there is none."""
    import pandas as pd

    if not pd.api.types.is_string_dtype(column):
        return column
    numbers = pd.to_numeric(column, errors="coerce")
    words = column[numbers.isna()].dropna()
    return numbers if numbers.notna().any() and set(words) <= GAP_WORDS else column


def _read_parquet(file: Path, wanted: Sequence[str]) -> "pd.DataFrame":
    from pyarrow.parquet import read_table

    table = read_table(
        file, columns=list(wanted), use_threads=False, page_checksum_verification=True
    )
    # What pandas has noted for itself would make an index of columns that have a name.
    # Column by column, each given back as soon as it is copied: half the memory.
    frame: pd.DataFrame = table.to_pandas(
        ignore_metadata=True, use_threads=False, split_blocks=True, self_destruct=True
    )
    return frame
