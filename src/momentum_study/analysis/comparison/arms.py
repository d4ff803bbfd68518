"""Arms: the training methods that are tuned and compared, each a set of cells to choose from."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from momentum_study.analysis.comparison.problems import Mask
from momentum_study.engine.optimizers import LINEAR_RULES, get_rule
from momentum_study.tables.arms import ANY_RULE, CONSTANT, DESCENT, ArmKey


@dataclass(frozen=True)
class Arm:
    """Update rules, and which of their hyperparameters are tuned.

    Attributes
    ----------
    rules
        One rule, or several to choose among.
    beta
        The momentum coefficient; None if it is tuned as well. A rule that is plain gradient descent
        at β = 0 may then choose β = 0 too.
    schedule
        The learning-rate schedule.
    rates
        Smallest and largest learning rate allowed; None for all of the grid.
    """

    rules: tuple[str, ...]
    beta: float | None = None
    schedule: str = CONSTANT
    rates: tuple[float, float] | None = None

    @property
    def key(self) -> ArmKey:
        """Key that identifies the arm in tables."""
        uses_beta = any(_uses_beta(rule) for rule in self.rules)
        return ArmKey(
            self.rules[0] if len(self.rules) == 1 else ANY_RULE,
            self.beta if uses_beta else None,
            uses_beta and self.beta is None,
            self.schedule,
            *(self.rates or (None, None)),
        )

    @property
    def seed_name(self) -> str:
        """Name of the arm for generators of resamples, which lists every rule."""
        return replace(self.key, rule=" or ".join(self.rules)).label

    def among(self, cells: pd.DataFrame) -> Mask:
        """Return a mask of the cells that can be chosen."""
        rule, beta = cells["rule"].to_numpy(), cells["beta"].to_numpy()
        own = np.zeros(len(cells), dtype=bool)
        for name in self.rules:
            at_any_beta = self.beta is None or not _uses_beta(name)
            own |= (rule == name) & (at_any_beta | (beta == self.beta))
        if self.beta is None and set(self.rules) & set(LINEAR_RULES) - {DESCENT}:
            # β = 0 is part of the grid, and is plain gradient descent.
            own |= rule == DESCENT
        own &= cells["schedule"].to_numpy() == self.schedule
        if self.rates is not None:
            low, high = self.rates
            rate = cells["learning_rate"].to_numpy()
            own &= (low * (1 - 1e-9) <= rate) & (rate <= high * (1 + 1e-9))
        return own


def _uses_beta(rule: str) -> bool:
    return get_rule(rule).uses_beta


def arms_of(cells: pd.DataFrame, schedule: str = CONSTANT) -> list[Arm]:
    """List the arms of a problem under one schedule.

    These are gradient descent without momentum, each rule at each of its values of β, and each rule
    with several values of β with β tuned.
    """
    arms = []
    scheduled = cells[cells["schedule"] == schedule]
    for rule, own in scheduled.groupby("rule", sort=True):
        if not _uses_beta(str(rule)):
            arms.append(Arm((str(rule),), schedule=schedule))
            continue
        betas = sorted(own["beta"].unique())
        arms += [Arm((str(rule),), float(beta), schedule) for beta in betas]
        if len(betas) > 1:
            arms.append(Arm((str(rule),), None, schedule))
    return arms
