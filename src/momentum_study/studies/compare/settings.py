"""How two studies are compared."""

from dataclasses import dataclass

from momentum_study.studies.compare.metrics import LOSSES
from momentum_study.studies.compare.request import Match
from momentum_study.studies.compare.studies import FinishedStudy


@dataclass(frozen=True)
class Settings:
    """How cells are compared.

    Attributes
    ----------
    metrics
        By what: losses, then updates to targets, the easiest first.
    paired
        Whether runs of one replicate share split, initial weights and minibatches.
    match
        How learning rates are matched.
    confidence
        Of intervals; 1 − confidence is the share of errors allowed among what is called different.
    floor
        Relative losses below it count as equal.
    resamples, seed
        Of the bootstrap behind the intervals of best cells.
    """

    metrics: tuple[str, ...]
    paired: bool
    match: Match
    confidence: float
    floor: float
    resamples: int
    seed: int

    @property
    def level(self) -> float:
        """Largest adjusted p-value at which cells are called different."""
        # Rounded, or 1 − 0.95 would lie above 0.05.
        return round(1 - self.confidence, 12)


def settings_of(baseline: FinishedStudy, candidate: FinishedStudy, match: Match) -> Settings:
    """Return the settings of a comparison; where the two have their own, the baseline's."""
    tree = baseline.configuration
    return Settings(
        metrics=(*LOSSES, *(name for name in baseline.targets if name in candidate.targets)),
        paired=same_seeds(baseline, candidate),
        match=match,
        confidence=tree["statistics"]["confidence"],
        floor=tree["verdicts"]["loss_floor"],
        resamples=tree["statistics"]["resamples"],
        seed=tree["seed"],
    )


def same_seeds(baseline: FinishedStudy, candidate: FinishedStudy) -> bool:
    """Say whether runs of one replicate share split, initial weights and minibatches."""
    return bool(baseline.configuration["seed"] == candidate.configuration["seed"])
