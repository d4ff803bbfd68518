"""Preparation: what belongs to a replicate, and what it was fitted on."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from momentum_study.core.errors import StudyError, StudyWarning
from momentum_study.datasets.preparation import prepare
from momentum_study.datasets.prepared import load_prepared, save_prepared, training_arrays
from momentum_study.datasets.recipe import Recipe
from tests.datasets.prepared import STACKED, prepare_default
from tests.datasets.recipes import recipe


def test_a_replicate_is_the_same_in_every_block() -> None:
    alone, together = prepare_default("iris", [2]), prepare_default("iris", [5, 2, 0])
    for key in STACKED:
        np.testing.assert_array_equal(getattr(alone, key)[0], getattr(together, key)[1])


def test_splits_depend_on_replicate_name_and_seed() -> None:
    rows = [
        *prepare_default("iris", [0, 1]).train,
        *prepare("iris", recipe("iris"), 12, [0]).train,
        *prepare("flowers", recipe("iris"), 11, [0]).train,
    ]
    assert len({row.tobytes() for row in rows}) == 4


def test_scaling_is_that_of_the_recipe() -> None:
    assert prepare_default("iris").scaling == "standard"
    assert prepare_default("conditioned").scaling == "center"
    assert prepare("c", recipe("conditioned", scaling="none"), 0, [0]).scaling == "none"


def test_constant_columns_are_reported_with_their_replicates() -> None:
    repairs = prepare_default("digits", [4, 7]).repairs
    assert repairs[0] == (
        "feature 'pixel_0_0' is constant on the train rows of replicate(s) 4, 7: "
        "centred and left at scale 1"
    )
    assert prepare_default("iris").repairs == ()


@pytest.mark.parametrize("replicates", [[0, 1, 2], [4, 9], [3, 7, 11, 5]])
@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_replicates_with_a_constant_target_are_named(
    tmp_path: Path, replicates: list[int], part: str
) -> None:
    # One row differs. Its part is random, so that each part is constant in some replicates.
    frame = pd.DataFrame({"a": np.arange(60.0), "y": np.arange(60) == 0}).astype(float)
    frame.to_csv(tmp_path / "t.csv", index=False)
    made = recipe("file", path=str(tmp_path / "t.csv"), target="y", task="regression")
    with pytest.warns(StudyWarning) as caught:
        prepared = prepare("t", made, 0, replicates)
    where = [
        str(replicate)
        for replicate, rows in zip(replicates, getattr(prepared, part), strict=True)
        if 0 not in rows
    ]
    text = f"the target is constant on the {part} rows of replicate(s) {', '.join(where)};"
    assert sum(text in str(warning.message) for warning in caught) == bool(where)
    assert len(caught) <= 3


def test_replicates_without_any_feature_that_varies_are_named(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(60) == 0, "b": 3.0 - (np.arange(60) == 0)}).astype(float)
    frame["y"] = np.arange(60.0)
    frame.to_csv(tmp_path / "t.csv", index=False)
    made = recipe("file", path=str(tmp_path / "t.csv"), target="y", task="regression")
    with pytest.warns(StudyWarning) as caught:
        prepared = prepare("t", made, 0, range(12))
    where = ", ".join(str(n) for n, rows in enumerate(prepared.train) if 0 not in rows)
    (warning,) = caught
    assert f"every feature is constant on the train rows of replicate(s) {where};" in str(
        warning.message
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"replicates": []}, "dataset 'toy': replicates []; expected at least one, each once"),
        ({"replicates": [1, 1]}, "dataset 'toy': replicates [1, 1]; expected at least one"),
    ],
)
def test_bad_arguments_are_refused(changes: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {
        "name": "toy",
        "recipe": recipe("iris"),
        "study_seed": 0,
        "replicates": [0],
    }
    with pytest.raises(StudyError) as caught:
        prepare(**arguments | changes)
    assert str(caught.value).startswith(message)


def gappy(**keys: Any) -> Recipe:
    return recipe("file", target="y", task="classification", **keys)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    frame = pd.DataFrame(random.normal(size=(60, 3)), columns=list("abc"))
    frame.loc[::5, "b"] = np.nan
    frame["y"] = ["u", "v"] * 30
    frame.to_csv(tmp_path / "t.csv", index=False)
    return tmp_path / "t.csv"


def test_gaps_are_filled_with_the_median_of_each_replicates_train_rows(table: Path) -> None:
    prepared = prepare("t", gappy(path=str(table), missing="impute"), 0, [0, 1, 2])
    column = pd.read_csv(table)["b"]
    medians = [column.iloc[rows].median() for rows in prepared.train]
    assert len(set(medians)) > 1
    np.testing.assert_array_equal(prepared.feature_fill[:, 1], medians)
    np.testing.assert_array_equal(prepared.feature_fill[:, [0, 2]], 0)
    arrays = training_arrays(prepared, np.float64)
    np.testing.assert_allclose(arrays.train.inputs[..., :-1].mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(arrays.train.inputs[..., :-1].var(axis=1), 1)
    assert np.isfinite(arrays.test.inputs).all()
    assert prepared.repairs == (
        "12 gap(s) in 'b' filled with the median of each replicate's train rows",
    )


def test_imputed_data_is_read_back_as_written(table: Path, tmp_path: Path) -> None:
    prepared = prepare("t", gappy(path=str(table), missing="impute"), 0, [0, 1])
    save_prepared(tmp_path / "t.npz", prepared)
    again = load_prepared(tmp_path / "t.npz")
    np.testing.assert_array_equal(again.raw.features, prepared.raw.features)
    np.testing.assert_array_equal(again.feature_fill, prepared.feature_fill)


def test_a_column_without_training_values_becomes_constant(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(60.0), "b": np.nan, "y": ["u", "v"] * 30})
    for row in range(60):  # until it is a test row of replicate 0
        frame["b"] = np.where(np.arange(60) == row, 7.0, np.nan)
        frame.to_csv(tmp_path / "t.csv", index=False)
        made = gappy(path=str(tmp_path / "t.csv"), missing="impute")
        prepared = prepare("t", made, 0, [0])
        if row in prepared.test[0]:
            break
    assert prepared.feature_fill[0, 1] == 0
    assert prepared.feature_scale[0, 1] == 1
    assert "feature 'b' is constant on the train rows of replicate(s) 0" in prepared.repairs[1]


def test_data_that_exceeds_the_memory_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("momentum_study.datasets.preparation.MOST_BYTES", 2**15)
    prepare("wine", recipe("wine"), 0, [0])
    with pytest.raises(StudyError) as caught:
        prepare("wine", recipe("wine"), 0, [0, 1])
    assert str(caught.value).startswith(
        "dataset 'wine': 178 rows of 13 features in 2 replicate(s) take a training job "
    )
    assert "take a sample with rows: " in str(caught.value)
