"""Comparing two tables on their key columns, value by value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_numeric_dtype

from momentum_study.studies.verify.findings import ColumnFinding, Comparison, Difference
from momentum_study.studies.verify.tolerances import Leeway, TableTolerances, Tolerance
from momentum_study.studies.verify.values import value_text
from momentum_study.tables.validation import listed, listed_rows

LISTED = 5
"""How many values of a table are named."""

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

    A missing value equals a missing one, and infinity itself.

    Parameters
    ----------
    here, published
        As `momentum_study.studies.verify.values.read_values` returns them: columns are float64 or
        text. In any order of rows.
    keys
        The columns that identify a row.
    tolerances
        Those of the table.
    leeway
        How much of them applies.
    """
    columns = tuple(_one_sided("column", here.columns, published.columns))
    if absent := [key for key in keys if key not in here or key not in published]:
        return Comparison(0, problems=(*columns, f"no key column {', '.join(absent)} to go by"))
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
    """Say which names only one side has."""
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
    """Turn keys into text where they are numbers on one side alone."""
    mixed = [k for k in keys if is_numeric_dtype(here[k]) != is_numeric_dtype(published[k])]
    if not mixed:
        return here, published
    texts = [{key: frame[key].map(value_text) for key in mixed} for frame in (here, published)]
    return here.assign(**texts[0]), published.assign(**texts[1])


@dataclass(frozen=True)
class _Rows:
    """Positions of the rows that both tables have, and what is told of the others."""

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
    """Positions of rows among the matched ones that are judged together."""

    rows: Positions
    steady: bool


def _parts(published: pd.DataFrame, tolerances: TableTolerances) -> list[_Part]:
    if tolerances.steady is None or tolerances.steady not in published:
        return [_Part(np.arange(len(published)), steady=False)]
    steady = (published[tolerances.steady] == 0).to_numpy()
    return [_Part(np.flatnonzero(steady == kind), steady=kind) for kind in (False, True)]


@dataclass(frozen=True)
class _Column:
    """A column compared: what was found, and which values to name first."""

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
        column=f"{name} (steady)" if part.steady else name,
        rows=len(here),
        differing=int(differs.sum()),
        outside=int(outside.sum()),
        allowed=leeway.allowed(tolerance.share_of(part.steady), len(here)),
        largest_gap=float(np.nanmax(gaps)) if np.isfinite(gaps).any() else 0.0,
    )
    return _Column(finding, here, published, gaps, outside, part)


def _number_text(value: object) -> str:
    """Write numbers in one way, be they text or not, and other text as it is."""
    try:
        return value_text(float(str(value) or "nan"))
    except ValueError:
        return value_text(value)


def _first_values(columns: Iterable[_Column], names: pd.DataFrame) -> list[Difference]:
    """Name the first few values outside, of columns that have more of them than may be."""
    first: list[Difference] = []
    for column in columns:
        if column.finding.within:
            continue
        for place in np.flatnonzero(column.outside)[: LISTED - len(first)]:
            gap = column.gaps[place]
            first.append(
                Difference(
                    row_name(names.iloc[column.part.rows[place]]),
                    str(column.published.name),
                    value_text(column.here.iloc[place]),
                    value_text(column.published.iloc[place]),
                    float(gap) if np.isfinite(gap) else None,
                )
            )
    return first
