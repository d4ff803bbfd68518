"""Prepared data sets: as files, one per block of replicates, and as training arrays.

Training jobs import only this module of the package, and it depends only on NumPy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast, get_args

import numpy as np
import numpy.typing as npt

from momentum_study.core.atomic import replacing
from momentum_study.core.errors import StudyError
from momentum_study.core.text import one_line, suggest
from momentum_study.datasets.raw import FloatArray, IntArray, RawDataset, Task
from momentum_study.datasets.splits import SCALINGS, Scaling, fill_gaps
from momentum_study.engine.arrays import ArraySplit

Outputs: TypeAlias = Literal["per_class", "single"]
Floats: TypeAlias = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class PreparedDataset:
    """A raw data set with the splits and scalings of R replicates.

    Attributes
    ----------
    raw
        The data, unscaled.
    scaling
        Scaling of the features.
    replicates
        Shape ``(R,)``.
    train, validation, test
        Row numbers of shapes ``(R, n_train)``, ``(R, n_validation)``, ``(R, n_test)``.
    feature_mean, feature_scale
        Shape ``(R, d)``, fitted on the training rows of each replicate.
    feature_fill
        Shape ``(R, d)``: values for NaN in columns with gaps, fitted in the same way; 0 in other
        columns.
    target_mean, target_scale
        Shape ``(R,)``, fitted in the same way for a regression; 0 and 1 for a classification.
    repairs
        One sentence per repair, for the log.
    """

    raw: RawDataset
    scaling: Scaling
    replicates: IntArray
    train: IntArray
    validation: IntArray
    test: IntArray
    feature_mean: FloatArray
    feature_scale: FloatArray
    feature_fill: FloatArray
    target_mean: FloatArray
    target_scale: FloatArray
    repairs: tuple[str, ...]

    def take(self, replicates: slice | npt.NDArray[np.bool_]) -> "PreparedDataset":
        """Return some of the replicates: a slice of ``(R,)``, or a mask."""
        return replace(self, **{key: getattr(self, key)[replicates] for key in _SHAPES})


@dataclass(frozen=True, eq=False)
class TrainingArrays:
    """The three splits of a prepared data set, ready for training."""

    train: ArraySplit
    validation: ArraySplit
    test: ArraySplit


def save_prepared(path: Path, prepared: PreparedDataset) -> None:
    """Write a prepared data set as an uncompressed ``.npz`` file.

    Equal data sets give equal bytes. The file appears complete or not at all: it is written with
    another name in the same folder, flushed to disk and then renamed.

    Parameters
    ----------
    path
        The file; an existing one is replaced.
    prepared
        The data set.

    Raises
    ------
    OSError
        If the file cannot be written; no partial file remains.
    """
    raw = prepared.raw
    arrays: dict[str, npt.NDArray[Any]] = {
        "name": np.array(raw.name),
        "task": np.array(raw.task),
        "scaling": np.array(prepared.scaling),
        "classes": np.array(raw.classes, dtype=np.str_),
        "feature_names": np.array(raw.feature_names, dtype=np.str_),
        "repairs": np.array(prepared.repairs, dtype=np.str_),
        "features": raw.features,
        "targets": raw.targets,
    }
    arrays |= {key: getattr(prepared, key) for key in _SHAPES}
    with replacing(path) as file:
        # Uncompressed: the bytes do not depend on the version of zlib, and loading is faster.
        np.savez(file, allow_pickle=False, **arrays)


def load_prepared(path: Path) -> PreparedDataset:
    """Read a file written by `save_prepared`.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    PreparedDataset
        Equal to the one saved.

    Raises
    ------
    StudyError
        If the file is missing, damaged, incomplete, contains pickled objects, or its arrays are
        inconsistent.
    """
    arrays = _read_arrays(path)
    raw = RawDataset(
        name=str(arrays["name"]),
        features=arrays["features"],
        targets=arrays["targets"],
        task=cast(Task, str(arrays["task"])),
        classes=tuple(arrays["classes"].tolist()),
        feature_names=tuple(arrays["feature_names"].tolist()),
    )
    return PreparedDataset(
        raw=raw,
        scaling=cast(Scaling, str(arrays["scaling"])),
        repairs=tuple(arrays["repairs"].tolist()),
        **{key: arrays[key] for key in _SHAPES},
    )


_SHAPES: dict[str, tuple[str, ...]] = {
    "replicates": ("R",),
    "train": ("R", "n_train"),
    "validation": ("R", "n_validation"),
    "test": ("R", "n_test"),
    "feature_mean": ("R", "d"),
    "feature_scale": ("R", "d"),
    "feature_fill": ("R", "d"),
    "target_mean": ("R",),
    "target_scale": ("R",),
}
"""Shapes of the arrays that `PreparedDataset` adds to the raw data, by named lengths."""

_ALL_SHAPES: dict[str, tuple[str, ...]] = {
    "name": (),
    "task": (),
    "scaling": (),
    "classes": ("K",),
    "feature_names": ("d",),
    "repairs": ("repairs",),
    "features": ("n", "d"),
    "targets": ("n",),
    **_SHAPES,
}
_ROW_NUMBERS = ("train", "validation", "test")
_WHOLE = ("replicates", *_ROW_NUMBERS)
_TEXT = ("name", "task", "scaling", "classes", "feature_names", "repairs")


def _read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Read and check all arrays of the file."""
    advice = "delete the file and prepare the data set again"
    try:
        # Opened here because NumPy does not close a damaged file. The zip contains checksums.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            # Uncompressed content cannot be larger than the file.
            if any(member.compress_type for member in archive.zip.infolist()):
                raise ValueError("its arrays are compressed")
            arrays = {key: archive[key] for key in archive.files}
    except FileNotFoundError:
        raise StudyError(
            f"{path}: no such file; expected a prepared data set: run the step that prepares it"
        ) from None
    except Exception as error:  # exceptions for damaged zip files are not documented
        raise StudyError(
            f"{path}: not a readable prepared data set ({one_line(error)}); expected "
            f"an .npz file without pickled objects: {advice}"
        ) from error
    missing = _ALL_SHAPES.keys() - arrays.keys()
    if missing:
        raise StudyError(f"{path}: it lacks {', '.join(sorted(missing))}; {advice}")
    try:
        _check_arrays(arrays)
    except StudyError as error:
        raise StudyError(f"{path}: {error}; {advice}") from None
    return arrays


