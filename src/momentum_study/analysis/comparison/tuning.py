"""Tuning: choosing an arm's cell on one half of the replicates, to report it on the other."""

from dataclasses import dataclass, replace

import numpy as np

from momentum_study.analysis.comparison.arms import Arm
from momentum_study.analysis.comparison.criteria import SPEED, TRAIN_LOSS, all_costs, targets_of
from momentum_study.analysis.comparison.problems import Mask, Problem
from momentum_study.analysis.comparison.targets import hardest_target
from momentum_study.core.seeds import generator
from momentum_study.statistics.estimates import FloatArray

HALVES = {"odd": "even", "even": "odd"}
"""The half that is reported → the half that chooses."""

RESAMPLES = 200


@dataclass(frozen=True)
class Choice:
    """What was chosen for an arm.

    Attributes
    ----------
    cell
        Row of the problem's cells.
    score
        Its score on the half that chose.
    win_share
        How often it wins if the replicates of that half are drawn anew with replacement.
    trials
        Number of cells there were to choose from.
    """

    cell: int
    score: float
    win_share: float
    trials: int


class Tuner:
    """The choices on one problem, for any arm, criterion and half.

    The cells of a problem are in the order of α, then β: of equal scores the first wins.
    """

    def __init__(self, problem: Problem, floor: float, seed: int) -> None:
        self.problem = problem
        self.costs = all_costs(problem, targets_of(problem), floor)
        self._scores: dict[tuple[str, str], tuple[FloatArray, FloatArray]] = {}
        self._among: dict[Arm, Mask] = {}
        self._targets: dict[str, str] = {}
        self._free: dict[tuple[Arm, str, str], Choice | None] = {}
        cells = problem.cells
        self._order = np.lexsort((cells["beta"].to_numpy(), cells["alpha"].to_numpy()))
        self._names = [str(value) for value in problem.keys.values()]
        self._seed = seed

    def among(self, arm: Arm) -> Mask:
        """Say of each cell ``(cells,)`` whether the arm can choose it."""
        if arm not in self._among:
            self._among[arm] = arm.among(self.problem.cells)
        return self._among[arm]

    def criterion_of(self, name: str, reported: str) -> str:
        """Return the criterion meant by a name: for `SPEED` a target.

        It is the hardest that plain descent reaches on the half that chooses.
        """
        if name != SPEED:
            return name
        if reported not in self._targets:
            chooses = self.problem.half(HALVES[reported])
            self._targets[reported] = hardest_target(self.problem, self.costs, chooses)
        return self._targets[reported]

    def choose(
        self, arm: Arm, criterion: str, reported: str, allowed: Mask | None = None
    ) -> Choice | None:
        """Choose an arm's cell for the half that is reported, on the other half.

        Parameters
        ----------
        arm
            What to choose from.
        criterion
            A key of ``costs``.
        reported
            A key of `HALVES`.
        allowed
            ``(cells,)`` further restriction.

        Returns
        -------
        Choice or None
            None if there is no cell to choose from, or no replicate to choose by. Where every cell
            failed, as when none reached a target, the one of the lowest training loss is chosen.
        """
        if allowed is not None:
            return self._choose(arm, criterion, reported, allowed)
        # Every arm is compared with plain descent: its choice is asked for again and again.
        key = (arm, criterion, reported)
        if key not in self._free:
            self._free[key] = self._choose(*key, None)
        return self._free[key]

    def _choose(
        self, arm: Arm, criterion: str, reported: str, allowed: Mask | None
    ) -> Choice | None:
        scores, resampled = self._scored(criterion, reported)
        among = self.among(arm) & ~np.isnan(scores)
        if allowed is not None:
            among &= allowed
        places = self._order[among[self._order]]
        if len(places) == 0:
            return None
        if criterion != TRAIN_LOSS and np.isinf(scores[places]).all():
            by_loss = self.choose(arm, TRAIN_LOSS, reported, allowed)
            return by_loss and replace(by_loss, score=np.inf)
        best = int(places[np.argmin(scores[places])])
        winners = places[np.argmin(resampled[:, places], axis=1)]
        return Choice(best, float(scores[best]), float((winners == best).mean()), len(places))

    def score_on(self, criterion: str, cell: int, half: str) -> float:
        """Score of a cell on a half of the replicates."""
        places = np.flatnonzero(self.problem.half(half))
        return float(self.costs[criterion].score(places)[cell]) if len(places) else np.nan

    def _scored(self, criterion: str, reported: str) -> tuple[FloatArray, FloatArray]:
        """Scores ``(cells,)`` on the half that chooses, ``(RESAMPLES, cells)`` on its resamples."""
        key = (criterion, reported)
        if key not in self._scores:
            costs = self.costs[criterion]
            places = np.flatnonzero(self.problem.half(HALVES[reported]))
            count = len(places)
            if count == 0:
                empty = np.full(len(self.problem.cells), np.nan)
                self._scores[key] = empty, np.broadcast_to(empty, (RESAMPLES, len(empty)))
            else:
                random = generator(self._seed, "tuning", *self._names, reported)
                drawn = places[random.integers(count, size=(RESAMPLES, count))]
                self._scores[key] = costs.score(places), costs.score(drawn)
        return self._scores[key]
