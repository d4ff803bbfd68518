"""Settings of confidence intervals."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Intervals:
    """Settings of all intervals of a study.

    Attributes
    ----------
    confidence
        Level of every interval, in (0, 1).
    resamples
        Number of bootstrap resamples.
    seed
        The study's seed, from which the generators of resamples are made.
    """

    confidence: float
    resamples: int
    seed: int


USUAL_INTERVALS = Intervals(confidence=0.95, resamples=1000, seed=0)
