"""What cells are compared by: costs of runs (small is good, before any floor), and settings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from momentum_study.analysis.comparison.criteria import TEST_LOSS, TRAIN_LOSS, all_costs
from momentum_study.analysis.comparison.problems import Problem
from momentum_study.statistics.estimates import FloatArray
from momentum_study.studies.compare.request import Match
from momentum_study.studies.compare.studies import FinishedStudy

LOSSES = {TRAIN_LOSS: "final training loss", TEST_LOSS: "test loss at the best validation loss"}
"""Labels of the losses, which are relative to that of the best constant prediction."""


def metric_label(metric: str) -> str:
    """Return the label of a metric."""
    return LOSSES.get(metric) or f"updates to {metric.removeprefix('steps_to_')}"


def costs_of(problem: Problem, metrics: Sequence[str]) -> dict[str, FloatArray]:
    """Costs ``(cells, R)`` by metric; +∞ for a failed run."""
    if problem.cells.empty:  # one side has nothing here
        return {metric: np.empty(problem.completed.shape) for metric in metrics}
    targets = [metric for metric in metrics if metric not in LOSSES]
    costs = all_costs(problem, targets, floor=0.0)
    return {metric: costs[metric].outcome for metric in metrics}


def floor_of(metric: str, floor: float) -> float:
    """Return the cost of a metric below which costs are equal: 0 for numbers of updates."""
    return floor if metric in LOSSES else 0.0


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
        """Largest adjusted p-value of cells that are called different."""
        # Rounded, or 1 − 0.95 would lie above 0.05.
        return round(1 - self.confidence, 12)


def settings_of(baseline: FinishedStudy, candidate: FinishedStudy, match: Match) -> Settings:
    """Return the settings of a comparison; where the two studies differ, the baseline's."""
    tree = baseline.configuration
    return Settings(
        metrics=(*LOSSES, *(name for name in baseline.targets if name in candidate.targets)),
        # Then runs of one replicate share split, initial weights and minibatches.
        paired=tree["seed"] == candidate.configuration["seed"],
        match=match,
        confidence=tree["statistics"]["confidence"],
        floor=tree["verdicts"]["loss_floor"],
        resamples=tree["statistics"]["resamples"],
        seed=tree["seed"],
    )
