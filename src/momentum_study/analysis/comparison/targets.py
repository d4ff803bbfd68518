"""The target training loss that defines the speed on a problem."""

from collections.abc import Mapping

import numpy as np

from momentum_study.analysis.comparison.arms import Arm
from momentum_study.analysis.comparison.criteria import Costs, targets_of
from momentum_study.analysis.comparison.problems import Mask, Problem
from momentum_study.tables.arms import DESCENT


def hardest_target(problem: Problem, costs: Mapping[str, Costs], replicates: Mask) -> str:
    """Return the hardest target that plain gradient descent reaches in every replicate.

    One learning rate has to reach it in all of them.

    Parameters
    ----------
    problem
        A problem with at least one target.
    costs
        Its costs by criterion, as returned by `criteria.all_costs`.
    replicates
        ``(R,)``: the replicates to use.

    Returns
    -------
    str
        The easiest target if gradient descent reaches none, or there is no replicate.
    """
    targets = targets_of(problem)
    descent = Arm((DESCENT,)).among(problem.cells)
    for target in reversed(targets):
        steps = costs[target].selection[np.ix_(descent, replicates)]
        if replicates.any() and np.isfinite(steps).all(axis=1).any():
            return target
    return targets[0]
