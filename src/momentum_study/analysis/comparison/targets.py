"""Which training loss a problem's speed is measured to."""

from collections.abc import Mapping

import numpy as np

from momentum_study.analysis.comparison.arms import DESCENT, Arm
from momentum_study.analysis.comparison.criteria import Costs, targets_of
from momentum_study.analysis.comparison.problems import Mask, Problem


def hardest_target(problem: Problem, costs: Mapping[str, Costs], replicates: Mask) -> str:
    """Return the hardest target that plain descent reaches, at some rate, in every replicate.

    Parameters
    ----------
    problem
        With at least one target.
    costs
        Its costs by criterion, as `criteria.all_costs` gives them.
    replicates
        ``(R,)``: those that count.

    Returns
    -------
    str
        The easiest target if there is none that descent reaches, or no replicate.
    """
    targets = targets_of(problem)
    descent = Arm((DESCENT,)).among(problem.cells)
    for target in reversed(targets):
        steps = costs[target].selection[np.ix_(descent, replicates)]
        if replicates.any() and np.isfinite(steps).all(axis=1).any():
            return target
    return targets[0]
