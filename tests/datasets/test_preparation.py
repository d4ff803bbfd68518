"""Preparation: what belongs to a replicate, and what it was fitted on."""

from typing import Any

import numpy as np
import pytest
from prepared import STACKED, prepare_default

from momentum_study.datasets.preparation import prepare
from momentum_study.datasets.splits import fit_scaling
from momentum_study.errors import StudyError


@pytest.mark.parametrize("source", ["iris", "diabetes"])
def test_shapes_and_types(source: str) -> None:
    prepared = prepare_default(source)
    rows, features = prepared.raw.features.shape
    assert prepared.train.shape[1] + prepared.validation.shape[1] + prepared.test.shape[1] == rows
    for key in ("train", "validation", "test", "replicates"):
        assert getattr(prepared, key).dtype == np.int64
        assert len(getattr(prepared, key)) == 3
    assert prepared.feature_mean.shape == prepared.feature_scale.shape == (3, features)
    assert prepared.target_mean.shape == prepared.target_scale.shape == (3,)


def test_a_replicate_is_the_same_in_every_block() -> None:
    alone, together = prepare_default("iris", [2]), prepare_default("iris", [5, 2, 0])
    for key in STACKED:
        np.testing.assert_array_equal(getattr(alone, key)[0], getattr(together, key)[1])


def test_replicates_names_and_study_seeds_have_their_own_splits() -> None:
    rows = [
        *prepare_default("iris", [0, 1]).train,
        *prepare("iris", "iris", {}, None, 12, [0]).train,
        *prepare("flowers", "iris", {}, None, 11, [0]).train,
    ]
    assert len({row.tobytes() for row in rows}) == 4


def test_scaling_is_fitted_on_the_train_rows_only() -> None:
    prepared = prepare_default("wine")
    for replicate in range(3):
        train = prepared.raw.features[prepared.train[replicate]]
        fitted = fit_scaling(train, "standard")
        np.testing.assert_array_equal(prepared.feature_mean[replicate], fitted.mean)
        np.testing.assert_array_equal(prepared.feature_scale[replicate], fitted.scale)


def test_scaling_defaults_to_the_sources_own() -> None:
    assert prepare_default("iris").scaling == "standard"
    assert prepare_default("conditioned").scaling == "center"
    assert prepare("c", "conditioned", {}, "none", 0, [0]).scaling == "none"


def test_constant_columns_are_reported_with_their_replicates() -> None:
    repairs = prepare_default("digits", [4, 7]).repairs
    assert repairs[0] == (
        "feature 'pixel_0_0' is constant on the train rows of replicate(s) 4, 7: "
        "centred and left at scale 1"
    )
    assert prepare_default("iris").repairs == ()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"replicates": []}, "dataset 'toy': replicates []; expected at least one, each once"),
        ({"replicates": [1, 1]}, "dataset 'toy': replicates [1, 1]; expected at least one"),
        ({"scaling": "standart"}, "dataset 'toy': scaling 'standart' is unknown; expected one of"),
        ({"source": "Iris"}, "dataset 'toy': source 'Iris' is unknown"),
        ({"parameters": {"seed": 1}}, "dataset 'toy': source 'iris' has no parameter 'seed'"),
        ({"fractions": (0.5, 0.5, 0.5)}, "split fractions (0.5, 0.5, 0.5): expected three"),
    ],
)
def test_bad_arguments_are_refused(changes: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {
        "name": "toy",
        "source": "iris",
        "parameters": {},
        "scaling": None,
        "study_seed": 0,
        "replicates": [0],
    }
    with pytest.raises(StudyError) as caught:
        prepare(**arguments | changes)
    assert str(caught.value).startswith(message)
