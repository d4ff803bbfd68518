"""Prepared data that is damaged or forged is refused, and no pickle in it is loaded."""

import io
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from momentum_study.datasets.preparation import prepare
from momentum_study.datasets.prepared import load_prepared, save_prepared
from momentum_study.datasets.recipe import Recipe
from tests.bad_input.random_trees import edits
from tests.bad_input.refusals import SHARED, attempt
from tests.tally import Tally

Arrays = dict[str, npt.NDArray[Any]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "iris.npz"
    save_prepared(path, prepare("iris", Recipe(source="iris"), 1, [0, 1]))
    return path.read_bytes()


def contents(content: bytes) -> Arrays:
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


def is_refused(tally: Tally, folder: Path, content: bytes) -> bool:
    """Try to load a file."""
    path = folder / "iris.npz"
    path.write_bytes(content)
    return attempt(tally, lambda: load_prepared(path), str(path)) is None


def saved(arrays: Arrays) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=True, **arrays)
    return file.getvalue()


def announced(shape: tuple[int, ...]) -> bytes:
    """The header of an array, without its content."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f8", "fortran_order": False, "shape": shape}
    )
    return header.getvalue()


def with_member(content: bytes, name: str, member: bytes, **settings: Any) -> bytes:
    """The archive with other bytes under one name."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as former,
        zipfile.ZipFile(file, "w", **settings) as archive,
    ):
        for one in former.namelist():
            archive.writestr(one, member if one == f"{name}.npy" else former.read(one))
    return file.getvalue()


@SHARED
@given(data=st.data())
def test_damage_is_detected_or_changes_no_value(
    tally: Tally, tmp_path: Path, whole: bytes, data: st.DataObject
) -> None:
    # The directory of the archive is at its end: edit near the beginning of either.
    if data.draw(st.booleans()):
        content = data.draw(edits(whole, (b"\0", b"PK", b"\x93NUMPY"), len(whole)))
    else:
        end = data.draw(edits(whole[-3000:], (b"\0", b"PK", b"\xff\xff\xff\xff"), 3000))
        content = whole[:-3000] + end
    path = tmp_path / "iris.npz"
    if not is_refused(tally, tmp_path, content):
        save_prepared(path, load_prepared(path))
        assert path.read_bytes() == whole


@SHARED
@given(content=st.binary())
@example(content=announced((3,)) + bytes(24))
def test_any_bytes(tally: Tally, tmp_path: Path, content: bytes) -> None:
    assert is_refused(tally, tmp_path, content)


class Touch:
    """Its pickle makes a folder when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self.path,)


def test_a_pickle_is_never_loaded(tally: Tally, tmp_path: Path, whole: bytes) -> None:
    trace = tmp_path / "trace"
    payload = pickle.dumps(Touch(trace))
    array = np.array([Touch(trace)], dtype=object)
    for content in (
        payload,
        with_member(whole, "features", payload),
        *(saved(contents(whole) | {key: array}) for key in contents(whole)),
    ):
        assert is_refused(tally, tmp_path, content)
    assert not trace.exists()
    pickle.loads(payload)  # the trace would be seen
    assert trace.exists()


def odd(array: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any] | None]:
    """Replacements of an array: another type, shape or content."""
    numbers = array.dtype.kind in "if"
    changed: dict[str, npt.NDArray[Any] | None] = {
        "missing": None,
        "bytes": np.zeros(array.shape, dtype="S3"),
        "records": np.zeros(array.shape, dtype=[("a", "i4")]),
        "dates": np.zeros(array.shape, dtype="M8[s]"),
        "complex": np.zeros(array.shape, dtype=complex),
        "a number": np.array(3),
        "one axis more": array[np.newaxis],
    }
    if numbers:
        changed |= {
            "text": array.astype(str),
            "half as long": array[: len(array) // 2],
            "single precision": array.astype(np.float32),
        }
    return changed


def test_arrays_of_another_kind_are_refused(tally: Tally, tmp_path: Path, whole: bytes) -> None:
    arrays = contents(whole)
    for key, array in arrays.items():
        for kind, other in odd(array).items():
            changed = {name: value for name, value in arrays.items() if name != key}
            if other is not None:
                changed[key] = other
            assert is_refused(tally, tmp_path, saved(changed)), f"{key}: {kind}"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *((key, number) for key in ("train", "validation", "test") for number in (-1, 150, 10**12)),
        *(("targets", code) for code in (-1, 3)),
        *((key, np.nan) for key in ("feature_mean", "feature_fill", "target_mean")),
        *((key, scale) for key in ("feature_scale", "target_scale") for scale in (0.0, np.inf)),
        *((key, np.array("$(touch pwned)")) for key in ("task", "scaling")),
    ],
)
def test_invalid_values_are_refused(
    tally: Tally, tmp_path: Path, whole: bytes, key: str, value: Any
) -> None:
    arrays = contents(whole)
    if isinstance(value, np.ndarray):
        arrays[key] = value
    else:
        arrays[key].flat[0] = value
    assert is_refused(tally, tmp_path, saved(arrays))


@pytest.mark.parametrize("shape", [(10**12, 4), (10**20,), (-1, 4), (2**62, 4)], ids=str)
def test_a_header_with_a_false_shape_is_refused(
    tally: Tally, tmp_path: Path, whole: bytes, shape: tuple[int, ...]
) -> None:
    assert is_refused(tally, tmp_path, with_member(whole, "features", announced(shape)))


def test_a_compressed_array_is_refused_before_it_is_expanded(
    tally: Tally, tmp_path: Path, whole: bytes
) -> None:
    rows = 2**22
    bomb = announced((rows, 4)) + bytes(8 * 4 * rows)
    content = with_member(whole, "features", bomb, compression=zipfile.ZIP_DEFLATED)
    assert len(content) < len(bomb) / 100
    assert is_refused(tally, tmp_path, content)
