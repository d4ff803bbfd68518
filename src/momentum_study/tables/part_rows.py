"""Conditions for reading the rows of a part from a table of runs or of curves."""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import ge, gt, le, lt, or_
from typing import Any

from pyarrow.compute import Expression, field

from momentum_study.tables.parts import CELL_GROUP, PROBLEM_GROUP, Part

Comparison = Callable[[Any, Any], Any]


def rows_of_cells(part: Part) -> Expression | None:
    """Return the condition for the rows of a part of cells; None for all rows.

    Parameters
    ----------
    part
        An interval of `CELL_GROUP`.
    """
    if not part:
        return None
    return _at_least(CELL_GROUP, part.first) & _at_most(CELL_GROUP, part.last)


def rows_of_problems(part: Part, families: Mapping[str, str]) -> Expression | None:
    """Return the condition for the rows of a part of problems; None for all rows.

    Parameters
    ----------
    part
        An interval of `PROBLEM_GROUP`.
    families
        Grid → its family. Tables of runs have no column of families.
    """
    if not part:
        return None
    conditions = []
    for grid, family in families.items():
        if part.first[0] <= family <= part.last[0]:
            condition = field("grid") == grid
            if family == part.first[0]:
                condition &= _at_least(PROBLEM_GROUP[1:], part.first[1:])
            if family == part.last[0]:
                condition &= _at_most(PROBLEM_GROUP[1:], part.last[1:])
            conditions.append(condition)
    return reduce(or_, conditions)


def _at_least(columns: tuple[str, ...], values: tuple[str, ...]) -> Expression:
    """Return the condition that columns, compared in this order, are not before the values."""
    return _compared(columns, values, gt, ge)


def _at_most(columns: tuple[str, ...], values: tuple[str, ...]) -> Expression:
    """Return the condition that columns, compared in this order, are not after the values."""
    return _compared(columns, values, lt, le)


def _compared(
    columns: tuple[str, ...], values: tuple[str, ...], strictly: Comparison, at_the_end: Comparison
) -> Expression:
    *earlier, (column, value) = zip(columns, values, strict=True)
    condition = at_the_end(field(column), value)
    for column, value in reversed(earlier):
        condition = strictly(field(column), value) | ((field(column) == value) & condition)
    return condition
