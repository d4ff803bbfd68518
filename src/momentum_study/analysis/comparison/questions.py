"""The questions of a study: which arms are compared with which, and by which criteria.

==================  ===========================================  ================================
question            reference                                    arm
==================  ===========================================  ================================
``rules``           plain gradient descent                       every other rule
``rules_decayed``   plain gradient descent with a rate decay     momentum with the same decay
``default_beta``    momentum, β and α tuned                      momentum at the usual β
``default_rate``    momentum at the usual β, α tuned             the same at advised rates only
``correction``      momentum                                     momentum with corrected bias
``schedule``        a rule at a constant rate                    the same rule with a decay
``intervention``    momentum or heavy ball, unchanged            β or α changed during the run
==================  ===========================================  ================================

When β changes during the run, the form matters: the average keeps its α, the heavy ball its η.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from momentum_study.analysis.comparison.arms import Arm, arms_of
from momentum_study.analysis.comparison.criteria import PATH_CRITERIA, SPEED, TEST_LOSS, TRAIN_LOSS
from momentum_study.analysis.comparison.pairs import Comparison
from momentum_study.engine.optimizers import LINEAR_RULES, USUAL_BETA
from momentum_study.engine.schedules import INTERVENTIONS
from momentum_study.tables.arms import CONSTANT, CORRECTED, DESCENT, HEAVY_BALL, MOMENTUM

RULES_QUESTIONS = ("rules", "rules_decayed")
"""Questions in the table `CONTRASTS`; the others are in `ADVICE`."""

FORMS = (MOMENTUM, HEAVY_BALL)
"""The two forms of momentum, which have the same iterates while β is constant."""


@dataclass(frozen=True)
class Defaults:
    """The usual advice: a value of β and a range of learning rates."""

    beta: float = USUAL_BETA
    rates: tuple[float, float] = (0.001, 0.01)


def comparisons(
    cells: pd.DataFrame, targets: list[str], defaults: Defaults
) -> Iterator[Comparison]:
    """Yield every comparison that the cells of a problem allow.

    Parameters
    ----------
    cells
        Cells of the problem, with columns ``rule``, ``schedule``, ``beta``.
    targets
        Targets of the problem.
    defaults
        The usual advice.
    """
    costs = (SPEED, *targets, TRAIN_LOSS, TEST_LOSS)
    present = set(zip(cells["rule"], cells["schedule"], strict=True))
    usual = Arm((MOMENTUM,), defaults.beta)
    has_usual = bool(usual.among(cells).any())
    if (DESCENT, CONSTANT) in present:
        yield from _rules(arms_of(cells), costs, defaults)
    if has_usual:
        yield from _defaults(cells, usual, defaults)
        yield from _corrections(cells, costs)
    for schedule in dict.fromkeys(cells["schedule"]):
        if schedule in INTERVENTIONS:
            for rule in FORMS:
                alone = Arm((rule,), defaults.beta)
                changed = replace(alone, schedule=schedule)
                if alone.among(cells).any() and changed.among(cells).any():
                    yield Comparison("intervention", alone, changed, "every_alpha", (TRAIN_LOSS,))
        elif schedule != CONSTANT:
            yield from _decays(cells, schedule, usual)


def _rules(arms: list[Arm], costs: tuple[str, ...], defaults: Defaults) -> Iterator[Comparison]:
    descent = Arm((DESCENT,))
    others = [arm for arm in arms if arm != descent]
    usual = [arm for arm in others if arm.beta == defaults.beta]
    for arm in others:
        yield Comparison("rules", descent, arm, "tuned", costs)
    for arm in usual + [arm for arm in others if arm.beta is None]:
        if set(arm.rules) <= set(LINEAR_RULES):
            yield Comparison("rules", descent, arm, "same_alpha", costs)
            yield Comparison("rules", descent, arm, "same_eta", costs)
    # The heavy ball has the iterates of momentum, so that it adds nothing to choose from.
    differ = [arm.rules[0] for arm in usual if arm.rules != (HEAVY_BALL,)]
    if len(differ) > 1:
        every = Arm(tuple(differ), defaults.beta)
        yield Comparison("rules", descent, every, "tuned", (SPEED, TEST_LOSS))
    for arm in usual:
        if arm.rules == (MOMENTUM,):
            paths = tuple(PATH_CRITERIA)
            for matched_on in ("same_alpha", "same_eta", "tuned"):
                yield Comparison("rules", descent, arm, matched_on, paths)
            yield Comparison("rules", descent, arm, "every_alpha", (*paths, TRAIN_LOSS))


def _defaults(cells: pd.DataFrame, usual: Arm, defaults: Defaults) -> Iterator[Comparison]:
    tuned = Arm((MOMENTUM,))
    criteria = (SPEED, TEST_LOSS)
    if len(set(cells.loc[cells["rule"] == MOMENTUM, "beta"])) > 1:
        yield Comparison("default_beta", tuned, usual, "tuned", criteria)
    low, high = defaults.rates
    for rates in dict.fromkeys([(low, high), (low, low), (high, high)]):
        advised = replace(usual, rates=rates)
        if advised.among(cells).any():
            yield Comparison("default_rate", usual, advised, "tuned", criteria)


def _corrections(cells: pd.DataFrame, costs: tuple[str, ...]) -> Iterator[Comparison]:
    rules = cells[cells["schedule"] == CONSTANT].groupby("rule")["beta"].unique()
    for beta in rules.get(CORRECTED, []):
        if beta in rules.get(MOMENTUM, []):
            plain, corrected = Arm((MOMENTUM,), float(beta)), Arm((CORRECTED,), float(beta))
            yield Comparison("correction", plain, corrected, "tuned", costs)
            yield Comparison("correction", plain, corrected, "every_alpha", costs[1:])


def _decays(cells: pd.DataFrame, schedule: str, usual: Arm) -> Iterator[Comparison]:
    criteria = (TRAIN_LOSS, TEST_LOSS)
    constant = [arm for arm in (Arm((DESCENT,)), usual) if arm.among(cells).any()]
    decayed = [replace(arm, schedule=schedule) for arm in constant]
    there = [arm.among(cells).any() for arm in decayed]
    for before, after, present in zip(constant, decayed, there, strict=True):
        if present:
            yield Comparison("schedule", before, after, "tuned", criteria)
    if len(there) == 2 and all(there):
        descent, momentum = decayed
        yield Comparison("rules_decayed", descent, momentum, "tuned", criteria)
