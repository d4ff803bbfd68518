"""State of a run at a quarter of its budget: slow, oscillating, monotone or diverged."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_study.analysis.comparison.problems import Problem

SLOW, OSCILLATING, MONOTONE, DIVERGED = "slow", "oscillating", "monotone", "diverged"

SEED_NAMES = {MONOTONE: "steady"}
"""What generators of resamples are named after, where it is not the state: as the first studies
named it, so that their numbers can be reproduced."""


@dataclass(frozen=True)
class StateRule:
    """When a run counts as slow or as oscillating, judged at a quarter of its budget.

    Attributes
    ----------
    oscillating_share
        It oscillates if its training loss rose between at least this share of the evaluations so
        far.
    slow_loss
        It is slow if it does not oscillate and its training loss is still above this share of
        the initial one.
    """

    oscillating_share: float = 0.2
    slow_loss: float = 0.5


def states(problem: Problem, rule: StateRule) -> NDArray[np.str_]:
    """Name the state ``(cells, R)`` of each run at a quarter of its budget.

    ``diverged`` if it had diverged by then; ``monotone`` if it is none of the others.
    """
    columns = problem.columns
    rising = columns["up_step_share_early"] >= rule.oscillating_share
    slow = columns["train_loss_early"] > rule.slow_loss * columns["train_loss_initial"]
    conditions = [np.isnan(columns["train_loss_early"]), rising, slow]
    named = np.select(conditions, [DIVERGED, OSCILLATING, SLOW], MONOTONE)
    return named.astype(np.str_)
