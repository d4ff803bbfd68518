"""Tuned cells: what the tuning of each arm chose, and how it did where it had no say."""

import math
from itertools import product
from typing import Any

import numpy as np

from momentum_study.analysis.comparison.arms import DESCENT, Arm
from momentum_study.analysis.comparison.criteria import PATH_CRITERIA, Costs
from momentum_study.analysis.comparison.problems import Mask, Problem
from momentum_study.analysis.comparison.questions import Defaults, comparisons
from momentum_study.analysis.comparison.tuning import HALVES, Choice, Tuner
from momentum_study.core.text import format_number
from momentum_study.statistics.censoring import kaplan_meier_median

_CHOSEN = ("rule", "beta", "learning_rate", "alpha", "eta")


def tuned_rows(tuner: Tuner, targets: list[str], defaults: Defaults) -> list[dict[str, Any]]:
    """List the rows of the schema `TUNED` of one problem.

    They are the free choices that its comparisons rest on: of each arm and reference, by each
    criterion of theirs.
    """
    choices = dict.fromkeys(
        (arm, criterion)
        for comparison in comparisons(tuner.problem.cells, targets, defaults)
        if comparison.basis == "tuned"
        for arm in (comparison.reference, comparison.arm)
        for criterion in comparison.criteria
        if criterion not in PATH_CRITERIA
    )
    return [
        _row(tuner, arm, criterion, reported)
        for (arm, criterion), reported in product(choices, HALVES)
    ]


def _row(tuner: Tuner, arm: Arm, criterion: str, reported: str) -> dict[str, Any]:
    problem = tuner.problem
    judged = tuner.criterion_of(criterion, reported)
    keys = {name: problem.keys[name] for name in problem.keys if name != "batch_size"}
    row = {**keys, "arm": arm.name, "criterion": criterion, "reported": reported}
    row["target"] = judged if judged != criterion else ""
    choice = tuner.choose(arm, judged, reported)
    if choice is None:
        return {**row, **_nothing(int(tuner.among(arm).sum()))}
    score = tuner.score_on(judged, choice.cell, reported)
    # Both infinite where no run of either half reached the target.
    with np.errstate(invalid="ignore", divide="ignore"):
        optimism = float(np.log(score / choice.score))
    return {
        **row,
        "n_trials": choice.trials,
        **{name: problem.cell_columns[name][choice.cell] for name in _CHOSEN},
        "selected_score": choice.score,
        "reported_score": score,
        "optimism": optimism,
        **_reported(problem, tuner.costs[judged], choice, reported),
        "win_share": choice.win_share,
        "edge": edge_of_grid(problem, arm, tuner.among(arm), choice.cell),
        "reason": "",
    }


def _nothing(trials: int) -> dict[str, Any]:
    numbers = ("beta", "learning_rate", "alpha", "eta", "selected_score", "reported_score")
    return {
        "n_trials": trials,
        "rule": "",
        **dict.fromkeys((*numbers, "optimism", "outcome", "median_updates", "win_share"), np.nan),
        **dict.fromkeys(("n_reported", "n_diverged", "n_missed"), 0),
        "edge": "",
        "reason": "no replicate to choose by",
    }


def _reported(problem: Problem, costs: Costs, choice: Choice, reported: str) -> dict[str, Any]:
    half = problem.half(reported) & ~np.isnan(costs.outcome[choice.cell])
    outcome = costs.outcome[choice.cell, half]
    diverged = ~problem.completed[choice.cell, half]
    median_updates = np.nan
    if costs.budget is not None and len(outcome):
        median_updates = kaplan_meier_median(outcome, costs.budget)
    return {
        "median_updates": median_updates,
        "outcome": float(np.exp(np.log(outcome).mean())) if len(outcome) else np.nan,
        "n_reported": len(outcome),
        "n_diverged": int(diverged.sum()),
        "n_missed": int((np.isinf(outcome) & ~diverged).sum()),
    }


def edge_of_grid(problem: Problem, arm: Arm, among: Mask, cell: int) -> str:
    """Say how to extend the grid if a chosen cell lies on its edge; nothing if it lies within.

    The next learning rate continues the grid by its last ratio, the next β by the last ratio of
    1/(1 − β). Below the smallest β of a rule that can choose plain descent nothing is missing.

    Parameters
    ----------
    problem, arm
        What was tuned.
    among
        ``(cells,)``: which cells the arm can choose from.
    cell
        The cell that it chose.
    """
    columns = problem.cell_columns
    rule, beta, rate = (columns[name][cell] for name in ("rule", "beta", "learning_rate"))
    rules, betas, rates = (columns[name][among] for name in ("rule", "beta", "learning_rate"))
    advice = []
    own_rates = np.unique(rates[(rules == rule) & (betas == beta)])
    if arm.rates is None and len(own_rates) > 1:
        for end, beside, where in ((0, 1, "below"), (-1, -2, "above")):
            if rate == own_rates[end]:
                beyond = float(f"{own_rates[end] ** 2 / own_rates[beside]:.1g}")
                advice.append(f"learning_rates {where}: add {format_number(beyond)}")
    own_betas = np.unique(betas[rules == rule])
    if arm.beta is None and rule != DESCENT and len(own_betas) > 1:
        if beta == own_betas[-1]:
            remainder = (1 - own_betas[-1]) ** 2 / (1 - own_betas[-2])
            digits = 1 - math.floor(math.log10(remainder))
            advice.append(f"beta above: add {format_number(round(1 - remainder, digits))}")
        elif beta == own_betas[0] and DESCENT not in rules:
            advice.append("beta below: add 0")
    return "; ".join(advice)
