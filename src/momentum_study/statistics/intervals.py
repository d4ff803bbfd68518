"""How intervals are computed: the settings that every estimate with an interval is made with."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Intervals:
    """Settings of the intervals of a study.

    Attributes
    ----------
    confidence
        Level of every interval, in (0, 1).
    resamples
        Number of bootstrap resamples.
    seed
        The study's seed: generators of resamples are named after it.
    """

    confidence: float
    resamples: int
    seed: int
