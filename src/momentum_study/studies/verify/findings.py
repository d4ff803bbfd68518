"""What a comparison can find: of a value, of a column, of a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a file stands to its published counterpart."""

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
class Difference:
    """One value that is not the published one.

    Attributes
    ----------
    row
        The row's key columns, as ``key=value`` separated by blanks.
    column
        Name of the column.
    here, published
        Both values as text, a missing one as ``missing``.
    gap
        Their distance; None where it is no finite number.
    """

    row: str
    column: str
    here: str
    published: str
    gap: float | None = None


@dataclass(frozen=True)
class ColumnFinding:
    """What became of a column in which something differs.

    Attributes
    ----------
    column
        Its name.
    rows, differing, outside, allowed
        Rows compared; those with another value; those of them outside the tolerance; how many may
        be.
    largest_gap
        Largest distance between two finite values; 0 where only text or missing values differ.
    """

    column: str
    rows: int
    differing: int
    outside: int
    allowed: int
    largest_gap: float

    @property
    def within(self) -> bool:
        """Whether no more rows lie outside than may."""
        return self.outside <= self.allowed


@dataclass(frozen=True)
class Comparison:
    """What a comparison of two tables found.

    Attributes
    ----------
    rows
        Number of rows that both have.
    columns
        Those in which something differs.
    differences
        The first few values of the columns beyond their tolerance.
    problems
        What else is beyond tolerance, in words: rows and columns that only one side has.
    notes
        What else differs, within tolerance, in words.
    """

    rows: int
    columns: tuple[ColumnFinding, ...] = ()
    differences: tuple[Difference, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def within(self) -> bool:
        """Whether everything is within tolerance."""
        return not self.problems and all(column.within for column in self.columns)


@dataclass(frozen=True)
class Finding:
    """What was found of one file.

    Attributes
    ----------
    file
        Its path within the study.
    status
        How it stands.
    notes
        In words, what a status alone does not say.
    rows, columns, differences
        Of a file that holds tables, as in `Comparison`.
    """

    file: str
    status: Status
    notes: tuple[str, ...] = ()
    rows: int = 0
    columns: tuple[ColumnFinding, ...] = ()
    differences: tuple[Difference, ...] = ()

    @property
    def worst_column(self) -> ColumnFinding | None:
        """Return the column with the largest share of what it may have outside its tolerance."""
        return max(self.columns, key=_use_of_tolerance, default=None)


def _use_of_tolerance(column: ColumnFinding) -> tuple[bool, float, float]:
    return not column.within, column.outside / max(column.allowed, 1), column.largest_gap


def of_comparisons(file: str, comparisons: Iterable[Comparison]) -> Finding:
    """Put together what was found in a file whose bytes differ, part by part."""
    parts = list(comparisons)
    notes = [text for part in parts for text in (*part.problems, *part.notes)]
    columns = tuple(column for part in parts for column in part.columns)
    if not notes and not columns:
        notes = ["the same values in other bytes"]
    return Finding(
        file,
        Status.WITHIN if all(part.within for part in parts) else Status.DIFFERENT,
        tuple(notes),
        sum(part.rows for part in parts),
        columns,
        tuple(difference for part in parts for difference in part.differences),
    )
