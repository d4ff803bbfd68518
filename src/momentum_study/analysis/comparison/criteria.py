"""Criteria of runs: costs, which are infinite for failed runs, and shapes of the path.

A *criterion* gives each run a cost for the selection of cells and a cost for their evaluation. They
differ if cells are chosen by validation loss and evaluated on test data.
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
"""Updates to a given target, in tables. In code such a criterion has the name of the target's
column."""
TRAIN_LOSS = "train_loss"
TEST_LOSS = "test_loss"
PATH_CRITERIA = {"sign_flips": "sign_flip_share", "up_steps": "up_step_share"}
"""Criterion → column: shares that are small for a smooth path, compared by their difference."""


@dataclass(frozen=True)
class Costs:
    """A problem's costs under one criterion.

    Attributes
    ----------
    selection
        ``(cells, R)``: costs by which cells are chosen; +∞ for a failed run, NaN for a missing one.
    outcome
        ``(cells, R)``: costs by which cells are evaluated; also +∞ and NaN.
    budget
        Number of updates of a failed run, if the costs are updates to a target; None if they are
        losses.
    """

    selection: FloatArray
    outcome: FloatArray
    budget: int | None = None

    def score(self, replicates: NDArray[np.intp]) -> FloatArray:
        """Return the score of each cell on the given replicates; smaller is better.

        Parameters
        ----------
        replicates
            ``(..., n)`` positions of replicates: a fold of them, or resamples of it.

        Returns
        -------
        numpy.ndarray
            ``(..., cells)``: expected running time, or the geometric mean of the losses. +∞ where
            no run reached its target, or one diverged; NaN where a run is missing.
        """
        chosen = np.moveaxis(self.selection[:, replicates], 0, -2)
        if self.budget is not None:
            running_time: FloatArray = expected_running_time(chosen, self.budget, axis=-1)
            return np.where(np.isnan(chosen).any(axis=-1), np.nan, running_time)
        mean: FloatArray = np.exp(np.log(chosen).mean(axis=-1))
        return mean


def criterion_columns(criterion: str) -> dict[str, str | float]:
    """Return the columns of a criterion in tables: its name, and its target if it has one.

    The target of `SPEED` differs between problems and is missing here.
    """
    if target_columns([criterion]):
        return {"criterion": UPDATES, "target": target_of_column(criterion)}
    return {"criterion": criterion, "target": np.nan}


def target_costs(problem: "Problem", target: str) -> Costs:
    """Return updates to a target, at least 1; +∞ if the target was missed or the run diverged."""
    steps = problem.columns[target]
    cost = np.where(np.isnan(steps), np.inf, np.maximum(steps, 1.0))
    failed = _failures(problem, cost)
    return Costs(failed, failed, problem.steps)


def train_costs(problem: "Problem", floor: float) -> Costs:
    """Return final training losses relative to the best constant prediction, at least `floor`."""
    cost = _failures(problem, _relative(problem, "train_loss_final", floor))
    return Costs(cost, cost)


def test_loss_costs(problem: "Problem", floor: float) -> Costs:
    """Return best validation losses for selection and the test losses there, both relative."""
    return Costs(
        _failures(problem, _relative(problem, "validation_loss_best", floor)),
        _failures(problem, _relative(problem, "test_loss_at_best", floor)),
    )


def all_costs(problem: "Problem", targets: Sequence[str], floor: float) -> dict[str, Costs]:
    """Return the costs of a problem by criterion, for each one with costs except `SPEED`."""
    costs = {target: target_costs(problem, target) for target in targets}
    return {
        **costs,
        TRAIN_LOSS: train_costs(problem, floor),
        TEST_LOSS: test_loss_costs(problem, floor),
    }


def targets_of(problem: "Problem") -> list[str]:
    """Return the targets of a problem, the easiest first."""
    return target_columns(problem.columns)


def _relative(problem: "Problem", column: str, floor: float) -> FloatArray:
    null_loss = problem.columns["null_loss"]
    # Nothing compares with the loss of a constant target, which is zero.
    relative = problem.columns[column] / np.where(null_loss > 0, null_loss, np.nan)
    return np.asarray(np.maximum(relative, floor))


def _failures(problem: "Problem", cost: FloatArray) -> FloatArray:
    """Set +∞ for diverged runs and values that are undefined, and NaN for missing runs."""
    failed = ~problem.completed | np.isnan(cost)
    return np.where(np.isnan(problem.columns["steps"]), np.nan, np.where(failed, np.inf, cost))
