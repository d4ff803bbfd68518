"""Short ways to data for the tests: recipes, and what is loaded from them."""

from typing import Any

from momentum_study.datasets.preparation import load
from momentum_study.datasets.raw import RawDataset
from momentum_study.datasets.recipe import Recipe


def recipe(source: str, **keys: Any) -> Recipe:
    return Recipe.model_validate({"source": source, **keys})


def loaded(source: str, name: str = "toy", seed: int = 11, **keys: Any) -> RawDataset:
    return load(name, recipe(source, **keys), seed).raw
