import itertools

import pandas as pd

from momentum_study.tables.keys import best_first

# From the best: a lower score, then a smaller α, a smaller β, plain gradient descent, the name.
ORDERED = pd.DataFrame(
    [
        (0.1, 3.0, 0.9, "momentum"),
        (0.2, 0.1, 0.0, "gd"),
        (0.2, 0.1, 0.0, "adam"),
        (0.2, 0.1, 0.0, "momentum"),
        (0.2, 0.1, 0.5, "adam"),
        (0.2, 0.3, 0.0, "gd"),
        (float("inf"), 0.1, 0.0, "gd"),
    ],
    columns=["score", "alpha", "beta", "rule"],
)


def test_the_order_of_cells_does_not_depend_on_that_of_the_table():
    for first, second in itertools.combinations(range(len(ORDERED)), 2):
        for pair in ([first, second], [second, first]):
            assert list(best_first(ORDERED.loc[pair], "score")) == [first, second]
    assert list(best_first(ORDERED[::-1], "score")) == list(ORDERED.index)


def test_without_a_score_the_first_is_that_of_equal_cells():
    assert list(best_first(ORDERED))[:3] == [1, 6, 2]
