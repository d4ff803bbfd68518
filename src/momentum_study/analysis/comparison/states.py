"""What a run looked like early on: whether it was slow, or oscillated, when advice was due."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from momentum_study.analysis.comparison.problems import Problem

SLOW, OSCILLATING, STEADY, DIVERGED = "slow", "oscillating", "steady", "diverged"


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

    ``diverged`` if it had diverged by then; ``steady`` if it is none of the others.
    """
    columns = problem.columns
    rising = columns["up_step_share_early"] >= rule.oscillating_share
    slow = columns["train_loss_early"] > rule.slow_loss * columns["train_loss_initial"]
    named = np.select(
        [np.isnan(columns["train_loss_early"]), rising, slow], [DIVERGED, OSCILLATING, SLOW], STEADY
    )
    return named.astype(np.str_)
