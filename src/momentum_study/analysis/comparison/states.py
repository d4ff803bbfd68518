"""State of a run at a quarter of its budget: slow, oscillating, monotone or diverged."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_study.analysis.comparison.problems import Problem

SLOW, OSCILLATING, MONOTONE, DIVERGED = "slow", "oscillating", "monotone", "diverged"

SEED_NAMES = {MONOTONE: "steady"}
"""Names of states for generators of resamples where they differ: those of the first studies, so
that their numbers can be reproduced."""


@dataclass(frozen=True)
class StateRule:
    """Thresholds for slow and oscillating runs, at a quarter of their budget.

    Attributes
    ----------
    oscillating_share
        A run oscillates if its training loss rose in at least this share of the evaluations so far.
    slow_loss
        A run is slow if it does not oscillate and its training loss is still above this share of
        the initial one.
    """

    oscillating_share: float = 0.2
    slow_loss: float = 0.5


def states(problem: Problem, rule: StateRule) -> NDArray[np.str_]:
    """Return the state ``(cells, R)`` of each run at a quarter of its budget.

    It is ``diverged`` if the run had diverged by then, and ``monotone`` if no other state applies.
    """
    columns = problem.columns
    rising = columns["up_step_share_early"] >= rule.oscillating_share
    slow = columns["train_loss_early"] > rule.slow_loss * columns["train_loss_initial"]
    conditions = [np.isnan(columns["train_loss_early"]), rising, slow]
    named = np.select(conditions, [DIVERGED, OSCILLATING, SLOW], MONOTONE)
    return named.astype(np.str_)
