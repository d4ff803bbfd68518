"""From a recipe to a prepared data set: reading, sampling, encoding, splitting and scaling."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import compress

import numpy as np

from momentum_study.core.errors import StudyError, StudyWarning
from momentum_study.core.seeds import generator
from momentum_study.datasets.prepared import PreparedDataset
from momentum_study.datasets.raw import ColumnUse, FloatArray, RawDataset, Table, make_raw
from momentum_study.datasets.recipe import Recipe
from momentum_study.datasets.sources import SOURCES
from momentum_study.datasets.splits import (
    FittedScaling,
    Scaling,
    Split,
    fill_gaps,
    fit_scaling,
    make_split,
)
from momentum_study.datasets.transforms import sampled_rows, with_condition_number, with_label_noise

MOST_BYTES = 2**30
"""Memory limit of a training job, compared with a lower bound of what it needs."""


@dataclass(frozen=True, eq=False)
class LoadedDataset:
    """Data as loaded.

    Attributes
    ----------
    raw
        The data. Features are NaN only where gaps are to be imputed.
    repairs
        One sentence per repair, for the log.
    columns
        What became of each column of a table; None if the source has none.
    """

    raw: RawDataset
    repairs: tuple[str, ...]
    columns: ColumnUse | None


def prepare(
    name: str,
    recipe: Recipe,
    study_seed: int,
    replicates: Sequence[int],
) -> PreparedDataset:
    """Load a dataset, then split it, fill its gaps and scale it for each replicate.

    Replicate r is split with ``generator(study_seed, "split", name, r)``, so its rows do not depend
    on the other replicates. Targets of a regression are always standardized.

    Parameters
    ----------
    name
        Name of the data set in the study.
    recipe
        Source of the data, and its transformations.
    study_seed
        Seed of the study.
    replicates
        Numbers of the R replicates, without repetition.

    Returns
    -------
    PreparedDataset
        Determined by the arguments.

    Raises
    ------
    StudyError
        If the data or the replicates are not usable, or a training job would need too much memory.
    """
    with _naming(name):
        if not replicates or len(set(replicates)) < len(replicates):
            raise StudyError(f"replicates {list(replicates)}; expected at least one, each once")
        loaded = _load(name, recipe, study_seed)
        _check_size(loaded.raw, len(replicates))
        return _prepare_raw(loaded, recipe.scaling, study_seed, replicates)


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Name the data set in errors."""
    try:
        yield
    except StudyError as error:
        raise StudyError(f"dataset {name!r}: {error}") from error


def _check_size(raw: RawDataset, replicates: int) -> None:
    """Refuse data that is too large for a training job: raw, and per replicate in float32."""
    rows, columns = raw.features.shape
    least = raw.features.nbytes + replicates * rows * (columns + 1) * 4
    if least > MOST_BYTES:
        raise StudyError(
            f"{rows} rows of {columns} features in {replicates} replicate(s) take a training job "
            f"{least / 2**30:.1f} GiB; expected at most {MOST_BYTES / 2**30:.0f}: take a sample "
            f"with rows: {int(rows * MOST_BYTES / least / 2)}, or fewer replicates_per_shard"
        )


def _prepare_raw(
    loaded: LoadedDataset, scaling: Scaling, study_seed: int, replicates: Sequence[int]
) -> PreparedDataset:
    raw = loaded.raw
    splits = [
        make_split(raw.targets, raw.task, generator(study_seed, "split", raw.name, replicate))
        for replicate in replicates
    ]
    fills = [_medians(raw.features[split.train]) for split in splits]
    fits = [
        fit_scaling(fill_gaps(raw.features[split.train], fill), scaling)
        for split, fill in zip(splits, fills, strict=True)
    ]
    if raw.task == "regression":
        values = raw.targets.astype(np.float64)[:, np.newaxis]
        target_fits = [fit_scaling(values[split.train], "standard") for split in splits]
    else:
        target_fits = [FittedScaling(np.zeros(1), np.ones(1), ())] * len(splits)
    _warn_of_constants(raw, replicates, splits, fits)
    return PreparedDataset(
        raw=raw,
        scaling=scaling,
        replicates=np.array(replicates, dtype=np.int64),
        train=np.stack([split.train for split in splits]),
        validation=np.stack([split.validation for split in splits]),
        test=np.stack([split.test for split in splits]),
        feature_mean=np.stack([fit.mean for fit in fits]),
        feature_scale=np.stack([fit.scale for fit in fits]),
        feature_fill=np.stack(fills),
        target_mean=np.concatenate([fit.mean for fit in target_fits]),
        target_scale=np.concatenate([fit.scale for fit in target_fits]),
        repairs=(
            *loaded.repairs,
            *_repairs(raw.feature_names, replicates, fits),
        ),
    )


