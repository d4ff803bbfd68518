"""Options that several commands share; the workflow writes their flags from the configuration."""

from dataclasses import dataclass
from pathlib import Path

from momentum_study.statistics.intervals import Intervals
from momentum_study.tables.parts import Part


@dataclass(frozen=True)
class Scope(Part):
    """What a command analyses: all runs, those of a part, or none if it joins analysed parts.

    Attributes
    ----------
    parts
        Folders with the tables of all parts of the study, to join instead of analysing runs.
    """

    parts: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Settings of every comparison of runs.

    Attributes
    ----------
    families
        Family of each grid, as JSON; grids of one family share their problems.
    beta
        The momentum coefficient usually advised.
    floor
        Relative losses below it count as equal.
    """

    families: dict[str, str]
    beta: float
    floor: float
    intervals: Intervals
