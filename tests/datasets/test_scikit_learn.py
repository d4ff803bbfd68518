"""Functions of scikit-learn: the same numbers as from its own hands, or one clear message."""

import zlib
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
from sklearn import datasets as reference

from momentum_study.core.errors import StudyError
from tests.datasets.recipes import loaded


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        ("make_friedman1", {"n_samples": 50, "noise": 1.0, "random_state": 3}),
        ("make_regression", {"n_samples": 50, "n_features": 5, "noise": 1.0}),
        ("make_classification", {"n_samples": 60, "weights": [0.3, 0.7]}),
        ("make_blobs", {"n_samples": 60, "centers": [[0, 0], [3, 3]]}),
        ("make_gaussian_quantiles", {"n_samples": 60, "mean": [1.0, 2.0]}),
        ("make_circles", {"n_samples": [20, 40], "noise": 0.1}),
    ],
)
def test_generators_are_scikit_learns(function: str, parameters: dict[str, Any]) -> None:
    raw = loaded(function, parameters=parameters)
    arguments = {
        key: tuple(value) if key == "n_samples" and isinstance(value, list) else value
        for key, value in parameters.items()
    }
    features, targets = getattr(reference, function)(**{"random_state": 0} | arguments)
    np.testing.assert_array_equal(raw.features, features)
    np.testing.assert_array_equal(raw.targets, targets)


def test_labels_become_codes_in_sorted_order() -> None:
    raw = loaded("make_hastie_10_2", parameters={"n_samples": 100})
    labels = reference.make_hastie_10_2(n_samples=100, random_state=0)[1]
    assert raw.classes == ("-1", "1")
    np.testing.assert_array_equal(raw.targets, labels > 0)


def test_classes_have_scikit_learns_names_if_they_are_all_there() -> None:
    assert loaded("load_iris").classes == ("setosa", "versicolor", "virginica")
    assert loaded("load_digits", parameters={"n_class": 3}).classes == ("0", "1", "2")


def test_california_housing_from_the_data_home(data_home: Path) -> None:
    data_home.mkdir()
    random = np.random.default_rng(0)
    table = random.uniform(1, 9, size=(40, 9))
    joblib.dump(table, data_home / "cal_housing_py3.pkz", compress=6)
    raw = loaded("fetch_california_housing", rows=30)
    assert raw.features.shape == (30, 8)
    assert raw.feature_names[:3] == ("MedInc", "HouseAge", "AveRooms")
    assert set(raw.targets) <= set(table[:, 0] / 100000.0)


def test_covtype_from_the_data_home(data_home: Path) -> None:
    (data_home / "covertype").mkdir(parents=True)
    random = np.random.default_rng(0)
    table = random.normal(size=(700, 54))
    labels = np.repeat(np.arange(1, 8), 100).astype(np.int32)
    joblib.dump(table, data_home / "covertype" / "samples_py3", compress=1)
    joblib.dump(labels, data_home / "covertype" / "targets_py3", compress=1)
    raw = loaded("fetch_covtype")
    np.testing.assert_array_equal(raw.features, table)
    np.testing.assert_array_equal(raw.targets, labels - 1)
    assert raw.classes == tuple("1234567")
    assert raw.feature_names[0] == "Elevation"
    sample = loaded("fetch_covtype", rows=70)
    assert np.bincount(sample.targets).tolist() == [10] * 7


@pytest.mark.parametrize(
    "function",
    ["fetch_california_housing", "fetch_covtype", "fetch_olivetti_faces", "fetch_lfw_people"],
)
def test_without_a_network_the_message_says_what_to_do(function: str, data_home: Path) -> None:
    with pytest.raises(StudyError) as caught:
        loaded(function)
    assert str(caught.value).startswith(
        f"dataset 'toy': {function} is not in scikit-learn's data home, {data_home}, and cannot be "
        "downloaded ("
    )
    assert "set SCIKIT_LEARN_DATA to the folder" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no pickle", zlib.compress(b"nor this")])
def test_a_damaged_file_of_the_data_home_is_named(content: bytes, data_home: Path) -> None:
    data_home.mkdir()
    (data_home / "cal_housing_py3.pkz").write_bytes(content)
    with pytest.raises(StudyError) as caught:
        loaded("fetch_california_housing")
    assert str(caught.value).startswith("dataset 'toy': fetch_california_housing fails: ")
    assert f"if its file in {data_home} is damaged, delete it" in str(caught.value)
