"""Performance profiles over the problems of a study: how often an arm is close to the best."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.analysis.comparison.arms import Arm
from momentum_study.analysis.comparison.criteria import SPEED, TEST_LOSS, Costs, targets_of
from momentum_study.analysis.comparison.problems import Mask, Problem
from momentum_study.analysis.comparison.trials import usual_arms
from momentum_study.analysis.comparison.tuning import FOLDS, Tuner
from momentum_study.engine.optimizers import USUAL_BETA
from momentum_study.statistics.estimates import FloatArray, wilson_interval
from momentum_study.statistics.intervals import USUAL_INTERVALS, Intervals
from momentum_study.statistics.paired import FEWEST_ARMS, FEWEST_PROBLEMS, friedman_ranks
from momentum_study.statistics.profiles import performance_profile
from momentum_study.tables.arms import ARM_KEYS, DESCENT, HEAVY_BALL, MOMENTUM, arms_of_rows
from momentum_study.tables.files import joined_tables
from momentum_study.tables.keys import PROBLEM_KEYS
from momentum_study.tables.schemas.arm_costs import ARM_COSTS
from momentum_study.tables.schemas.profiles import PROFILES

RATIOS = 10.0 ** (np.arange(41) / 40)
"""From 1, the cost of the best arm, to 10 times this cost."""


@dataclass(frozen=True)
class Result:
    """Result of an arm on a problem: its cost, +∞ if it failed, and counts of runs and failures."""

    cost: float
    n_runs: int
    n_failed: int


def tuned_result(tuner: Tuner, arm: Arm, criterion: str, complete: Mask) -> Result:
    """Tune an arm on each fold of the replicates and evaluate it on the other.

    The cost is the geometric mean over the two folds of the expected running time, or of the mean
    outcome. It is infinite if on either fold no run reaches the target, or, for losses, if one
    diverges.

    Parameters
    ----------
    tuner
        The tuner of a problem that has replicates in both folds.
    arm
        The arm, which has complete cells.
    criterion
        `SPEED` or a key of the tuner's costs.
    complete
        ``(cells,)``: cells that were run in every replicate.
    """
    scores = []
    failed = 0
    for fold in FOLDS:
        places = np.flatnonzero(tuner.problem.fold(fold))
        judged = tuner.criterion_of(criterion, fold)
        choice = tuner.choose(arm, judged, fold, complete)
        assert choice is not None  # there are cells, and replicates to choose on
        costs = tuner.costs[judged]
        outcome = costs.outcome[[choice.cell]]
        scores.append(Costs(outcome, outcome, costs.budget).score(places)[0])
        failed += int(np.isinf(outcome[0, places]).sum())
    return Result(float(np.exp(np.log(scores).mean())), len(tuner.problem.replicates), failed)


def arm_costs_table(
    problems: Iterable[Problem],
    floor: float,
    intervals: Intervals = USUAL_INTERVALS,
    beta: float = USUAL_BETA,
) -> pd.DataFrame:
    """Evaluate the arms of performance profiles on each problem.

    The arms are plain gradient descent, momentum with β tuned and at the usual β, and the other
    rules at the usual β, all with a constant, tuned learning rate. The heavy ball is left out if
    there is momentum: it is the same rule with another definition of the learning rate. Only
    problems without injected noise are used, and only arms that were run in all replicates of a
    problem.

    Parameters
    ----------
    problems
        The problems to compare on. Those with replicates in both folds are used.
    floor
        Smallest relative loss.
    intervals
        Seed of the tuner.
    beta
        The usual momentum coefficient.

    Returns
    -------
    DataFrame
        Of the schema `ARM_COSTS`.
    """
    rows = [
        row
        for problem in problems
        if problem.keys["gradient_noise"] == 0 and all(problem.fold(name).any() for name in FOLDS)
        for row in _arm_costs(Tuner(problem, floor, intervals.seed), beta)
    ]
    return joined_tables([pd.DataFrame(rows)] if rows else [], ARM_COSTS)


def _arm_costs(tuner: Tuner, beta: float) -> Iterator[dict[str, Any]]:
    problem = tuner.problem
    complete = np.asarray(~np.isnan(problem.columns["steps"]).any(axis=1))
    arms = usual_arms(problem.cells.loc[complete], beta)
    has_momentum = any(arm.rules == (MOMENTUM,) for arm in arms)
    for arm in arms:
        twice = has_momentum and arm.rules == (HEAVY_BALL,)
        if twice or (arm.beta is None and arm.rules not in ((DESCENT,), (MOMENTUM,))):
            continue
        for criterion in (SPEED, TEST_LOSS) if targets_of(problem) else (TEST_LOSS,):
            yield {
                **{name: problem.keys[name] for name in PROBLEM_KEYS},
                "criterion": criterion,
                **arm.key.columns(),
                **vars(tuned_result(tuner, arm, criterion, complete)),
            }


def profiles_table(costs: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Compute the performance profiles of a study, by family and criterion.

    The compared arms are those in common to all problems with the largest number of arms, and they
    are compared on every problem that has all of them.

    The band is for the shares on other data sets. Problems that differ only in their batch size
    tend to have similar results, so that they count as one: the band is Wilson's interval for the
    share with the number of *data sets* as the number of trials. A bootstrap over problems or data
    sets would have no width if an arm is within the ratio everywhere, or nowhere.

    Parameters
    ----------
    costs
        Of the schema `ARM_COSTS`, of all problems.
    confidence
        Level of the bands.

    Returns
    -------
    DataFrame
        Of the schema `PROFILES`. ``n_unsolved`` counts the problems on which the arm failed,
        ``n_runs`` and ``n_failed`` the runs that were evaluated.

    References
    ----------
    Dolan & Moré (2002), Benchmarking optimization software with performance profiles.
    """
    numbered = costs.assign(
        problem=costs.groupby(list(PROBLEM_KEYS)).ngroup(),
        arm=arms_of_rows(costs).map(lambda arm: arm.label),
    )
    by_criterion = numbered.groupby(["family", "criterion"], sort=True)
    parts = [_profile(own, confidence) for _, own in by_criterion]
    return joined_tables(parts, PROFILES)


