"""Prepared datasets: what becomes of them on disk, and what training sees of them."""

import errno
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from momentum_study.core.errors import StudyError
from momentum_study.datasets.prepared import (
    PreparedDataset,
    load_prepared,
    save_prepared,
    training_arrays,
)
from tests.datasets.prepared import STACKED, prepare_default
from tests.datasets.recipes import loaded


def assert_same(first: PreparedDataset, second: PreparedDataset) -> None:
    for key in STACKED:
        np.testing.assert_array_equal(getattr(first, key), getattr(second, key), strict=True)
    for key in ("features", "targets"):
        one, two = getattr(first.raw, key), getattr(second.raw, key)
        np.testing.assert_array_equal(one, two, strict=True)
    for key in ("name", "task", "classes", "feature_names"):
        assert getattr(first.raw, key) == getattr(second.raw, key)
    assert (first.scaling, first.repairs) == (second.scaling, second.repairs)


@pytest.mark.parametrize("source", ["iris", "diabetes", "digits"])
def test_reading_returns_what_was_written(source: str, tmp_path: Path) -> None:
    prepared = prepare_default(source)
    save_prepared(tmp_path / "d.npz", prepared)
    assert_same(load_prepared(tmp_path / "d.npz"), prepared)


def test_two_preparations_are_byte_identical(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_prepared(tmp_path / "a.npz", prepare_default("conditioned"))
    monkeypatch.setattr("time.time", lambda: 2e9)
    save_prepared(tmp_path / "b.npz", prepare_default("conditioned"))
    save_prepared(tmp_path / "c.npz", load_prepared(tmp_path / "a.npz"))
    contents = {path.read_bytes() for path in tmp_path.iterdir()}
    assert len(contents) == 1


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "d.npz"
    save_prepared(path, prepare_default("iris"))
    before = path.read_bytes()

    def full_disk(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr("os.fsync", full_disk)
    with pytest.raises(OSError, match=r"no space left on device: .*d\.npz"):
        save_prepared(path, prepare_default("wine"))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"none\.npz: no such file; expected a prepared data set"):
        load_prepared(tmp_path / "none.npz")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train": None}, "d.npz: it lacks train; delete the file"),
        ({"feature_mean": np.zeros((3, 9))}, "feature_mean has shape (3, 9), expected (3, 4)"),
        ({"test": np.zeros(4)}, "test has shape (4,), expected (3, n_test)"),
        ({"targets": np.zeros(9)}, "targets has shape (9,), expected (150)"),
    ],
)
def test_inconsistent_files_are_refused(
    changes: dict[str, Any], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "d.npz"
    save_prepared(path, prepare_default("iris"))
    with np.load(path) as file:
        arrays = {key: file[key] for key in file.files} | changes
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    with pytest.raises(StudyError) as caught:
        load_prepared(path)
    assert message in str(caught.value)


def test_reading_and_training_need_only_numpy(tmp_path: Path) -> None:
    save_prepared(tmp_path / "d.npz", prepare_default("iris"))
    program = (
        "import sys; from pathlib import Path;"
        "from momentum_study.datasets.prepared import load_prepared, training_arrays;"
        "training_arrays(load_prepared(Path(sys.argv[1])), 'float32');"
        "print(sorted({'sklearn', 'scipy', 'pandas'} & sys.modules.keys()))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "d.npz")],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == "[]\n"


def parts(arrays: Any, prepared: PreparedDataset) -> list[tuple[Any, npt.NDArray[np.int64]]]:
    return [
        (arrays.train, prepared.train),
        (arrays.validation, prepared.validation),
        (arrays.test, prepared.test),
    ]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("source", "columns"), [("iris", 3), ("diabetes", 1)])
def test_layout(source: str, columns: int, dtype: Any) -> None:
    prepared = prepare_default(source)
    features = prepared.raw.features.shape[1]
    for part, rows in parts(training_arrays(prepared, dtype), prepared):
        assert part.inputs.shape == (*rows.shape, features + 1)
        assert part.targets.shape == (*rows.shape, columns)
        for array in (part.inputs, part.targets):
            assert array.dtype == dtype
            assert array.flags.c_contiguous
        assert (part.inputs[..., -1] == 1).all()


def test_every_part_uses_the_train_scaling_and_is_cast_last() -> None:
    prepared = prepare_default("wine")
    for part, rows in parts(training_arrays(prepared, np.float32), prepared):
        for replicate in range(3):
            train = prepared.raw.features[prepared.train[replicate]]
            scaled = (prepared.raw.features[rows[replicate]] - train.mean(axis=0)) / train.std(0)
            np.testing.assert_allclose(
                part.inputs[replicate, :, :-1], scaled.astype(np.float32), rtol=3e-7, atol=1e-7
            )


def test_only_gaps_are_filled_before_scaling() -> None:
    prepared = prepare_default("wine")
    features = prepared.raw.features.copy()
    features[::7, 3] = np.nan
    fill = np.zeros_like(prepared.feature_fill)
    fill[:, 3] = [10.0, 20.0, 30.0]
    gappy = replace(prepared, raw=replace(prepared.raw, features=features), feature_fill=fill)
    before = training_arrays(prepared, np.float64)
    after = training_arrays(gappy, np.float64)
    for (old, rows), (new, _) in zip(parts(before, prepared), parts(after, gappy), strict=True):
        for replicate in range(3):
            gaps = rows[replicate] % 7 == 0
            column = new.inputs[replicate, :, 3]
            scaled = fill[replicate, 3] - prepared.feature_mean[replicate, 3]
            np.testing.assert_array_equal(
                column[gaps], scaled / prepared.feature_scale[replicate, 3]
            )
            new.inputs[replicate, gaps, 3] = old.inputs[replicate, gaps, 3]
        np.testing.assert_array_equal(new.inputs, old.inputs)


def test_targets_of_classes_are_one_hot() -> None:
    prepared = prepare_default("iris")
    for part, rows in parts(training_arrays(prepared, np.float32), prepared):
        assert set(part.targets.ravel()) == {0, 1}
        np.testing.assert_array_equal(part.targets.sum(axis=2), 1)
        np.testing.assert_array_equal(part.targets.argmax(axis=2), prepared.raw.targets[rows])


def test_two_classes_can_have_a_single_output() -> None:
    prepared = prepare_default("breast_cancer")
    for part, rows in parts(training_arrays(prepared, np.float32, "single"), prepared):
        np.testing.assert_array_equal(part.targets[..., 0], prepared.raw.targets[rows])
        assert part.targets.shape == (*rows.shape, 1)
        assert part.targets.flags.c_contiguous


def test_targets_of_a_regression_are_standardized_on_training_rows() -> None:
    prepared = prepare_default("diabetes")
    arrays = training_arrays(prepared, np.float64)
    np.testing.assert_allclose(arrays.train.targets.mean(axis=1), 0, atol=1e-12)
    np.testing.assert_allclose(arrays.train.targets.var(axis=1), 1, rtol=1e-12)
    target = loaded("diabetes").targets
    train = target[prepared.train[1]]
    expected = (target[prepared.test[1]] - train.mean()) / train.std()
    np.testing.assert_allclose(arrays.test.targets[1, :, 0], expected, rtol=1e-12)
    single = training_arrays(prepared, np.float64, "single")
    np.testing.assert_array_equal(single.test.targets, arrays.test.targets)


def test_three_classes_need_an_output_each() -> None:
    with pytest.raises(StudyError, match="a single output cannot represent 3 classes; exp"):
        training_arrays(prepare_default("iris"), np.float32, "single")


def test_numbers_too_large_for_the_type_are_refused() -> None:
    prepared = prepare_default("iris")
    tiny = replace(prepared, feature_scale=np.full((3, 4), 1e-60))
    with pytest.raises(StudyError, match=r"dataset 'iris': a scaled value of .* fit float32"):
        training_arrays(tiny, np.float32)
    assert np.isfinite(training_arrays(tiny, np.float64).train.inputs).all()


@pytest.mark.parametrize("dtype", [np.float16, np.int32, np.complex64])
def test_other_types_are_refused(dtype: Any) -> None:
    with pytest.raises(ValueError, match="expected float32 or float64"):
        training_arrays(prepare_default("iris"), dtype)
