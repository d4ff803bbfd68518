"""Preparing a dataset: the splits and scalings of a block of replicates."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from momentum_study.datasets.files import PreparedDataset
from momentum_study.datasets.raw import RawDataset
from momentum_study.datasets.sources import find_source, load_source
from momentum_study.datasets.splits import (
    DEFAULT_FRACTIONS,
    FittedScaling,
    Fractions,
    Scaling,
    check_fractions,
    fit_scaling,
    make_split,
)
from momentum_study.errors import StudyError
from momentum_study.seeds import generator


def prepare(
    name: str,
    source: str,
    parameters: Mapping[str, object],
    scaling: Scaling | None,
    study_seed: int,
    replicates: Sequence[int],
    fractions: Fractions = DEFAULT_FRACTIONS,
) -> PreparedDataset:
    """Load a dataset, then split and scale it for each replicate.

    Replicate r is split by ``generator(study_seed, "split", name, r)``, so its rows are the same
    whichever other replicates are prepared with it. Targets of a regression are standardised,
    whatever the scaling of the features.

    Parameters
    ----------
    name
        The dataset's name in the study.
    source, parameters
        See `load_source`.
    scaling
        See `fit_scaling`; None takes the source's own.
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
        If the data, a parameter, the scaling, the replicates or the fractions are not usable.
    """
    if not replicates or len(set(replicates)) < len(replicates):
        raise StudyError(
            f"dataset {name!r}: replicates {list(replicates)}; expected at least one, each once"
        )
    check_fractions(fractions)
    chosen = scaling if scaling is not None else find_source(name, source).scaling
    raw = load_source(name, source, parameters)
    try:
        return _prepare_raw(raw, chosen, study_seed, replicates, fractions)
    except StudyError as error:
        raise StudyError(f"dataset {name!r}: {error}") from error


def _prepare_raw(
    raw: RawDataset,
    scaling: Scaling,
    study_seed: int,
    replicates: Sequence[int],
    fractions: Fractions,
) -> PreparedDataset:
    splits = [
        make_split(
            raw.targets, raw.task, generator(study_seed, "split", raw.name, replicate), fractions
        )
        for replicate in replicates
    ]
    fits = [fit_scaling(raw.features[split.train], scaling) for split in splits]
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
        target_mean=np.concatenate([fit.mean for fit in target_fits]),
        target_scale=np.concatenate([fit.scale for fit in target_fits]),
        repairs=(
            *_repairs([f"feature {name!r}" for name in raw.feature_names], replicates, fits),
            *_repairs(["the target"], replicates, target_fits),
        ),
    )


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