def _profile(results: pd.DataFrame, confidence: float) -> pd.DataFrame:
    """Return the profile of the arms in common to all problems with the most arms.

    The results are from one family and criterion.
    """
    arms_of_problem = results.groupby("problem")["arm"].agg(frozenset)
    most = arms_of_problem.map(len).max()
    arms = frozenset.intersection(*(own for own in arms_of_problem if len(own) == most))
    numbers = [number for number, own in arms_of_problem.items() if arms <= own]
    kept = results[results["problem"].isin(numbers) & results["arm"].isin(arms)]
    costs = kept.pivot_table(index="problem", columns="arm", values="cost")
    share = performance_profile(costs, RATIOS)
    datasets = kept["dataset"].nunique()
    low, high = wilson_interval(share * datasets, datasets, confidence)
    ranks, p_value = _ranked(costs.to_numpy())
    sums = kept.groupby("arm")[["n_runs", "n_failed"]].sum()
    arm_columns = kept.drop_duplicates("arm").set_index("arm")[list(ARM_KEYS)]
    return pd.DataFrame(
        {
            **results[["family", "criterion"]].iloc[0],
            **{
                name: np.repeat(arm_columns.loc[costs.columns, name].to_numpy(), len(RATIOS))
                for name in ARM_KEYS
            },
            "ratio": np.tile(RATIOS, len(costs.columns)),
            "share": share.ravel(),
            "share_low": low.ravel(),
            "share_high": high.ravel(),
            "n_problems": len(costs),
            "n_unsolved": np.repeat(np.isinf(costs).sum().to_numpy(), len(RATIOS)),
            "mean_rank": np.repeat(ranks, len(RATIOS)),
            "friedman_p": p_value,
            "n_runs": np.repeat(sums["n_runs"].to_numpy(), len(RATIOS)),
            "n_failed": np.repeat(sums["n_failed"].to_numpy(), len(RATIOS)),
        }
    )


def _ranked(costs: FloatArray) -> tuple[FloatArray, float]:
    """Return mean ranks of ``(problems, arms)`` and Friedman's p-value; NaN with too few."""
    problems, arms = costs.shape
    if problems < FEWEST_PROBLEMS or arms < FEWEST_ARMS:
        return np.full(arms, np.nan), np.nan
    return friedman_ranks(costs)
