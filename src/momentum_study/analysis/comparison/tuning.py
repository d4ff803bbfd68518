"""Tuning: an arm's cell is chosen on one fold of the replicates and evaluated on the other."""

from dataclasses import dataclass, replace

import numpy as np

from momentum_study.analysis.comparison.arms import Arm
from momentum_study.analysis.comparison.criteria import SPEED, TRAIN_LOSS, all_costs, targets_of
from momentum_study.analysis.comparison.problems import Mask, Problem
from momentum_study.analysis.comparison.targets import hardest_target
from momentum_study.core.seeds import generator
from momentum_study.statistics.estimates import FloatArray
from momentum_study.tables.keys import best_first

FOLDS = {"odd": "even", "even": "odd"}
"""The fold of the replicates to evaluate on → the fold to choose a cell on."""

RESAMPLES = 200


@dataclass(frozen=True)
class Choice:
    """The cell chosen for an arm.

    Attributes
    ----------
    cell
        Row of the cell among the problem's cells.
    score
        Its score on the fold it was chosen on.
    win_share
        Share of resamples of the replicates of that fold in which the cell wins; NaN if no cell
        wins, because in each of them a run of that fold diverged.
    trials
        Number of cells to choose from.
    """

    cell: int
    score: float
    win_share: float
    trials: int


class Tuner:
    """The choices on one problem, for any arm, criterion and fold.

    Of cells with equal scores, the first in the order of `best_first` is chosen.
    """

    def __init__(self, problem: Problem, floor: float, seed: int) -> None:
        self.problem = problem
        self.costs = all_costs(problem, targets_of(problem), floor)
        self._scores: dict[tuple[str, str], tuple[FloatArray, FloatArray]] = {}
        self._among: dict[Arm, Mask] = {}
        self._targets: dict[str, str] = {}
        self._free: dict[tuple[Arm, str, str], Choice | None] = {}
        self._order = best_first(problem.cells).to_numpy()
        self._names = [str(value) for value in problem.keys.values()]
        self._seed = seed

    def among(self, arm: Arm) -> Mask:
        """Return which cells ``(cells,)`` the arm can choose."""
        if arm not in self._among:
            self._among[arm] = arm.among(self.problem.cells)
        return self._among[arm]

    def can_tune(self, arm: Arm) -> bool:
        """Return whether the arm has more than one cell to choose from."""
        return bool(self.among(arm).sum() > 1)

    def criterion_of(self, name: str, evaluation_fold: str) -> str:
        """Return the criterion of a name, which for `SPEED` is a target.

        It is the hardest target that plain gradient descent reaches on the fold to choose on.
        """
        if name != SPEED:
            return name
        if evaluation_fold not in self._targets:
            chooses = self.problem.fold(FOLDS[evaluation_fold])
            self._targets[evaluation_fold] = hardest_target(self.problem, self.costs, chooses)
        return self._targets[evaluation_fold]

    def choose(
        self, arm: Arm, criterion: str, evaluation_fold: str, allowed: Mask | None = None
    ) -> Choice | None:
        """Choose an arm's cell to evaluate on one fold, by its score on the other.

        Parameters
        ----------
        arm
            The arm.
        criterion
            A key of ``costs``.
        evaluation_fold
            A key of `FOLDS`.
        allowed
            ``(cells,)``: further restriction.

        Returns
        -------
        Choice or None
            None if there is no cell to choose from, or no replicate to choose on. If every cell
            failed, for example because none reached a target, the choice is the cell with the
            lowest training loss, or the first cell if a run of each cell diverged.
        """
        if allowed is not None:
            return self._choose(arm, criterion, evaluation_fold, allowed)
        # Cached, because every arm is compared with the same choice of plain gradient descent.
        key = (arm, criterion, evaluation_fold)
        if key not in self._free:
            self._free[key] = self._choose(*key, None)
        return self._free[key]

    def _choose(
        self, arm: Arm, criterion: str, evaluation_fold: str, allowed: Mask | None
    ) -> Choice | None:
        scores, resampled = self._scored(criterion, evaluation_fold)
        among = self.among(arm) & ~np.isnan(scores)
        if allowed is not None:
            among &= allowed
        places = self._order[among[self._order]]
        if len(places) == 0:
            return None
        if criterion != TRAIN_LOSS and np.isinf(scores[places]).all():
            by_loss = self.choose(arm, TRAIN_LOSS, evaluation_fold, allowed)
            return by_loss and replace(by_loss, score=np.inf)
        best = int(places[np.argmin(scores[places])])
        winners = places[np.argmin(resampled[:, places], axis=1)]
        win_share = float((winners == best).mean()) if np.isfinite(scores[best]) else np.nan
        return Choice(best, float(scores[best]), win_share, len(places))

    def score_on(self, criterion: str, cell: int, fold: str) -> float:
        """Return the score of a cell on a fold of the replicates."""
        scores, _ = self._scored(criterion, FOLDS[fold])
        return float(scores[cell])

    def _scored(self, criterion: str, evaluation_fold: str) -> tuple[FloatArray, FloatArray]:
        """Return scores ``(cells,)`` on the selection fold, ``(RESAMPLES, cells)`` on resamples."""
        key = (criterion, evaluation_fold)
        if key not in self._scores:
            costs = self.costs[criterion]
            places = np.flatnonzero(self.problem.fold(FOLDS[evaluation_fold]))
            count = len(places)
            if count == 0:
                empty = np.full(len(self.problem.cells), np.nan)
                self._scores[key] = empty, np.broadcast_to(empty, (RESAMPLES, len(empty)))
            else:
                random = generator(self._seed, "tuning", *self._names, evaluation_fold)
                drawn = places[random.integers(count, size=(RESAMPLES, count))]
                self._scores[key] = costs.score(places), costs.score(drawn)
        return self._scores[key]
