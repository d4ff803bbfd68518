"""Schedules: the learning rate α and the coefficient β of a cell at updates t = 0 … T − 1.

Every schedule starts at α_t = α · f(0) with f(0) = 1 and with the cell's β, and depends on t/T
alone, so that a name means the same shape for any number of steps.

Most decrease the learning rate. Four change one number once, at a quarter of the budget, to test
the advice to change it during a run: `rate_up` and `rate_down` double and halve α, `beta_up` and
`beta_down` double and halve 1/(1 − β). They match each other: α = η/(1 − β), so that for a heavy
ball, which keeps η, doubling 1/(1 − β) doubles α. A moving average keeps α instead, and `beta_up`
halves η. The velocity is not changed.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from momentum_study.engine.optimizers import Array

STEP_FACTOR = 0.1
STEP_FRACTIONS = (0.5, 0.75)
INVERSE_TIME_DECAY = 10.0
EXPONENTIAL_FLOOR = 0.01
CHANGE_AT = 0.25
CHANGE_FACTOR = 2.0


def constant(progress: float) -> float:
    """f = 1."""
    return 1.0


def step(progress: float) -> float:
    """f = 1, then 0.1 from half of the budget on, then 0.01 from three quarters on."""
    return STEP_FACTOR ** sum(progress >= fraction for fraction in STEP_FRACTIONS)


def inverse_time(progress: float) -> float:
    """f = 1 / (1 + 10 t/T), the 1-over-t decay, ending at 1/11."""
    return 1.0 / (1.0 + INVERSE_TIME_DECAY * progress)


def cosine(progress: float) -> float:
    """f = (1 + cos(π t/T)) / 2, ending near 0."""
    return 0.5 * (1.0 + math.cos(math.pi * progress))


def exponential(progress: float) -> float:
    """f = 0.01^(t/T)."""
    return float(EXPONENTIAL_FLOOR**progress)


def rate_up(progress: float) -> float:
    """f = 1, then 2 from a quarter of the budget on."""
    return CHANGE_FACTOR if progress >= CHANGE_AT else 1.0


def rate_down(progress: float) -> float:
    """f = 1, then 1/2 from a quarter of the budget on."""
    return 1.0 / CHANGE_FACTOR if progress >= CHANGE_AT else 1.0


def beta_up(beta: Array, progress: float) -> Array:
    """β, then 1 − (1 − β)/2 from a quarter of the budget on: 0.9 becomes 0.95."""
    return 1.0 - (1.0 - beta) / CHANGE_FACTOR if progress >= CHANGE_AT else beta


def beta_down(beta: Array, progress: float) -> Array:
    """β, then 1 − 2(1 − β), or 0 if that is less, from a quarter of the budget on.

    0.9 becomes 0.8; below 0.5, 1/(1 − β) cannot be halved.
    """
    if progress < CHANGE_AT:
        return beta
    return np.maximum(0.0, 1.0 - (1.0 - beta) * CHANGE_FACTOR)


@dataclass(frozen=True)
class Schedule:
    """The learning rate and β at a given progress t/T.

    Attributes
    ----------
    rate
        ``rate(progress)``: the factor f of the learning rate, 1 at the start.
    beta
        ``beta(beta, progress)``: the current coefficients of cells with coefficients ``beta``, an
        array of any shape; equal to it at the start. None if β does not change.
    """

    rate: Callable[[float], float] = constant
    beta: Callable[[Array, float], Array] | None = None


SCHEDULES: dict[str, Schedule] = {
    "constant": Schedule(),
    "step": Schedule(step),
    "inverse_time": Schedule(inverse_time),
    "cosine": Schedule(cosine),
    "exponential": Schedule(exponential),
    "rate_up": Schedule(rate_up),
    "rate_down": Schedule(rate_down),
    "beta_up": Schedule(beta=beta_up),
    "beta_down": Schedule(beta=beta_down),
}

INTERVENTIONS = ("rate_up", "rate_down", "beta_up", "beta_down")
"""The schedules that change one number once, during the run."""
