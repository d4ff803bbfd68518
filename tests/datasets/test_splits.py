"""Splits: complete, disjoint, stratified; scalings: fitted on what they are given."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from momentum_study.core.errors import StudyError
from momentum_study.datasets.splits import Split, fit_scaling, make_split

Fractions = tuple[float, float, float]

fraction_triples = st.sampled_from(
    [(0.6, 0.2, 0.2), (0.5, 0.25, 0.25), (0.7, 0.2, 0.1), (0.8, 0.1, 0.1), (1 / 3, 1 / 3, 1 / 3)]
)
class_counts = st.lists(st.integers(3, 60), min_size=1, max_size=8)


def labels(counts: list[int]) -> npt.NDArray[np.int64]:
    """Shuffle labels with so many members of each class."""
    ordered = np.repeat(np.arange(len(counts)), counts)
    return np.random.default_rng(0).permutation(ordered)


def split(targets: npt.NDArray[Any], task: Any, seed: int, fractions: Fractions) -> Split:
    return make_split(targets, task, np.random.default_rng(seed), fractions)


def parts(one: Split) -> tuple[npt.NDArray[np.int64], ...]:
    return one.train, one.validation, one.test


@given(class_counts, fraction_triples, st.integers(0, 10))
def test_class_splits_are_stratified_partitions_of_fixed_sizes(
    counts: list[int], fractions: Fractions, seed: int
) -> None:
    targets = labels(counts)
    one, other = (split(targets, "classification", s, fractions) for s in (seed, seed + 1))
    np.testing.assert_array_equal(np.sort(np.concatenate(parts(one))), np.arange(len(targets)))
    assert list(map(len, parts(one))) == list(map(len, parts(other)))
    for part, fraction in zip(parts(one), fractions, strict=True):
        assert (np.diff(part) > 0).all()
        assert part.dtype == np.int64
        members = np.bincount(targets[part], minlength=len(counts))
        assert members.min() >= 1
        if min(fractions) * min(counts) >= 1:
            assert np.abs(members - fraction * np.array(counts)).max() < 1
            assert abs(len(part) - fraction * len(targets)) <= 1


@given(st.integers(6, 500), fraction_triples)
def test_regression_parts_are_within_one_of_their_shares(rows: int, fractions: Fractions) -> None:
    one = split(np.arange(float(rows)), "regression", 0, fractions)
    assert sum(map(len, parts(one))) == rows
    assert min(map(len, parts(one))) >= 2
    if min(fractions) * rows >= 2:
        for part, fraction in zip(parts(one), fractions, strict=True):
            assert abs(len(part) - fraction * rows) < 1


def test_integer_shares_are_exact() -> None:
    one = split(labels([100, 100]), "classification", 0, (0.29, 0.35, 0.36))
    assert [len(part) for part in parts(one)] == [58, 70, 72]
    # 0.55 * 100 is 55.00000000000001, and train is short of a row of the first class.
    targets = labels([3, 100])
    uneven = split(targets, "classification", 0, (0.55, 0.225, 0.225))
    assert np.bincount(targets[uneven.train])[1] == 55


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_seed_decides_the_split(task: str) -> None:
    targets = labels([40, 40])
    first, again, other = (split(targets, task, seed, (0.6, 0.2, 0.2)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.train, again.train)
    assert not np.array_equal(first.train, other.train)


def test_test_rows_are_uniformly_distributed() -> None:
    targets = labels([10, 20])
    hits = np.zeros(30)
    for seed in range(2000):
        hits[split(targets, "classification", seed, (0.6, 0.2, 0.2)).test] += 1
    assert np.abs(hits / 2000 - 0.2).max() < 5 * np.sqrt(0.2 * 0.8 / 2000)


@pytest.mark.parametrize(
    "fractions",
    [(0.6, 0.2, 0.3), (0.8, 0.2, 0.0), (1.2, -0.1, -0.1), (0.5, 0.5), (np.nan, 0.5, 0.5)],
)
def test_bad_fractions_are_refused(fractions: Any) -> None:
    with pytest.raises(StudyError, match="expected three positive numbers with sum 1"):
        split(labels([9, 9]), "classification", 0, fractions)


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(StudyError, match=r"^2 row\(s\) for training.* expected at least 3"):
        split(labels([5, 2]), "classification", 0, (0.6, 0.2, 0.2))
    with pytest.raises(StudyError, match=r"^5 row\(s\) for training.* expected at least 6"):
        split(np.arange(5.0), "regression", 0, (0.6, 0.2, 0.2))


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


def test_unknown_scaling_is_refused() -> None:
    scaling: Any = "centre"
    with pytest.raises(StudyError) as caught:
        fit_scaling(np.ones((3, 1)), scaling)
    assert str(caught.value) == (
        "scaling 'centre' is unknown; expected one of center, none, standard; "
        "did you mean 'center'?"
    )
