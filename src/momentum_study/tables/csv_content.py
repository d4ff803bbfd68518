"""Reading CSV of which every row is whole.

pandas fills up a row that is too short, and drops the end of one that is too long where the first
row is so: damage that would pass for gaps. Apache Arrow's reader refuses both.
"""

from io import BytesIO
from pathlib import Path

import pyarrow
from pyarrow import csv

from momentum_study.core.errors import StudyError

_PARSE = csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False)
_READ = csv.ReadOptions(use_threads=False)


def whole_content(path: Path) -> bytes:
    """Read a file that ends with a line's end.

    Raises
    ------
    StudyError
        If it does not.
    OSError
        If the file cannot be read.
    """
    content = path.read_bytes()
    if not content.endswith(b"\n"):
        raise StudyError("it is cut off: the last line has no end")
    return content


def column_names(content: bytes) -> list[str]:
    """Return the names in the first line.

    Raises
    ------
    pyarrow.ArrowInvalid
        If this is no CSV, or the first rows are not as long as the first line.
    """
    with csv.open_csv(BytesIO(content), _READ, _PARSE) as reader:
        names: list[str] = reader.schema.names
    return names


def read_columns(content: bytes, types: dict[str, pyarrow.DataType]) -> pyarrow.Table:
    """Read some columns of a CSV file in UTF-8, which has each of them once.

    Parameters
    ----------
    content
        The file's bytes.
    types
        What the columns to read hold, in the order wanted. Nothing between two commas is an empty
        text, and no number.

    Raises
    ------
    pyarrow.ArrowInvalid
        If a value is not of its column's type, a row longer or shorter than the first line, or
        this is no CSV.
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
