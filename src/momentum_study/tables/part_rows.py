"""Conditions for reading the rows of a part from a table of runs or of curves."""

from collections.abc import Mapping
from functools import reduce
from operator import or_

from pyarrow.compute import Expression, field

from momentum_study.tables.parts import CELL_GROUP, PROBLEM_GROUP, Part


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
    *earlier, (column, value) = zip(columns, values, strict=True)
    condition = field(column) >= value
    for column, value in reversed(earlier):
        condition = (field(column) > value) | ((field(column) == value) & condition)
    return condition


def _at_most(columns: tuple[str, ...], values: tuple[str, ...]) -> Expression:
    """Return the condition that columns, compared in this order, are not after the values."""
    *earlier, (column, value) = zip(columns, values, strict=True)
    condition = field(column) <= value
    for column, value in reversed(earlier):
        condition = (field(column) < value) | ((field(column) == value) & condition)
    return condition
