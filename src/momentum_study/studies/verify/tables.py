"""Reading tables and comparing them by their key columns, value by value.

`tables.files.read_table` refuses the first value that a schema does not allow. Here such a value is
read, so that it can be reported next to the published one.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype
from pyarrow import parquet

from momentum_study.core.errors import RESTORE, StudyError
from momentum_study.core.text import one_line
from momentum_study.studies.verify.findings import ColumnFinding, Comparison, ValueDifference
from momentum_study.studies.verify.tolerances import Leeway, TableTolerances, Tolerance
from momentum_study.tables.files import UNREADABLE, csv_column_names, csv_columns, csv_content
from momentum_study.tables.schema import Table
from momentum_study.tables.validation import doubled_names, listed, listed_rows

MISSING = "missing"


def read_values(path: Path, schema: Table) -> pd.DataFrame:
    """Read a table: numbers as ``float64``, everything else as text.

    Columns that are not in the schema are text, and so are columns of numbers with a value that is
    not a number.

    Parameters
    ----------
    path
        ``*.csv`` or ``*.parquet``.
    schema
        Schema of the table, which lists the columns of numbers.

    Raises
    ------
    StudyError
        If the file is truncated, damaged or not a table.
    """
    read = _read_csv if path.suffix == ".csv" else _read_parquet
    try:
        frame = read(path)
        values = {name: _values(frame[name], _has_numbers(name, schema)) for name in frame.columns}
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
    # Int64 for whole numbers, because some may be missing; without an index from another program.
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


def _has_numbers(name: str, schema: Table) -> bool:
    """Return whether the schema has numbers in a column of this name."""
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
            # Through text, because Python reads numbers exactly.
            words = column.to_numpy("str", na_value="")
            return pd.Series(np.where(words == "", "nan", words).astype("float64"))
        except ValueError:
            pass
    return column.astype("str").fillna("")


def value_text(value: object) -> str:
    """Write a value as text; numbers with the digits that identify them."""
    if isinstance(value, float):
        return MISSING if np.isnan(value) else repr(float(value)).removesuffix(".0")
    return str(value) or MISSING


LISTED = 5
"""How many values of a table are listed."""

Mask = NDArray[np.bool_]
Positions = NDArray[np.int64]


def compare_tables(
    here: pd.DataFrame,
    published: pd.DataFrame,
    keys: Sequence[str],
    tolerances: TableTolerances,
    leeway: Leeway,
) -> Comparison:
    """Compare two tables.

    Missing values are equal, and so are infinite ones of the same sign.

    Parameters
    ----------
    here, published
        As `read_values` returns them: columns are float64 or
        text. The order of rows does not matter.
    keys
        The columns that identify a row.
    tolerances
        Those of the table.
    leeway
        Which part of them applies.
    """
    columns = tuple(_one_sided("column", here.columns, published.columns))
    if absent := [key for key in keys if key not in here or key not in published]:
        return Comparison(0, problems=(*columns, f"no key column {', '.join(absent)}"))
    here, published = _with_keys_of_one_type(here, published, keys)
    for frame, side in ((here, "here"), (published, "published")):
        if doubled := int(frame.duplicated(list(keys)).sum()):
            problem = f"{_counted(doubled, 'row')} {side} with the keys of another"
            return Comparison(0, problems=(*columns, problem))
    rows = _matched(here, published, keys)
    parts = _parts(published.take(rows.published), tolerances)
    compared = [
        _compare_column(
            here[name].take(rows.here[part.rows]),
            published[name].take(rows.published[part.rows]),
            name,
            tolerances.of(name),
            part,
            leeway,
        )
        for name in published.columns
        if name not in keys and name in here
        for part in parts
    ]
    differing = [column for column in compared if column.finding.differing]
    few = rows.n_one_sided <= leeway.allowed(tolerances.rows, len(published))
    return Comparison(
        rows=len(rows.here),
        columns=tuple(column.finding for column in differing),
        differences=tuple(_first_values(differing, published[list(keys)].take(rows.published))),
        problems=columns if few else (*columns, *rows.named),
        notes=rows.counted if few else (),
    )


def _one_sided(kind: str, here: Iterable[str], published: Iterable[str]) -> list[str]:
    """Describe the names that only one side has."""
    here, published = list(here), list(published)
    sides = (("here", here, published), ("published", published, here))
    return [
        f"{_counted(len(alone), kind)} only {side}: {listed(alone)}"
        for side, these, others in sides
        if (alone := [name for name in these if name not in others])
    ]


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"


def _with_keys_of_one_type(
    here: pd.DataFrame, published: pd.DataFrame, keys: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Turn keys into text if they are numbers on one side only."""
    mixed = [k for k in keys if is_numeric_dtype(here[k]) != is_numeric_dtype(published[k])]
    if not mixed:
        return here, published
    texts = [{key: frame[key].map(value_text) for key in mixed} for frame in (here, published)]
    return here.assign(**texts[0]), published.assign(**texts[1])


