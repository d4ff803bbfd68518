"""Preparing a dataset: the splits and scalings of a block of replicates."""

from collections.abc import Iterator, Sequence

import numpy as np

from momentum_study.core.errors import StudyError
from momentum_study.core.seeds import generator
from momentum_study.datasets.loading import load
from momentum_study.datasets.prepared import PreparedDataset
from momentum_study.datasets.raw import FloatArray, RawDataset
from momentum_study.datasets.recipe import Recipe
from momentum_study.datasets.splits import (
    DEFAULT_FRACTIONS,
    FittedScaling,
    Fractions,
    Scaling,
    check_fractions,
    fill_gaps,
    fit_scaling,
    make_split,
)

MOST_BYTES = 2**30
"""What a training job may hold; checked against what it will hold at the very least."""


def prepare(
    name: str,
    recipe: Recipe,
    study_seed: int,
    replicates: Sequence[int],
    fractions: Fractions = DEFAULT_FRACTIONS,
) -> PreparedDataset:
    """Load a dataset, then split it, fill its gaps and scale it for each replicate.

    Replicate r is split by ``generator(study_seed, "split", name, r)``, so its rows are the same
    whichever other replicates are prepared with it. Targets of a regression are standardised,
    whatever the scaling of the features.

    Parameters
    ----------
    name
        The dataset's name in the study.
    recipe
        Where the data comes from, and what is done to it.
    study_seed
        The seed of the whole study.
    replicates
        Numbers of the R replicates, each once.
    fractions
        Shares of train, validation and test.

    Returns
    -------
    PreparedDataset
        The same for the same arguments.

    Raises
    ------
    StudyError
        If the data, the replicates or the fractions are not usable, or a job that trains on them
        would need more memory than it may have.
    """
    if not replicates or len(set(replicates)) < len(replicates):
        raise StudyError(
            f"dataset {name!r}: replicates {list(replicates)}; expected at least one, each once"
        )
    check_fractions(fractions)
    raw, repairs = load(name, recipe, study_seed)
    try:
        _check_size(raw, len(replicates))
        return _prepare_raw(raw, recipe.scaling, study_seed, replicates, fractions, repairs)
    except StudyError as error:
        raise StudyError(f"dataset {name!r}: {error}") from error


def _check_size(raw: RawDataset, replicates: int) -> None:
    """Refuse what no training job can hold: the raw data, and each replicate's in float32."""
    rows, columns = raw.features.shape
    least = raw.features.nbytes + replicates * rows * (columns + 1) * 4
    if least > MOST_BYTES:
        raise StudyError(
            f"{rows} rows of {columns} features in {replicates} replicate(s) take a training job "
            f"{least / 2**30:.1f} GiB; expected at most {MOST_BYTES / 2**30:.0f}: take a sample "
            f"with rows: {int(rows * MOST_BYTES / least / 2)}, or fewer replicates_per_shard"
        )


def _prepare_raw(
    raw: RawDataset,
    scaling: Scaling,
    study_seed: int,
    replicates: Sequence[int],
    fractions: Fractions,
    repairs: tuple[str, ...],
) -> PreparedDataset:
    splits = [
        make_split(
            raw.targets, raw.task, generator(study_seed, "split", raw.name, replicate), fractions
        )
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
            *repairs,
            *_repairs([f"feature {name!r}" for name in raw.feature_names], replicates, fits),
            *_repairs(["the target"], replicates, target_fits),
        ),
    )


def _medians(features_train: FloatArray) -> FloatArray:
    """Median of each column that has gaps, 0 for the others and for one that is nothing else."""
    gaps = np.isnan(features_train).any(axis=0)
    fill = np.zeros(features_train.shape[1])
    if gaps.any():
        from sklearn.impute import SimpleImputer

        imputer = SimpleImputer(strategy="median", keep_empty_features=True)
        fill[gaps] = imputer.fit(features_train[:, gaps]).statistics_
    return fill


def _repairs(
    labels: Sequence[str], replicates: Sequence[int], fits: Sequence[FittedScaling]
) -> Iterator[str]:
    for column, label in enumerate(labels):
        where = [
            str(replicate)
            for replicate, fit in zip(replicates, fits, strict=True)
            if column in fit.constant
        ]
        if where:
            yield (
                f"{label} is constant on the train rows of replicate(s) {', '.join(where)}: "
                "centred and left at scale 1"
            )