def _check_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Check that types, shapes and row numbers are consistent."""
    regression = str(arrays["task"]) == "regression"
    lengths: dict[str, int] = {}
    for key, axes in _ALL_SHAPES.items():
        shape = np.shape(arrays[key])
        fits = len(shape) == len(axes) and all(
            lengths.setdefault(axis, length) == length
            for axis, length in zip(axes, shape, strict=True)
        )
        if not fits:
            sizes = ", ".join(str(lengths.get(axis, axis)) for axis in axes)
            raise StudyError(f"{key} has shape {shape}, expected ({sizes})")
        whole = key in _WHOLE or (key == "targets" and not regression)
        expected = np.str_ if key in _TEXT else np.int64 if whole else np.float64
        # A member of the archive that is not an array is read as bytes.
        kind = getattr(arrays[key], "dtype", np.dtype(object))
        if kind.type is not expected:
            raise StudyError(f"{key} is of type {kind}, expected {expected.__name__}")
    for key, known in (("task", get_args(Task)), ("scaling", SCALINGS)):
        if str(arrays[key]) not in known:
            raise StudyError(f"{key} is {str(arrays[key])!r}; {suggest(str(arrays[key]), known)}")
    limits = dict.fromkeys(_ROW_NUMBERS, lengths["n"])
    if not regression:
        limits["targets"] = lengths["K"]
    for key, limit in limits.items():
        values = arrays[key]
        if values.size == 0 or values.min() < 0 or values.max() >= limit:
            raise StudyError(f"{key}: expected numbers from 0 up, below {limit}")
    for key in ("feature_mean", "feature_scale", "feature_fill", "target_mean", "target_scale"):
        lowest = 0.0 if key.endswith("_scale") else -np.inf
        if not np.all(np.isfinite(arrays[key]) & (arrays[key] > lowest)):
            raise StudyError(f"{key}: expected finite numbers{' > 0' if lowest == 0 else ''}")


def training_arrays(
    prepared: PreparedDataset, dtype: npt.DTypeLike, outputs: Outputs = "per_class"
) -> TrainingArrays:
    """Return the training arrays of a prepared data set.

    Gaps are filled. Features and targets are scaled in float64 and cast at the end.

    Parameters
    ----------
    prepared
        A data set with R replicates, d features and K classes.
    dtype
        float32 or float64.
    outputs
        ``"per_class"``: targets of a classification are one-hot, K columns. ``"single"``: one
        column of 0 and 1 (the class code), for a logistic loss with two classes. A regression
        always has one column, the standardized target.

    Returns
    -------
    TrainingArrays
        For each split, inputs ``(R, n, d + 1)`` and targets ``(R, n, K)`` or ``(R, n, 1)``.

    Raises
    ------
    StudyError
        If `outputs` is ``"single"`` with more than two classes, or a scaled number is too large for
        `dtype`.
    ValueError
        If `dtype` is neither float32 nor float64.
    """
    kind = np.dtype(dtype)
    if kind not in (np.dtype(np.float32), np.dtype(np.float64)):
        raise ValueError(f"expected float32 or float64, got {kind}")
    raw = prepared.raw
    if outputs == "single" and len(raw.classes) > 2:
        raise StudyError(
            f"dataset {raw.name!r}: a single output cannot represent {len(raw.classes)} classes; "
            "expected two classes, or one output per class"
        )
    return TrainingArrays(
        *(
            ArraySplit(_inputs(prepared, rows, kind), _targets(prepared, rows, kind, outputs))
            for rows in (prepared.train, prepared.validation, prepared.test)
        )
    )


def _inputs(prepared: PreparedDataset, rows: IntArray, kind: np.dtype[Any]) -> Floats:
    """Return scaled features with a last column of ones: ``(R, n, d + 1)``."""
    features = prepared.raw.features
    inputs = np.ones((*rows.shape, features.shape[1] + 1), dtype=kind)
    for replicate, numbers in enumerate(rows):  # one at a time, to avoid a float64 copy of all
        filled = fill_gaps(features[numbers], prepared.feature_fill[replicate])
        centered = filled - prepared.feature_mean[replicate]
        inputs[replicate, :, :-1] = _cast(
            centered / prepared.feature_scale[replicate], kind, prepared.raw.name
        )
    return inputs


def _targets(
    prepared: PreparedDataset, rows: IntArray, kind: np.dtype[Any], outputs: Outputs
) -> Floats:
    """Return one-hot classes ``(R, n, K)``, or one column ``(R, n, 1)``."""
    raw = prepared.raw
    values = raw.targets[rows]
    if raw.task == "classification":
        if outputs == "per_class":
            return np.eye(len(raw.classes), dtype=kind)[values]
        return values[:, :, np.newaxis].astype(kind)
    scaled = (values - prepared.target_mean[:, np.newaxis]) / prepared.target_scale[:, np.newaxis]
    return _cast(scaled[:, :, np.newaxis], kind, raw.name)


def _cast(values: FloatArray, kind: np.dtype[Any], name: str) -> Floats:
    with np.errstate(over="ignore"):
        cast_values: Floats = values.astype(kind)
    if not np.all(np.isfinite(cast_values)):
        raise StudyError(
            f"dataset {name!r}: a scaled value of {np.abs(values).max()} does not fit {kind}; "
            "expected finite numbers: scale the features, change their unit, or use float64"
        )
    return cast_values