def _medians(features_train: FloatArray) -> FloatArray:
    """Return the median of each column with gaps; 0 for other and for empty columns."""
    gaps = np.isnan(features_train).any(axis=0)
    fill = np.zeros(features_train.shape[1])
    if gaps.any():
        from sklearn.impute import SimpleImputer

        imputer = SimpleImputer(strategy="median", keep_empty_features=True)
        fill[gaps] = imputer.fit(features_train[:, gaps]).statistics_
    return fill


def _warn_of_constants(
    raw: RawDataset,
    replicates: Sequence[int],
    splits: Sequence[Split],
    fits: Sequence[FittedScaling],
) -> None:
    """Warn of replicates in which there is nothing to learn, or no score."""
    columns = raw.features.shape[1]
    flat = {
        "every feature is constant on the train rows": [
            len(fit.constant) == columns for fit in fits
        ]
    }
    if raw.task == "regression":
        for part, effect in (
            ("train", "relative losses are infinite"),
            ("validation", "R² has no meaning"),
            ("test", "R² has no meaning"),
        ):
            flat[f"{effect}, because the target is constant on the {part} rows"] = [
                len(np.unique(raw.targets[getattr(split, part)])) == 1 for split in splits
            ]
    for text, found in flat.items():
        if any(found):
            warnings.warn(
                f"dataset {raw.name!r}: {text} of {_named(replicates, found)}; use more rows, or "
                "leave it out",
                StudyWarning,
                stacklevel=4,
            )


def _named(replicates: Sequence[int], chosen: Sequence[bool]) -> str:
    return f"replicate(s) {', '.join(map(str, compress(replicates, chosen)))}"


def _repairs(
    names: Sequence[str], replicates: Sequence[int], fits: Sequence[FittedScaling]
) -> Iterator[str]:
    for column, name in enumerate(names):
        constant = [column in fit.constant for fit in fits]
        if any(constant):
            yield (
                f"feature {name!r} is constant on the train rows of "
                f"{_named(replicates, constant)}: centred and left at scale 1"
            )


def load(name: str, recipe: Recipe, study_seed: int) -> LoadedDataset:
    """Load the data of a recipe.

    Parameters
    ----------
    name
        Name of the data set in the study; random numbers depend on it.
    recipe
        Where the data comes from, and what is done to it.
    study_seed
        Seed of the study.

    Returns
    -------
    LoadedDataset
        Determined by the arguments.

    Raises
    ------
    StudyError
        If the data is not available or not usable.
    """
    with _naming(name):
        return _load(name, recipe, study_seed)


def _load(name: str, recipe: Recipe, study_seed: int) -> LoadedDataset:
    table = _read(recipe)
    if recipe.rows is not None:
        random = generator(study_seed, "rows", name)
        table = table.take(sampled_rows(table.targets, table.task, recipe.rows, random))
    features, names, columns = table.features, table.feature_names, None
    if not isinstance(features, np.ndarray):
        from momentum_study.datasets.columns import column_use, encoded

        columns = column_use(features, table, recipe.leave_out)
        features, names = encoded(features)
    impute = recipe.missing == "impute"
    raw = make_raw(name, features, table.targets, table.task, table.classes, names, gaps=impute)
    return LoadedDataset(_changed(raw, recipe, study_seed), table.repairs, columns)


def _read(recipe: Recipe) -> Table:
    source = SOURCES[recipe.source]
    return source.read(**{key: getattr(recipe, key) for key in source.keys})


def _changed(raw: RawDataset, recipe: Recipe, study_seed: int) -> RawDataset:
    """Apply the transformations that need checked data."""
    features, targets = raw.features, raw.targets
    if recipe.condition_number is not None:
        features = with_condition_number(features, recipe.condition_number)
    if recipe.label_noise is not None:
        random = generator(study_seed, "label noise", raw.name)
        classes = len(raw.classes)
        targets = with_label_noise(targets, raw.task, classes, recipe.label_noise, random)
    if features is raw.features and targets is raw.targets:
        return raw
    # Checked again: a small class may have lost its members to label noise.
    gaps = recipe.missing == "impute"
    return make_raw(
        raw.name, features, targets, raw.task, raw.classes, raw.feature_names, gaps=gaps
    )
