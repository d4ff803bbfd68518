"""Sources: what each gives for its name alone."""

import numpy as np
import pytest
from sklearn import datasets as reference

from momentum_study.datasets.sources import SOURCES
from tests.datasets.recipes import loaded

ALONE = sorted(
    name
    for name, source in SOURCES.items()
    if not source.required and not name.startswith("fetch_")
)


@pytest.mark.parametrize("source", ALONE)
def test_every_source_gives_the_same_checked_data_twice(source: str) -> None:
    first, second = loaded(source, "a", 0), loaded(source, "b", 1)
    assert (first.name, second.name) == ("a", "b")
    assert first.features.shape == (len(first.targets), len(first.feature_names))
    assert np.isfinite(first.features).all()
    np.testing.assert_array_equal(first.features, second.features)
    np.testing.assert_array_equal(first.targets, second.targets)
    assert first.task == SOURCES[source].task
    if first.task == "classification":
        assert set(first.targets) == set(range(len(first.classes)))
    else:
        assert first.classes == ()


@pytest.mark.parametrize(
    ("source", "rows", "features", "classes"),
    [
        ("iris", 150, 4, 3),
        ("wine", 178, 13, 3),
        ("breast_cancer", 569, 30, 2),
        ("digits", 1797, 64, 10),
        ("diabetes", 442, 10, 0),
    ],
)
def test_bundled_data_is_scikit_learns(source: str, rows: int, features: int, classes: int) -> None:
    raw = loaded(source)
    options = {"scaled": False} if source == "diabetes" else {}
    expected = getattr(reference, f"load_{source}")(**options)
    np.testing.assert_array_equal(raw.features, expected.data)
    np.testing.assert_array_equal(raw.targets, expected.target)
    assert raw.features.shape == (rows, features)
    assert raw.feature_names == tuple(expected.feature_names)
    assert len(raw.classes) == classes
    assert raw.task == ("classification" if classes else "regression")
