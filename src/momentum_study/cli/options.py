"""Options that several commands share; the workflow writes their flags from the configuration."""

from dataclasses import dataclass

from momentum_study.statistics.intervals import Intervals


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
