"""From a recipe to checked data: reading, sampling, encoding, and what else the recipe asks for."""

import numpy as np

from momentum_study.core.errors import StudyError
from momentum_study.core.seeds import generator
from momentum_study.datasets.raw import RawDataset, make_raw
from momentum_study.datasets.recipe import Recipe
from momentum_study.datasets.sources import SOURCES
from momentum_study.datasets.table import Table
from momentum_study.datasets.transforms import sampled_rows, with_condition_number, with_label_noise


def load(name: str, recipe: Recipe, study_seed: int) -> tuple[RawDataset, tuple[str, ...]]:
    """Make the data of a recipe.

    Parameters
    ----------
    name
        The dataset's name in the study, on which the random parts depend.
    recipe
        Where the data comes from, and what is done to it.
    study_seed
        The seed of the whole study.

    Returns
    -------
    RawDataset, tuple of str
        The data, the same for the same arguments; and a sentence for each repair made. Features
        are NaN where gaps are to be imputed, and nowhere else.

    Raises
    ------
    StudyError
        If the data cannot be had, or cannot be used.
    """
    try:
        table = _read(recipe)
        if recipe.rows is not None:
            random = generator(study_seed, "rows", name)
            table = table.take(sampled_rows(table.targets, table.task, recipe.rows, random))
        features, names = table.features, table.feature_names
        if not isinstance(features, np.ndarray):
            from momentum_study.datasets.columns import encoded

            features, names = encoded(features)
    except StudyError as error:
        raise StudyError(f"dataset {name!r}: {error}") from error
    impute = recipe.missing == "impute"
    raw = make_raw(name, features, table.targets, table.task, table.classes, names, gaps=impute)
    return _changed(raw, recipe, study_seed), table.repairs


def _read(recipe: Recipe) -> Table:
    source = SOURCES[recipe.source]
    return source.read(**{key: getattr(recipe, key) for key in source.keys})


def _changed(raw: RawDataset, recipe: Recipe, study_seed: int) -> RawDataset:
    """Apply the options that need checked data."""
    features, targets = raw.features, raw.targets
    if recipe.condition_number is not None:
        try:
            features = with_condition_number(features, recipe.condition_number)
        except StudyError as error:
            raise StudyError(f"dataset {raw.name!r}: {error}") from error
    if recipe.label_noise is not None:
        random = generator(study_seed, "label noise", raw.name)
        classes = len(raw.classes)
        targets = with_label_noise(targets, raw.task, classes, recipe.label_noise, random)
    if features is raw.features and targets is raw.targets:
        return raw
    # Checked anew: a small class may have lost its last members to the noise.
    gaps = recipe.missing == "impute"
    return make_raw(
        raw.name, features, targets, raw.task, raw.classes, raw.feature_names, gaps=gaps
    )
