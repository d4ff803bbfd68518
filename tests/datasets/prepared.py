"""What the tests of preparation and of its files share."""

from typing import Any

from momentum_study.datasets.preparation import prepare
from momentum_study.datasets.prepared import PreparedDataset
from tests.datasets.recipes import recipe

STACKED = (
    "replicates",
    "train",
    "validation",
    "test",
    "feature_mean",
    "feature_scale",
    "feature_fill",
    "target_mean",
    "target_scale",
)


def prepare_default(source: str, replicates: Any = (0, 1, 2)) -> PreparedDataset:
    return prepare(source, recipe(source), 11, replicates)