@dataclass(frozen=True)
class _Rows:
    """Positions of the rows that both tables have, and descriptions of the others."""

    here: Positions
    published: Positions
    n_one_sided: int = 0
    counted: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def _matched(here: pd.DataFrame, published: pd.DataFrame, keys: Sequence[str]) -> _Rows:
    names = list(keys)
    if here[names].equals(published[names]):
        everything = np.arange(len(here))
        return _Rows(everything, everything)
    numbered = here[names].assign(_here=np.arange(len(here)))
    both = numbered.merge(
        published[names].assign(_published=np.arange(len(published))),
        on=names,
        how="outer",
        indicator="_side",
    )
    shared = both[both["_side"] == "both"]
    alone = {
        f"{_counted(len(rows), 'row')} only {label}": rows
        for side, label in (("left_only", "here"), ("right_only", "published"))
        if len(rows := both.loc[both["_side"] == side, names])
    }
    return _Rows(
        shared["_here"].to_numpy("int64"),
        shared["_published"].to_numpy("int64"),
        len(both) - len(shared),
        tuple(alone),
        tuple(f"{count}: {listed_rows(rows)}" for count, rows in alone.items()),
    )


def row_name(row: pd.Series) -> str:
    """Write a row's key columns as ``key=value``."""
    return " ".join(f"{key}={value_text(value)}" for key, value in row.items())


@dataclass(frozen=True)
class _Part:
    """Positions of matched rows that share a tolerance."""

    rows: Positions
    monotone: bool


def _parts(published: pd.DataFrame, tolerances: TableTolerances) -> list[_Part]:
    if tolerances.monotone is None or tolerances.monotone not in published:
        return [_Part(np.arange(len(published)), monotone=False)]
    monotone = (published[tolerances.monotone] == 0).to_numpy()
    return [_Part(np.flatnonzero(monotone == kind), monotone=kind) for kind in (False, True)]


@dataclass(frozen=True)
class _Column:
    """A compared column: the finding, and the values."""

    finding: ColumnFinding
    here: pd.Series
    published: pd.Series
    gaps: NDArray[np.float64]
    outside: Mask
    part: _Part


def _compare_column(
    here: pd.Series,
    published: pd.Series,
    name: str,
    tolerance: Tolerance,
    part: _Part,
    leeway: Leeway,
) -> _Column:
    gaps = np.full(len(here), np.nan)
    if is_numeric_dtype(here) and is_numeric_dtype(published):
        a, b = here.to_numpy("float64"), published.to_numpy("float64")
        differs = ~((a == b) | (np.isnan(a) & np.isnan(b)))
        finite = differs & np.isfinite(a) & np.isfinite(b)
        gaps[finite] = np.abs(a[finite] - b[finite])
        near = np.zeros(len(here), dtype=bool)
        near[finite] = gaps[finite] <= leeway.distance(tolerance, b[finite])
        outside = differs & ~near
    else:
        mixed = is_numeric_dtype(here) or is_numeric_dtype(published)
        texts = [
            (column.map(_number_text) if mixed else column).to_numpy(object)
            for column in (here, published)
        ]
        outside = differs = np.asarray(texts[0] != texts[1], dtype=bool)
    finding = ColumnFinding(
        column=f"{name} (monotone)" if part.monotone else name,
        rows=len(here),
        differing=int(differs.sum()),
        outside=int(outside.sum()),
        allowed=leeway.allowed(tolerance.share_of(part.monotone), len(here)),
        largest_gap=float(np.nanmax(gaps)) if np.isfinite(gaps).any() else 0.0,
    )
    return _Column(finding, here, published, gaps, outside, part)


def _number_text(value: object) -> str:
    """Write numbers in one form, also those that are text; other text stays."""
    try:
        return value_text(float(str(value) or "nan"))
    except ValueError:
        return value_text(value)


def _first_values(columns: Iterable[_Column], names: pd.DataFrame) -> list[ValueDifference]:
    """Return the first values outside tolerance, of columns that have too many."""
    first: list[ValueDifference] = []
    for column in columns:
        if column.finding.within:
            continue
        for place in np.flatnonzero(column.outside)[: LISTED - len(first)]:
            gap = column.gaps[place]
            first.append(
                ValueDifference(
                    row_name(names.iloc[column.part.rows[place]]),
                    str(column.published.name),
                    value_text(column.here.iloc[place]),
                    value_text(column.published.iloc[place]),
                    float(gap) if np.isfinite(gap) else None,
                )
            )
    return first
