"""Loading: what a recipe's options do to its data, and on what they depend."""

from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris

from momentum_study.core.errors import StudyError
from tests.datasets.recipes import loaded


def test_without_options_nothing_depends_on_name_or_seed() -> None:
    np.testing.assert_array_equal(
        loaded("digits", "a", 1).features, loaded("digits", "b", 2).features
    )


@pytest.mark.parametrize("options", [{"rows": 60}, {"label_noise": 0.3}])
def test_random_options_depend_on_name_and_seed_alone(options: dict[str, Any]) -> None:
    one, again = (loaded("iris", "a", 1, **options) for _ in range(2))
    np.testing.assert_array_equal(one.features, again.features)
    np.testing.assert_array_equal(one.targets, again.targets)
    for name, seed in [("b", 1), ("a", 2)]:
        other = loaded("iris", name, seed, **options)
        assert not (
            np.array_equal(one.features, other.features)
            and np.array_equal(one.targets, other.targets)
        )


def test_a_sample_keeps_features_and_targets_together() -> None:
    whole = {tuple(row): target for row, target in zip(*load_iris(return_X_y=True), strict=True)}
    raw = loaded("iris", rows=60)
    assert np.bincount(raw.targets).tolist() == [20, 20, 20]
    assert all(
        whole[tuple(row)] == target for row, target in zip(raw.features, raw.targets, strict=True)
    )


def test_samples_of_a_file_have_columns_for_their_own_categories_only() -> None:
    houses = {"path": "config/examples/houses.csv", "target": "price", "task": "regression"}
    keys: dict[str, Any] = {**houses, "leave_out": ["id"], "missing": "impute"}
    raw = loaded("file", rows=6, **keys)
    assert raw.features.shape[0] == 6
    text = raw.features[:, [name.startswith("district=") for name in raw.feature_names]]
    assert (text.sum(axis=0) > 0).all()


def test_options_go_together() -> None:
    raw = loaded("iris", rows=90, condition_number=100.0, label_noise=0.1)
    clean = loaded("iris", rows=90, condition_number=100.0)
    np.testing.assert_array_equal(raw.features, clean.features)
    assert (raw.targets != clean.targets).sum() == 9
    assert len(raw.features) == 90


ERRORS = [
    ("iris", {"rows": 200}, "rows: 200 requested, but the table has 150"),
    ("digits", {"rows": 20}, "rows: 20 for 10 classes; expected at least 30, 3 of each"),
    ("load_digits", {"parameters": {"n_class": 1}}, "are of one class; expected at least two"),
    (
        "make_classification",
        {"parameters": {"n_informative": 1}},
        "make_classification fails: n_classes(2) * n_clusters_per_class(2) must be smaller or equ",
    ),
]


@pytest.mark.parametrize(("source", "keys", "message"), ERRORS)
def test_impossible_data_is_refused(source: str, keys: dict[str, Any], message: str) -> None:
    with pytest.raises(StudyError) as caught:
        loaded(source, **keys)
    assert str(caught.value).startswith("dataset 'toy': ")
    assert str(caught.value).count("dataset ") == 1
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_class_that_noise_makes_too_small_is_refused() -> None:
    three_each = {"n_samples": [3, 3]}
    loaded("make_moons", parameters=three_each)
    with pytest.raises(StudyError, match=r"^dataset 'toy': class '.' has 2 member\(s\); expected"):
        loaded("make_moons", parameters=three_each, label_noise=0.2)
