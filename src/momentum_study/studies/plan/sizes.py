"""Sizes of data sets, which decide what a training costs."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from momentum_study.config.study import Study
from momentum_study.core.errors import StudyError
from momentum_study.datasets.preparation import load
from momentum_study.datasets.recipe import Recipe
from momentum_study.datasets.splits import make_split


@dataclass(frozen=True)
class Sizes:
    """Sizes of a data set.

    Attributes
    ----------
    train, validation, test
        Rows of the parts, the same for every replicate.
    features
        Columns of numbers.
    outputs
        Classes, or 1 in a regression.
    """

    train: int
    validation: int
    test: int
    features: int
    outputs: int

    @property
    def rows(self) -> int:
        """All of them."""
        return self.train + self.validation + self.test


def sizes(name: str, recipe: Recipe, study_seed: int) -> Sizes:
    """Load a data set and return its sizes.

    Raises
    ------
    StudyError
        If it cannot be loaded.
    """
    raw, _ = load(name, recipe, study_seed)
    # Any shuffle will do: the sizes of the parts depend on the numbers of the classes alone.
    split = make_split(raw.targets, raw.task, np.random.default_rng(0))
    return Sizes(
        len(split.train),
        len(split.validation),
        len(split.test),
        raw.features.shape[1],
        max(len(raw.classes), 1),
    )


def known_sizes(study: Study, names: Iterable[str]) -> tuple[dict[str, Sizes], dict[str, str]]:
    """Return the sizes of those data sets that can be loaded, and of others what is in the way."""
    known, unknown = {}, {}
    for name in names:
        try:
            known[name] = sizes(name, study.datasets[name], study.seed)
        except StudyError as error:
            unknown[name] = str(error)
    return known, unknown
