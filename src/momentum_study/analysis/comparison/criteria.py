"""What a run is judged by: costs to be small, with failures as infinities, and shapes of the path.

A *criterion* gives each run a cost to choose by and a cost to report. They differ where a network
is chosen by its validation loss and judged on test data.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from momentum_study.statistics.censoring import expected_running_time
from momentum_study.statistics.estimates import FloatArray
from momentum_study.tables.keys import target_columns, target_of_column

if TYPE_CHECKING:
    from momentum_study.analysis.comparison.problems import Problem

Unit = Literal["log_ratio", "share"]

SPEED = "speed"
UPDATES = "updates"
"""In tables: updates to a given target. Elsewhere such a criterion has the name of the target's
column."""
TRAIN_LOSS = "train_loss"
TEST_LOSS = "test_loss"
PATH_CRITERIA = {"sign_flips": "sign_flip_share", "up_steps": "up_step_share"}
"""Criterion → column: shares that a smooth path has small, compared by their difference."""


@dataclass(frozen=True)
class Costs:
    """A problem's costs under one criterion.

    Attributes
    ----------
    selection
        ``(cells, R)`` what cells are chosen by; +∞ for a failed run, NaN for one not there.
    outcome
        ``(cells, R)`` what is reported, likewise.
    budget
        Updates that a failed run has cost, if the costs are updates to a target; else None, and
        the costs are losses.
    """

    selection: FloatArray
    outcome: FloatArray
    budget: int | None = None

    def score(self, replicates: NDArray[np.intp]) -> FloatArray:
        """Score of each cell on the given replicates, smaller is better.

        Parameters
        ----------
        replicates
            ``(..., n)`` positions of replicates: a fold of them, or resamples of it.

        Returns
        -------
        numpy.ndarray
            ``(..., cells)``: expected running time, or the geometric mean of the losses. +∞ where
            no run reached its target, or one diverged; NaN where a run is not there.
        """
        chosen = np.moveaxis(self.selection[:, replicates], 0, -2)
        if self.budget is not None:
            running_time: FloatArray = expected_running_time(chosen, self.budget, axis=-1)
            return np.where(np.isnan(chosen).any(axis=-1), np.nan, running_time)
        mean: FloatArray = np.exp(np.log(chosen).mean(axis=-1))
        return mean


def criterion_columns(criterion: str) -> dict[str, str | float]:
    """Return a criterion as tables have it: its name, and the target if it is one.

    The target of `SPEED` differs from problem to problem and is missing here.
    """
    if target_columns([criterion]):
        return {"criterion": UPDATES, "target": target_of_column(criterion)}
    return {"criterion": criterion, "target": np.nan}


def target_costs(problem: "Problem", target: str) -> Costs:
    """Updates to a target, at least 1; +∞ where it was missed or the run diverged."""
    steps = problem.columns[target]
    cost = np.where(np.isnan(steps), np.inf, np.maximum(steps, 1.0))
    failed = _failures(problem, cost)
    return Costs(failed, failed, problem.steps)


def train_costs(problem: "Problem", floor: float) -> Costs:
    """Final training loss over that of the best constant prediction, not below `floor`."""
    cost = _failures(problem, _relative(problem, "train_loss_final", floor))
    return Costs(cost, cost)


def test_loss_costs(problem: "Problem", floor: float) -> Costs:
    """Best validation loss to choose by, and the test loss there to report; relative likewise."""
    return Costs(
        _failures(problem, _relative(problem, "validation_loss_best", floor)),
        _failures(problem, _relative(problem, "test_loss_at_best", floor)),
    )


def all_costs(problem: "Problem", targets: Sequence[str], floor: float) -> dict[str, Costs]:
    """Costs of a problem under each criterion that has costs but `SPEED`, by its name."""
    costs = {target: target_costs(problem, target) for target in targets}
    return {
        **costs,
        TRAIN_LOSS: train_costs(problem, floor),
        TEST_LOSS: test_loss_costs(problem, floor),
    }


def targets_of(problem: "Problem") -> list[str]:
    """Targets of a problem, the easiest first."""
    return target_columns(problem.columns)


def _relative(problem: "Problem", column: str, floor: float) -> FloatArray:
    relative: FloatArray = np.maximum(problem.columns[column] / problem.columns["null_loss"], floor)
    return relative


def _failures(problem: "Problem", cost: FloatArray) -> FloatArray:
    """Enter +∞ for diverged runs and values that overflowed, NaN for runs that are not there."""
    failed = ~problem.completed | np.isnan(cost)
    return np.where(np.isnan(problem.columns["steps"]), np.nan, np.where(failed, np.inf, cost))
