"""Arms in tables: columns, keys and labels."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.tables.arms import ANY_RULE, ARM_KEYS, REFERENCE_KEYS, ArmKey, arms_of_rows
from momentum_study.tables.comparison_columns import ARM_COLUMNS, REFERENCE_COLUMNS
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schema import Table

LABELS = {
    "adam 0.9, 0.001 to 0.01": ArmKey("adam", 0.9, rate_low=0.001, rate_high=0.01),
    "adam 0.9, 0.01": ArmKey("adam", 0.9, rate_low=0.01, rate_high=0.01),
    "best rule 0.9": ArmKey(ANY_RULE, 0.9),
    "gd": ArmKey("gd"),
    "gd, step": ArmKey("gd", schedule="step"),
    "momentum 0.9": ArmKey("momentum", 0.9),
    "momentum 0.9, cosine": ArmKey("momentum", 0.9, schedule="cosine"),
    "momentum tuned": ArmKey("momentum", tunes_beta=True),
}


@pytest.mark.parametrize("label", LABELS)
def test_labels(label):
    assert LABELS[label].label == label


betas = st.one_of(st.none(), st.floats(0, 1, exclude_max=True))
rates = st.one_of(st.none(), st.floats(1e-6, 1e3))
names = st.text("abc_", min_size=1)
keys = st.builds(ArmKey, names, betas, st.booleans(), names, rates, rates)


@given(st.lists(keys))
def test_arms_are_recovered_from_their_columns(arms):
    table = pd.DataFrame([arm.columns() for arm in arms], columns=list(ARM_KEYS))
    assert arms_of_rows(table).tolist() == arms


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_arms_of_a_written_table_have_the_same_keys_and_labels(tmp_path, suffix):
    keys = (*REFERENCE_KEYS, *ARM_KEYS)
    schema = Table("arms.csv", "A pair of arms.", keys, (*REFERENCE_COLUMNS, *ARM_COLUMNS))
    reference = ArmKey("gd", schedule="cosine")
    rows = [{**reference.columns(REFERENCE_KEYS), **arm.columns()} for arm in LABELS.values()]
    write_table(pd.DataFrame(rows), tmp_path / f"arms.{suffix}", schema)
    table = read_table(tmp_path / f"arms.{suffix}", schema)
    assert set(arms_of_rows(table)) == set(LABELS.values())
    assert {arm.label for arm in arms_of_rows(table)} == set(LABELS)
    assert set(arms_of_rows(table, REFERENCE_KEYS)) == {reference}
