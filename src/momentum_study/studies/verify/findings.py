"""Results of comparisons: of a value, a column, a table, a file."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a file compares with the published one."""

    IDENTICAL = "identical"
    WITHIN = "within tolerance"
    FOLLOWS = "follows its tables"
    DIFFERENT = "different"
    MISSING = "missing"
    EXTRA = "not published"
    UNREADABLE = "unreadable"

    @property
    def reproduced(self) -> bool:
        """Whether the file counts as reproduced."""
        return self in (Status.IDENTICAL, Status.WITHIN, Status.FOLLOWS)


@dataclass(frozen=True)
class ValueDifference:
    """A value that differs from the published one.

    Attributes
    ----------
    row
        The row's key columns, as ``key=value`` separated by spaces.
    column
        Name of the column.
    here, published
        Both values as text, a missing one as ``missing``.
    gap
        Their distance; None if it is not finite.
    """

    row: str
    column: str
    here: str
    published: str
    gap: float | None = None


@dataclass(frozen=True)
class ColumnFinding:
    """A column with values that differ.

    Attributes
    ----------
    column
        Its name.
    rows, differing, outside, allowed
        Numbers of rows: compared, with another value, outside the tolerance, allowed outside.
    largest_gap
        Largest distance between two finite values; 0 if only text or missing values differ.
    """

    column: str
    rows: int
    differing: int
    outside: int
    allowed: int
    largest_gap: float

    @property
    def within(self) -> bool:
        """Whether no more rows are outside than allowed."""
        return self.outside <= self.allowed


@dataclass(frozen=True)
class Comparison:
    """Result of comparing two tables.

    Attributes
    ----------
    rows
        Rows in both tables.
    columns
        Columns with differences.
    differences
        The first values beyond tolerance.
    problems
        Other problems, as text: rows and columns in one table only.
    notes
        Other differences within tolerance, as text.
    """

    rows: int
    columns: tuple[ColumnFinding, ...] = ()
    differences: tuple[ValueDifference, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def within(self) -> bool:
        """Whether everything is within tolerance."""
        return not self.problems and all(column.within for column in self.columns)


@dataclass(frozen=True)
class Finding:
    """Result of comparing a file.

    Attributes
    ----------
    file
        Its path in the study.
    status
        Result.
    notes
        Details, as text.
    rows, columns, differences
        As in `Comparison`, for tables and pictures.
    """

    file: str
    status: Status
    notes: tuple[str, ...] = ()
    rows: int = 0
    columns: tuple[ColumnFinding, ...] = ()
    differences: tuple[ValueDifference, ...] = ()

    @property
    def worst_column(self) -> ColumnFinding | None:
        """Return the column that uses the largest share of its tolerance."""
        return max(self.columns, key=_use_of_tolerance, default=None)


def _use_of_tolerance(column: ColumnFinding) -> tuple[bool, float, float]:
    return not column.within, column.outside / max(column.allowed, 1), column.largest_gap


def of_comparison(file: str, found: Comparison) -> Finding:
    """Return the finding of a file whose bytes differ."""
    notes = (*found.problems, *found.notes)
    if not notes and not found.columns:
        notes = ("the same values in other bytes",)
    status = Status.WITHIN if found.within else Status.DIFFERENT
    return Finding(file, status, notes, found.rows, found.columns, found.differences)
