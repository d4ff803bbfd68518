"""Pairs: two runs from the same start, one of the arm and one of the reference, with their gain.

Three comparisons match a chosen cell of the arm with a chosen cell of the reference. Both cells are
chosen on one fold of the replicates and compared on the other, for each fold in turn:

``tuned``
    the best cell of each arm, if at least one of them has several to choose from;
``same_alpha``, ``same_eta``
    the best cell of the reference, and the best cell of the arm with the same α, or the same η.

The fourth comparison, ``every_alpha``, chooses no cells: it pairs all replicates at each α that
both have.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from momentum_study.analysis.comparison.arms import Arm
from momentum_study.analysis.comparison.criteria import (
    PATH_CRITERIA,
    TRAIN_LOSS,
    criterion_columns,
)
from momentum_study.analysis.comparison.problems import Mask
from momentum_study.analysis.comparison.tuning import FOLDS, Choice, Tuner
from momentum_study.statistics.paired import log_ratio
from momentum_study.tables.arms import REFERENCE_KEYS

MatchedOn = Literal["same_alpha", "same_eta", "tuned", "every_alpha"]

# Rates are products such as (1 − 0.9) · 3: equal up to rounding.
_SAME = 1e-9


@dataclass(frozen=True)
class Comparison:
    """A comparison of an arm with a reference.

    Attributes
    ----------
    question
        Name of the question, from `momentum_study.analysis.comparison.questions`.
    reference, arm
        The arms to compare.
    matched_on
        How cells are matched.
    criteria
        The criteria of the comparison.
    """

    question: str
    reference: Arm
    arm: Arm
    matched_on: MatchedOn
    criteria: tuple[str, ...]

    @property
    def columns(self) -> dict[str, Any]:
        """Return the columns that identify it in tables."""
        return {
            "question": self.question,
            "comparison": self.matched_on,
            **self.reference.key.columns(REFERENCE_KEYS),
            **self.arm.key.columns(),
        }

    @property
    def seed_names(self) -> tuple[str, ...]:
        """Names of the comparison for generators of resamples."""
        return (self.question, self.matched_on, self.reference.seed_name, self.arm.seed_name)


Pairs = dict[str, NDArray[Any]]
"""Columns of the schema `PAIRS`, those that differ within a comparison."""


def compare(
    tuner: Tuner, comparison: Comparison, states: NDArray[np.str_] | None = None
) -> Iterator[tuple[str, Pairs, str]]:
    """Yield, for each criterion, its name, its pairs, and the reason if there are no pairs.

    Parameters
    ----------
    tuner
        The tuner of the problem.
    comparison
        The comparison.
    states
        ``(cells, R)``: early state of each run, for ``every_alpha``.
    """
    for criterion in comparison.criteria:
        if comparison.matched_on == "every_alpha":
            parts, reasons = _at_every_alpha(tuner, comparison, criterion, states)
        else:
            parts, reasons = _chosen(tuner, comparison, criterion)
        yield criterion, _joined(parts), "; ".join(reasons)


def _chosen(tuner: Tuner, comparison: Comparison, criterion: str) -> tuple[list[Pairs], list[str]]:
    parts, reasons = [], []
    sides = (comparison.reference, comparison.arm)
    if comparison.matched_on == "tuned" and not any(map(tuner.can_tune, sides)):
        # Otherwise a comparison at rates that nobody chose would be reported as one of the best.
        return [], ["each side has one learning rate: nothing was tuned"]
    for fold in FOLDS:
        places = np.flatnonzero(tuner.problem.fold(fold))
        if len(places) == 0:
            reasons.append(f"no replicates are {fold}")
            continue
        judged = tuner.criterion_of(criterion, fold)
        chosen_by = TRAIN_LOSS if criterion in PATH_CRITERIA else judged
        reference = tuner.choose(comparison.reference, chosen_by, fold)
        arm = reference and tuner.choose(
            comparison.arm, chosen_by, fold, _matching(tuner, comparison.matched_on, reference)
        )
        if reference is None or arm is None:
            lacking = comparison.reference if reference is None else comparison.arm
            reasons.append(f"{lacking.key.label} has no such cell (evaluated on: {fold})")
            continue
        cells = np.array([reference.cell]), np.array([arm.cell])
        parts.append(_pairs(tuner, judged, *cells, places))
    return parts, reasons


def _matching(tuner: Tuner, matched_on: MatchedOn, reference: Choice) -> Mask | None:
    if matched_on == "tuned":
        return None
    rates = tuner.problem.cell_columns[matched_on.removeprefix("same_")]
    same: Mask = np.isclose(rates, rates[reference.cell], rtol=_SAME, atol=0)
    return same


def _at_every_alpha(
    tuner: Tuner, comparison: Comparison, criterion: str, states: NDArray[np.str_] | None
) -> tuple[list[Pairs], list[str]]:
    alpha = tuner.problem.cell_columns["alpha"]
    references = np.flatnonzero(tuner.among(comparison.reference))
    arms = np.flatnonzero(tuner.among(comparison.arm))
    same = np.isclose(alpha[references][:, None], alpha[arms], rtol=_SAME, atol=0)
    first, second = np.nonzero(same)
    if len(first) == 0:
        return [], [f"{comparison.arm.key.label} and {comparison.reference.key.label} share no α"]
    places = np.arange(len(tuner.problem.replicates))
    return [_pairs(tuner, criterion, references[first], arms[second], places, states)], []


def _pairs(
    tuner: Tuner,
    criterion: str,
    references: NDArray[np.intp],
    arms: NDArray[np.intp],
    places: NDArray[np.intp],
    states: NDArray[np.str_] | None = None,
) -> Pairs:
    """Pair reference and arm cells one by one, on the replicates at the given positions."""
    problem = tuner.problem
    first, second = np.ix_(references, places), np.ix_(arms, places)
    if criterion in PATH_CRITERIA:
        values = np.where(problem.completed, problem.columns[PATH_CRITERIA[criterion]], np.nan)
        reference_cost, cost = values[first], values[second]
        gain = reference_cost - cost
    else:
        outcome = tuner.costs[criterion].outcome
        reference_cost, cost = outcome[first], outcome[second]
        gain = log_ratio(reference_cost, cost)
    there = ~np.isnan(problem.columns["steps"])
    diverged = there & ~problem.completed
    both = (there[first] & there[second]).ravel()
    cells = problem.cell_columns
    count = len(places)
    pairs = {
        "replicate": np.tile(problem.replicates[places], len(references)),
        "reference_beta": np.repeat(cells["beta"][references], count),
        "reference_rate": np.repeat(cells["learning_rate"][references], count),
        "rule": np.repeat(cells["rule"][arms], count),
        "beta": np.repeat(cells["beta"][arms], count),
        "learning_rate": np.repeat(cells["learning_rate"][arms], count),
        "alpha": np.repeat(cells["alpha"][arms], count),
        "state": np.full(both.shape, "") if states is None else states[first].ravel(),
        "reference_cost": reference_cost.ravel(),
        "cost": cost.ravel(),
        "reference_diverged": diverged[first].ravel(),
        "diverged": diverged[second].ravel(),
        "gain": gain.ravel(),
        "target": np.full(both.shape, criterion_columns(criterion)["target"]),
    }
    return {name: np.asarray(values)[both] for name, values in pairs.items()}


def _joined(parts: list[Pairs]) -> Pairs:
    if not parts:
        return {}
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
