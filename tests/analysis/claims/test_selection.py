"""Rows and the query that selects them."""

import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.claims.selection import Selection

TABLE = pd.DataFrame(
    {
        "rule": ["momentum", "adam", 'it\'s "gd"', "momentum", "nesterov"],
        "batch": ["128", "16", "full", "full", "16"],
        "gradient_noise": [0.0, 0.03, 0.3, 0.03, 0.0],
        "alpha": [0.1, 1.0, 3.0, 0.1 + 0.2, 10.0],
        "replicate": range(5),
    }
)
EVERY = Selection(TABLE)


def again(selection: Selection) -> pd.DataFrame:
    return TABLE.query(selection.query)


@pytest.mark.parametrize(
    ("selection", "replicates"),
    [
        (EVERY.where(rule="momentum"), [0, 3]),
        (EVERY.where(rule='it\'s "gd"'), [2]),
        (EVERY.where(rule="momentum", batch="full"), [3]),
        (EVERY.where(gradient_noise=0.03).where(batch="16"), [1]),
        (EVERY.where(alpha=0.1 + 0.2), [3]),
        (EVERY.where(alpha=np.float64(0.1), replicate=np.int64(0)), [0]),
        (EVERY.where(rule="sgd"), []),
        (EVERY.filter(TABLE["gradient_noise"] > 0, "gradient_noise > 0"), [1, 2, 3]),
        (
            EVERY.where(batch="16").filter(np.array([True, False]), "alpha in [1.0, 3.0]"),
            [1],
        ),
        (EVERY.filter(TABLE["rule"] != "adam", "rule != 'adam'"), [0, 2, 3, 4]),
    ],
)
def test_the_query_selects_the_same_rows(selection, replicates):
    assert selection.rows["replicate"].tolist() == replicates
    pd.testing.assert_frame_equal(again(selection), selection.rows)


def test_each_value_has_its_rows():
    parts = list(EVERY.where(rule="momentum").each("gradient_noise"))
    assert [value for value, _ in parts] == [0.0, 0.03]
    every = list(EVERY.each("rule"))
    assert sum(len(part.rows) for _, part in every) == len(TABLE)
    for value, part in every:
        assert set(part.rows["rule"]) == {value}
        pd.testing.assert_frame_equal(again(part), part.rows)


def test_batch_sizes_increase_and_the_full_batch_is_last():
    parts = dict(EVERY.each_batch())
    assert list(parts) == ["16", "128", "full"]
    assert parts["full"].rows["replicate"].tolist() == [2, 3]
    assert parts["128"].query == "batch == '128'"
    assert dict(EVERY.where(rule="sgd").each_batch()) == {}


def test_selecting_does_not_change_the_table():
    before = TABLE.copy()
    list(EVERY.where(batch="16").each_batch())
    pd.testing.assert_frame_equal(TABLE, before)
    assert EVERY.query == ""
