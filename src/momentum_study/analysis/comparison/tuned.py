"""Tuned cells: the cell chosen for each arm on one fold, and its results on the other."""

import math
from itertools import product
from typing import Any

import numpy as np

from momentum_study.analysis.comparison.arms import Arm
from momentum_study.analysis.comparison.criteria import (
    PATH_CRITERIA,
    SPEED,
    Costs,
    criterion_columns,
)
from momentum_study.analysis.comparison.problems import Mask, Problem
from momentum_study.analysis.comparison.questions import Defaults, comparisons
from momentum_study.analysis.comparison.tuning import FOLDS, Choice, Tuner
from momentum_study.statistics.estimates import median
from momentum_study.tables.arms import DESCENT
from momentum_study.tables.schemas.tuned import EXTENSIONS, TUNED

_NOTHING: dict[str, Any] = {
    name: {"str": "", "int64": 0}.get(column.dtype, np.nan)
    for name, column in TUNED.columns.items()
    if name not in TUNED.keys
}
"""The results where no cell could be chosen."""

_CHOSEN = ("rule", "beta", "learning_rate", "alpha", "eta")


def tuned_rows(tuner: Tuner, targets: list[str], defaults: Defaults) -> list[dict[str, Any]]:
    """List the rows of the schema `TUNED` of one problem.

    These are the unrestricted choices for each arm and reference of its comparisons, by each of
    their criteria.
    """
    choices = dict.fromkeys(
        (arm, criterion)
        for comparison in comparisons(tuner.problem.cells, targets, defaults)
        if comparison.matched_on == "tuned"
        for arm in (comparison.reference, comparison.arm)
        for criterion in comparison.criteria
        if criterion not in PATH_CRITERIA
    )
    return [_row(tuner, arm, criterion, fold) for (arm, criterion), fold in product(choices, FOLDS)]


def _row(tuner: Tuner, arm: Arm, criterion: str, fold: str) -> dict[str, Any]:
    problem = tuner.problem
    judged = tuner.criterion_of(criterion, fold)
    row = {
        **{name: problem.keys[name] for name in problem.keys if name != "batch_size"},
        **arm.key.columns(),
        **criterion_columns(judged),
        **({"criterion": SPEED} if criterion == SPEED else {}),
        "evaluation_fold": fold,
    }
    choice = tuner.choose(arm, judged, fold)
    if choice is None:
        trials = int(tuner.among(arm).sum())
        return {**row, **_NOTHING, "n_trials": trials, "reason": "no replicate to choose by"}
    score = tuner.score_on(judged, choice.cell, fold)
    # Both are infinite where no run of either fold reached the target.
    with np.errstate(invalid="ignore", divide="ignore"):
        optimism = float(np.log(score / choice.score))
    evaluated = _evaluated(problem, tuner.costs[judged], choice, fold)
    return {
        **row,
        "n_trials": choice.trials,
        **{name: problem.cell_columns[name][choice.cell] for name in _CHOSEN},
        "selection_score": choice.score,
        "evaluation_score": score,
        "optimism": optimism,
        **evaluated,
        "win_share": choice.win_share,
        **grid_extension(problem, arm, tuner.among(arm), choice.cell),
        "reason": _why_untuned(tuner, arm, choice, evaluated["n_evaluated"]),
    }


def _why_untuned(tuner: Tuner, arm: Arm, choice: Choice, evaluated: int) -> str:
    if not evaluated:
        return "no replicate to evaluate on"
    if np.isnan(choice.win_share):
        return "every cell failed"
    return "" if tuner.can_tune(arm) or arm.rates else "there is one learning rate"


def _evaluated(problem: Problem, costs: Costs, choice: Choice, fold: str) -> dict[str, Any]:
    places = problem.fold(fold) & ~np.isnan(costs.outcome[choice.cell])
    outcome = costs.outcome[choice.cell, places]
    diverged = ~problem.completed[choice.cell, places]
    median_updates = np.nan
    if costs.budget is not None and len(outcome):
        # All runs have the same budget, so that this is also the median of Kaplan and Meier.
        median_updates = float(median(outcome))
    return {
        "median_updates": median_updates,
        "outcome": float(np.exp(np.log(outcome).mean())) if len(outcome) else np.nan,
        "n_evaluated": len(outcome),
        "n_diverged": int(diverged.sum()),
        "n_missed": int((np.isinf(outcome) & ~diverged).sum()),
    }


def grid_extension(problem: Problem, arm: Arm, among: Mask, cell: int) -> dict[str, float]:
    """Return how to extend the grid if a chosen cell is on its edge.

    The next learning rate continues the grid by its last ratio, the next β by the last ratio of
    1/(1 − β). A rule that can choose plain gradient descent needs no smaller β.

    Parameters
    ----------
    problem, arm
        The problem, and the arm that was tuned.
    among
        ``(cells,)``: which cells the arm can choose from.
    cell
        The chosen cell.

    Returns
    -------
    dict
        The value to add to the grid on each side, with keys `EXTENSIONS`; NaN if the chosen cell is
        not on that edge.
    """
    columns = problem.cell_columns
    rule, beta, rate = (columns[name][cell] for name in ("rule", "beta", "learning_rate"))
    rules, betas, rates = (columns[name][among] for name in ("rule", "beta", "learning_rate"))
    extension = dict.fromkeys(EXTENSIONS, np.nan)
    own_rates = np.unique(rates[(rules == rule) & (betas == beta)])
    if arm.rates is None and len(own_rates) > 1:
        for end, neighbor, side in ((0, 1, "below"), (-1, -2, "above")):
            if rate == own_rates[end]:
                beyond = float(f"{own_rates[end] ** 2 / own_rates[neighbor]:.1g}")
                extension[f"extend_rate_{side}"] = beyond
    own_betas = np.unique(betas[rules == rule])
    if arm.beta is None and rule != DESCENT and len(own_betas) > 1:
        if beta == own_betas[-1]:
            remainder = (1 - own_betas[-1]) ** 2 / (1 - own_betas[-2])
            digits = 1 - math.floor(math.log10(remainder))
            extension["extend_beta_above"] = round(1 - remainder, digits)
        elif beta == own_betas[0] and DESCENT not in rules:
            extension["extend_beta_below"] = 0.0
    return extension
