"""Splits: complete, disjoint, stratified; scalings: fitted on what they are given."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from momentum_study.core.errors import StudyError
from momentum_study.datasets.splits import FRACTIONS, Split, fit_scaling, make_split

class_counts = st.lists(st.integers(3, 60), min_size=1, max_size=8)


def labels(counts: list[int]) -> npt.NDArray[np.int64]:
    """Shuffle labels with so many members of each class."""
    ordered = np.repeat(np.arange(len(counts)), counts)
    return np.random.default_rng(0).permutation(ordered)


def split(targets: npt.NDArray[Any], task: Any, seed: int) -> Split:
    return make_split(targets, task, np.random.default_rng(seed))


def parts(one: Split) -> tuple[npt.NDArray[np.int64], ...]:
    return one.train, one.validation, one.test


@given(class_counts, st.integers(0, 10))
def test_class_splits_are_stratified_partitions_of_fixed_sizes(
    counts: list[int], seed: int
) -> None:
    targets = labels(counts)
    one, other = (split(targets, "classification", s) for s in (seed, seed + 1))
    np.testing.assert_array_equal(np.sort(np.concatenate(parts(one))), np.arange(len(targets)))
    assert list(map(len, parts(one))) == list(map(len, parts(other)))
    for part, fraction in zip(parts(one), FRACTIONS, strict=True):
        assert (np.diff(part) > 0).all()
        assert part.dtype == np.int64
        members = np.bincount(targets[part], minlength=len(counts))
        assert members.min() >= 1
        if min(FRACTIONS) * min(counts) >= 1:
            assert np.abs(members - fraction * np.array(counts)).max() < 1
            assert abs(len(part) - fraction * len(targets)) <= 1


@given(st.integers(6, 500))
def test_regression_parts_are_within_one_of_their_shares(rows: int) -> None:
    one = split(np.arange(float(rows)), "regression", 0)
    assert sum(map(len, parts(one))) == rows
    assert min(map(len, parts(one))) >= 2
    if min(FRACTIONS) * rows >= 2:
        for part, fraction in zip(parts(one), FRACTIONS, strict=True):
            assert abs(len(part) - fraction * rows) < 1


def test_integer_shares_are_exact() -> None:
    one = split(labels([100, 100]), "classification", 0)
    assert [len(part) for part in parts(one)] == [120, 40, 40]
    # Train is short of a row of the first class, and gets none more of the second.
    targets = labels([3, 100])
    uneven = split(targets, "classification", 0)
    assert np.bincount(targets[uneven.train]).tolist() == [1, 60]


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_seed_decides_the_split(task: str) -> None:
    targets = labels([40, 40])
    first, again, other = (split(targets, task, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.train, again.train)
    assert not np.array_equal(first.train, other.train)


def test_test_rows_are_uniformly_distributed() -> None:
    targets = labels([10, 20])
    hits = np.zeros(30)
    for seed in range(2000):
        hits[split(targets, "classification", seed).test] += 1
    assert np.abs(hits / 2000 - 0.2).max() < 5 * np.sqrt(0.2 * 0.8 / 2000)


tables = arrays(
    np.float64,
    st.tuples(st.integers(3, 30), st.integers(1, 5)),
    elements=st.floats(-1e6, 1e6).map(lambda value: round(value, 3)),
)


@given(tables)
def test_standard_scaling_gives_mean_0_and_variance_1(table: npt.NDArray[np.float64]) -> None:
    fitted = fit_scaling(table, "standard")
    scaled = (table - fitted.mean) / fitted.scale
    varying = np.ptp(table, axis=0) > 0
    np.testing.assert_allclose(scaled.mean(axis=0)[varying], 0, atol=1e-5)
    np.testing.assert_allclose(scaled.var(axis=0)[varying], 1, rtol=1e-5)
    np.testing.assert_allclose(scaled[:, ~varying], 0, atol=1e-8)
    assert fitted.constant == tuple(np.flatnonzero(~varying))
    assert (fitted.scale[~varying] == 1).all()


def test_center_scaling_keeps_ratios_and_sets_the_top_eigenvalue_to_1() -> None:
    random = np.random.default_rng(0)
    table = random.normal(size=(50, 4)) @ random.normal(size=(4, 4)) + 3
    fitted = fit_scaling(table, "center")
    scaled = (table - fitted.mean) / fitted.scale
    before = np.linalg.eigvalsh(np.cov(table.T, bias=True))
    after = np.linalg.eigvalsh(np.cov(scaled.T, bias=True))
    np.testing.assert_allclose(after, before / before[-1], rtol=1e-10)
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-12)
    assert len(set(fitted.scale)) == 1


def test_scaling_none_changes_nothing() -> None:
    fitted = fit_scaling(np.array([[1.0, 5.0], [2.0, 5.0]]), "none")
    assert fitted.mean.tolist() == [0, 0]
    assert fitted.scale.tolist() == [1, 1]
    assert fitted.constant == ()


@pytest.mark.parametrize("scaling", ["standard", "center"])
def test_constant_columns_get_scale_1_and_are_reported(scaling: Any) -> None:
    table = np.column_stack([np.full(7, 0.1), np.arange(7.0), np.full(7, -3e5)])
    fitted = fit_scaling(table, scaling)
    assert fitted.constant == (0, 2)
    assert fitted.scale[[0, 2]].tolist() == [1, 1]
    assert fitted.scale[1] == pytest.approx(2)
    np.testing.assert_allclose(fitted.mean, table.mean(axis=0))
    nothing_varies = fit_scaling(np.ones((4, 2)), scaling)
    assert nothing_varies.scale.tolist() == [1, 1]
    assert nothing_varies.constant == (0, 1)


@pytest.mark.parametrize("unit", [1e-300, 1e-160, 1e160, 1e300])
@pytest.mark.parametrize("scaling", ["standard", "center"])
def test_extreme_units_neither_overflow_nor_vanish(scaling: Any, unit: float) -> None:
    fitted = fit_scaling(unit * np.arange(7.0)[:, np.newaxis], scaling)
    assert fitted.constant == ()
    assert fitted.scale[0] / unit == pytest.approx(2)


def test_overflowing_numbers_are_refused() -> None:
    table = np.array([[1.5e308], [1.0e308], [1.2e308]])
    with pytest.raises(StudyError, match=r"as large as 1.5e308 cannot be scaled: .* their unit"):
        fit_scaling(table, "standard")
