"""Learning-rate schedules: the factor f(t) in α_t = α · f(t), for updates t = 0 … T − 1.

Every schedule starts at f(0) = 1, so that a cell's learning rate is its largest one, and depends
on t/T alone, so that the same name means the same shape whatever the number of steps.
"""

import math
from collections.abc import Callable

STEP_FACTOR = 0.1
STEP_FRACTIONS = (0.5, 0.75)
INVERSE_TIME_DECAY = 10.0
EXPONENTIAL_FLOOR = 0.01


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


SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": constant,
    "step": step,
    "inverse_time": inverse_time,
    "cosine": cosine,
    "exponential": exponential,
}
