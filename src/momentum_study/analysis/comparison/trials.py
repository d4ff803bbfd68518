"""Trials: the cells of an arm as draws of a random search, and the best of k of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from momentum_study.analysis.comparison.arms import Arm, arms_of
from momentum_study.analysis.comparison.criteria import test_loss_costs
from momentum_study.analysis.comparison.problems import Mask, Problem
from momentum_study.engine.optimizers import USUAL_BETA
from momentum_study.statistics.best_of_k import best_of_k, best_of_k_quantiles, chosen_of_k
from momentum_study.statistics.estimates import FloatArray, interquartile_mean

CONSTANT_LOSS = 1.0
"""Relative loss of the best constant prediction, which is the loss of a failed trial."""

DRAWS = (0.1, 0.9)
"""Quantiles over draws of an arm's trials, between which the table shows the spread."""

# Steps by a factor of about 1.6.
_FIRST = (1, 2, 3, 5, 8)
_THEN = (13, 20, 30, 50, 80)


def usual_arms(cells: pd.DataFrame, beta: float = USUAL_BETA) -> list[Arm]:
    """Return the arms with a constant learning rate and the usual or a tuned β.

    A rule with a single β has an arm at this one.

    Parameters
    ----------
    cells
        Cells of a problem.
    beta
        The usual momentum coefficient.
    """
    arms = arms_of(cells)
    of_rule = [arm.rules for arm in arms]
    return [arm for arm in arms if arm.beta in (None, beta) or of_rule.count(arm.rules) == 1]


def trial_numbers(cells: int) -> list[int]:
    """Return numbers of trials: 1, 2, 3, 5, 8, 13, 20, 30, 50, 80, 130, … and all cells."""
    decades = [count * 10**power for power in range(len(str(cells))) for count in _THEN]
    return [*(count for count in (*_FIRST, *decades) if count < cells), cells]


@dataclass(frozen=True)
class Trials:
    """The trials of an arm on a problem, one for each of its cells.

    Attributes
    ----------
    validation, test
        ``(R, n)`` losses relative to the best constant prediction, at most 1.
    complete
        ``(R,)``: replicates in which all n cells were run. Losses of the others are not used.
    n_diverged
        Number of diverged runs of the complete replicates.
    """

    validation: FloatArray
    test: FloatArray
    complete: Mask
    n_diverged: int

    @property
    def cells(self) -> int:
        """Number n of cells."""
        return int(self.validation.shape[1])

    def expected(self, trials: int) -> tuple[FloatArray, FloatArray]:
        """Expected validation and test loss ``(R,)`` of the trial with the best validation loss.

        With more trials than cells it is the best of all cells. NaN if the replicate is not
        complete.
        """
        k = min(trials, self.cells)
        validation, test = np.full((2, len(self.complete)), np.nan)
        own = self.validation[self.complete]
        validation[self.complete] = best_of_k(own, k)
        test[self.complete] = chosen_of_k(own, self.test[self.complete], k)
        return validation, test

    def spread(self, trials: int) -> FloatArray:
        """`DRAWS` of the validation loss over draws of the trials, averaged over replicates."""
        quantiles = best_of_k_quantiles(self.validation[self.complete], trials, DRAWS)
        return interquartile_mean(quantiles, axis=0)


def trials_of(problem: Problem, arm: Arm, floor: float) -> Trials:
    """Return an arm's trials on a problem.

    A trial that diverged, or is no better on validation data than the best constant prediction, has
    the loss of this prediction, which one would use instead. Test losses are limited to the same
    value. Otherwise a network with a large error on a single row of a small test set would dominate
    every average.

    Parameters
    ----------
    problem, arm
        The problem, and the arm whose cells are the trials.
    floor
        Smallest relative loss.
    """
    own = arm.among(problem.cells)
    costs = test_loss_costs(problem, floor)
    validation, test = costs.selection[own].T, costs.outcome[own].T
    complete = np.asarray(~np.isnan(validation).any(axis=1))
    useless = validation >= CONSTANT_LOSS
    return Trials(
        np.where(useless, CONSTANT_LOSS, validation),
        np.where(useless, CONSTANT_LOSS, np.minimum(test, CONSTANT_LOSS)),
        complete,
        int((~problem.completed[np.ix_(own, complete)]).sum()),
    )
