"""Rows and the query that finds them again."""

import numpy as np
import pandas as pd
import pytest

from momentum_study.analysis.claims.selection import Selection

TABLE = pd.DataFrame(
    {
        "arm": ["momentum 0.9", "adam 0.9", 'it\'s "gd"', "momentum 0.9", "momentum 0.99"],
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
        (EVERY.where(arm="momentum 0.9"), [0, 3]),
        (EVERY.where(arm='it\'s "gd"'), [2]),
        (EVERY.where(arm="momentum 0.9", batch="full"), [3]),
        (EVERY.where(gradient_noise=0.03).where(batch="16"), [1]),
        (EVERY.where(alpha=0.1 + 0.2), [3]),
        (EVERY.where(alpha=np.float64(0.1), replicate=np.int64(0)), [0]),
        (EVERY.where(arm="nobody"), []),
        (EVERY.filter(TABLE["gradient_noise"] > 0, "gradient_noise > 0"), [1, 2, 3]),
        (
            EVERY.where(batch="16").filter(np.array([True, False]), "alpha in [1.0, 3.0]"),
            [1],
        ),
        (EVERY.filter(TABLE["arm"].str.endswith(" 0.9"), "arm.str.endswith(' 0.9')"), [0, 1, 3]),
    ],
)
def test_the_query_finds_the_rows_again(selection, replicates):
    assert selection.rows["replicate"].tolist() == replicates
    pd.testing.assert_frame_equal(again(selection), selection.rows)


def test_each_value_has_its_rows_in_order_and_none_is_left_out():
    parts = list(EVERY.where(arm="momentum 0.9").each("gradient_noise"))
    assert [value for value, _ in parts] == [0.0, 0.03]
    every = list(EVERY.each("arm"))
    assert sum(len(part.rows) for _, part in every) == len(TABLE)
    for value, part in every:
        assert set(part.rows["arm"]) == {value}
        pd.testing.assert_frame_equal(again(part), part.rows)


def test_batches_rise_and_the_full_one_comes_last():
    parts = dict(EVERY.each_batch())
    assert list(parts) == ["batch 16", "batch 128", "full batch"]
    assert parts["full batch"].rows["replicate"].tolist() == [2, 3]
    assert parts["batch 128"].query == "batch == '128'"
    assert dict(EVERY.where(arm="nobody").each_batch()) == {}


def test_selecting_changes_nothing():
    before = TABLE.copy()
    list(EVERY.where(batch="16").each_batch())
    pd.testing.assert_frame_equal(TABLE, before)
    assert EVERY.query == ""
