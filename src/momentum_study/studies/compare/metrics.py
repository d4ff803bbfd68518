"""What cells are compared by: costs of runs, small for good, before any floor."""

from collections.abc import Sequence

import numpy as np

from momentum_study.analysis.comparison.criteria import TEST_LOSS, TRAIN_LOSS, all_costs
from momentum_study.analysis.comparison.problems import Problem
from momentum_study.statistics.estimates import FloatArray

LOSSES = {TRAIN_LOSS: "final training loss", TEST_LOSS: "test loss at the best validation loss"}
"""Relative to the best constant prediction's; by name, for people."""


def metric_label(metric: str) -> str:
    """Name of a metric for people."""
    return LOSSES.get(metric) or f"updates to {metric.removeprefix('steps_to_')}"


def costs_of(problem: Problem, metrics: Sequence[str]) -> dict[str, FloatArray]:
    """Costs ``(cells, R)`` by metric; +∞ for a failed run."""
    if problem.cells.empty:  # one side has nothing here
        return {metric: np.empty(problem.completed.shape) for metric in metrics}
    targets = [metric for metric in metrics if metric not in LOSSES]
    costs = all_costs(problem, targets, floor=0.0)
    return {metric: costs[metric].outcome for metric in metrics}


def floor_of(metric: str, floor: float) -> float:
    """Return below what costs of a metric count as equal: losses have a floor, updates none."""
    return floor if metric in LOSSES else 0.0
