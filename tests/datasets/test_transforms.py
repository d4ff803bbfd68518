"""Samples, condition numbers and noise: exact where they can be, even-handed where they cannot."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.core.errors import StudyError
from momentum_study.datasets.transforms import sampled_rows, with_condition_number, with_label_noise


def labels(counts: list[int]) -> np.ndarray:
    return np.random.default_rng(0).permutation(np.repeat(np.arange(len(counts)), counts))


@given(st.lists(st.integers(3, 200), min_size=2, max_size=6), st.floats(0, 1), st.integers(0, 9))
def test_a_sample_has_the_shares_of_the_classes(counts: list[int], share: float, seed: int) -> None:
    targets = labels(counts)
    least = 3 * len(counts)
    rows = least + round(share * (len(targets) - least))
    chosen = sampled_rows(targets, "classification", rows, np.random.default_rng(seed))
    assert len(chosen) == rows
    assert (np.diff(chosen) > 0).all()
    members = np.bincount(targets[chosen], minlength=len(counts))
    assert members.min() >= 3
    quotas = np.array(counts) * rows / len(targets)
    if quotas.min() >= 3:
        assert np.abs(members - quotas).max() < 1


def test_classes_with_fewer_than_three_rows_are_complete() -> None:
    chosen = sampled_rows(labels([2, 500]), "classification", 10, np.random.default_rng(0))
    assert np.bincount(labels([2, 500])[chosen]).tolist() == [2, 8]


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_rows_are_sampled_uniformly(task) -> None:
    targets = labels([20, 40])
    hits = np.zeros(60)
    for seed in range(2000):
        hits[sampled_rows(targets, task, 15, np.random.default_rng(seed))] += 1
    assert hits.sum() == 15 * 2000
    assert np.abs(hits / 2000 - 1 / 4).max() < 5 * math.sqrt(3 / 16 / 2000)


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_sample_can_contain_all_rows(task) -> None:
    chosen = sampled_rows(labels([9, 5]), task, 14, np.random.default_rng(0))
    np.testing.assert_array_equal(chosen, np.arange(14))


@pytest.mark.parametrize("kappa", [1.0, 50.0, 1e6])
def test_the_spectrum_is_geometric_and_the_axes_stay(kappa: float) -> None:
    random = np.random.default_rng(0)
    rows = random.normal(size=(80, 4)) @ random.normal(size=(4, 4)) + 7
    made = with_condition_number(rows, kappa)
    before, axes = np.linalg.eigh(np.cov(rows.T, bias=True))
    moments = np.cov(made.T, bias=True)
    np.testing.assert_allclose(made.mean(axis=0), 0, atol=1e-12 * math.sqrt(kappa))
    spectrum = kappa ** (np.arange(4) / 3)  # ascending, as `before` is
    assert (np.diff(before) > 0).all()
    np.testing.assert_allclose(moments, (axes * spectrum) @ axes.T, atol=1e-9 * kappa)
    np.testing.assert_allclose(np.linalg.eigvalsh(moments), spectrum, rtol=1e-6)


def test_features_keep_their_signs() -> None:
    rows = np.random.default_rng(0).normal(size=(60, 3)) * [1, 5, 25]
    made = with_condition_number(rows, 4.0)
    for before, after in zip(rows.T, made.T, strict=True):
        assert np.corrcoef(before, after)[0, 1] > 0.9


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.ones((9, 1)), "there is only one feature; expected at least two"),
        (np.column_stack([np.arange(9.0), np.ones(9)]), "is singular (rank 1 in 9 rows)"),
        (np.random.default_rng(0).normal(size=(5, 5)), "is singular (rank 4 in 5 rows)"),
        (np.eye(3)[np.arange(9) % 3], "is singular (rank 2 in 9 rows); list columns in"),
    ],
)
def test_singular_covariances_are_refused(rows: np.ndarray, message: str) -> None:
    with pytest.raises(StudyError) as caught:
        with_condition_number(rows, 10.0)
    assert str(caught.value).startswith("condition_number: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("classes", [2, 4])
def test_the_share_of_wrong_labels_is_exact_and_uniform(classes: int) -> None:
    targets = labels([3000] * classes)
    noisy = with_label_noise(targets, "classification", classes, 0.2, np.random.default_rng(1))
    wrong = noisy != targets
    assert wrong.sum() == round(0.2 * len(targets))
    assert set(noisy) == set(range(classes))
    shifts = np.bincount((noisy - targets)[wrong] % classes, minlength=classes)[1:]
    expected = wrong.sum() / (classes - 1)
    assert np.abs(shifts - expected).max() < 5 * math.sqrt(expected) + 1e-9
    assert (np.bincount(targets) == 3000).all()  # the ones given are as they were


def test_noise_of_regressions_is_relative_to_their_deviation() -> None:
    targets = 7 + 3 * np.random.default_rng(0).normal(size=20_000)
    noise = with_label_noise(targets, "regression", 0, 0.4, np.random.default_rng(1)) - targets
    assert noise.std() == pytest.approx(0.4 * targets.std(), rel=0.03)
    assert abs(noise.mean()) < 5 * noise.std() / math.sqrt(20_000)
    assert abs(np.corrcoef(noise, targets)[0, 1]) < 0.03
