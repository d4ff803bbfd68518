"""Parts contain every run once, in the order of the keys."""

from collections import Counter

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.core.errors import StudyError
from momentum_study.tables import files
from momentum_study.tables.files import read_large_table, read_table, write_table
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.part_rows import rows_of_cells, rows_of_problems
from momentum_study.tables.parts import CELL_GROUP, PROBLEM_GROUP, Part, cut
from momentum_study.tables.schemas.runs import RUNS
from tests.synthetic import synthetic_runs

FAMILIES = {"main": "main", "extra": "main", "alone": "alone"}
"""The order of families is not that of their grids."""


@pytest.fixture
def path(tmp_path, monkeypatch):
    """A table of runs with several row groups."""
    monkeypatch.setattr(files, "_ROW_GROUP", 100)
    runs = pd.concat([synthetic_runs().assign(grid=grid) for grid in FAMILIES])
    write_table(runs, tmp_path / "runs.parquet", RUNS)
    return tmp_path / "runs.parquet"


@given(
    st.dictionaries(
        st.tuples(st.text(max_size=2), st.text(max_size=2)), st.integers(1, 20), min_size=1
    ),
    st.integers(1, 50),
)
def test_parts_are_consecutive_and_of_equal_size_up_to_a_group(sizes, most):
    parts = cut(sizes, most) or [Part(min(sizes), max(sizes))]
    groups = [[group for group in sorted(sizes) if p.first <= group <= p.last] for p in parts]
    assert [group for own in groups for group in own] == sorted(sizes)
    assert len(parts) <= -(-sum(sizes.values()) // most)
    for own in groups:
        own_sizes = [sizes[group] for group in own]
        assert sum(own_sizes) <= most + max(own_sizes)


def test_a_small_study_has_no_parts():
    assert cut({("a",): 3, ("b",): 4}, 7) == []
    assert cut({("a",): 3, ("b",): 4}, 6) == [Part(("a",), ("a",)), Part(("b",), ("b",))]


@pytest.mark.parametrize("most", [130, 500])
@pytest.mark.parametrize("group", [CELL_GROUP, PROBLEM_GROUP])
def test_every_run_is_read_in_one_part(path, most, group):
    runs = read_table(path, RUNS)
    keys = runs.assign(family=runs["grid"].map(FAMILIES))[list(group)]
    found = []
    for part in cut(Counter(keys.itertuples(index=False, name=None)), most):
        own = rows_of_cells(part) if group == CELL_GROUP else rows_of_problems(part, FAMILIES)
        rows = read_table(path, RUNS, rows=own)
        in_groups = pd.concat(read_large_table(path, RUNS, rows=own), ignore_index=True)
        pd.testing.assert_frame_equal(rows, in_groups)
        named = rows.assign(family=rows["grid"].map(FAMILIES))[list(group)].drop_duplicates()
        groups = list(named.itertuples(index=False, name=None))
        assert part.first <= min(groups) <= max(groups) <= part.last
        found.append(rows)
    assert len(found) > 1
    again = pd.concat(found).sort_values(list(RUN_KEYS), ignore_index=True)
    pd.testing.assert_frame_equal(again, runs)


def test_the_whole_study_is_read_without_a_condition():
    assert rows_of_cells(Part()) is None
    assert rows_of_problems(Part(), FAMILIES) is None


@pytest.mark.parametrize(
    "read", [read_table, lambda *args, **kw: list(read_large_table(*args, **kw))]
)
def test_a_part_of_another_study_is_refused(path, read):
    group = ("main", "zebra", "32", "gd", "full")
    with pytest.raises(StudyError, match=r"runs\.parquet.* no rows of the requested part"):
        read(path, RUNS, rows=rows_of_cells(Part(group, group)))


def test_rows_of_a_csv_cannot_be_chosen(tmp_path):
    with pytest.raises(ValueError, match="read whole"):
        read_table(tmp_path / "runs.csv", RUNS, rows=rows_of_cells(Part(("a",) * 5, ("b",) * 5)))
