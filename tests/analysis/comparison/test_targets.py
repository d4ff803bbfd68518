import numpy as np
import pytest

from momentum_study.analysis.comparison.criteria import all_costs, targets_of
from momentum_study.analysis.comparison.targets import hardest_target
from tests.analysis.comparison.made_problems import FLOOR, made_problem

EASY, MIDDLE, HARD = (f"steps_to_{target}" for target in (0.5, 0.2, 0.1))
SLOW, FAST, OTHER = ("gd", 0.0, 0.1), ("gd", 0.0, 1.0), ("momentum", 0.9, 1.0)


@pytest.mark.parametrize(
    ("replicates", "expected"),
    [([1, 1, 1], EASY), ([1, 1, 0], MIDDLE), ([1, 0, 0], HARD), ([0, 0, 0], EASY)],
)
def test_the_hardest_target_that_gradient_descent_reaches_in_every_replicate(replicates, expected):
    missed = np.nan
    problem = made_problem(
        dict.fromkeys((SLOW, FAST, OTHER), [0.1] * 3),
        times={
            "0.5": {SLOW: [50, 50, 50], FAST: [5, 5, missed], OTHER: [1, 1, 1]},
            "0.2": {SLOW: [missed] * 3, FAST: [9, 9, missed], OTHER: [2, 2, 2]},
            # One and the same rate has to reach it in all replicates.
            "0.1": {SLOW: [missed, 90, missed], FAST: [20, missed, missed], OTHER: [3, 3, 3]},
        },
    )
    costs = all_costs(problem, targets_of(problem), FLOOR)
    assert hardest_target(problem, costs, np.array(replicates, dtype=bool)) == expected
