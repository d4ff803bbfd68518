"""``prepare``: split and scale a data set for a block of replicates."""

import argparse
from pathlib import Path

from pydantic import ValidationError

from momentum_study.core.errors import StudyError
from momentum_study.datasets.preparation import prepare
from momentum_study.datasets.prepared import save_prepared
from momentum_study.datasets.recipe import Recipe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--name", required=True, help="the data set's name in the study")
    parser.add_argument("--recipe", required=True, help="its entry in the configuration, as JSON")
    parser.add_argument("--seed", type=int, required=True, help="the study's seed")
    parser.add_argument("--first", type=int, required=True, help="first replicate")
    parser.add_argument("--last", type=int, required=True, help="last replicate, included")
    parser.add_argument("--output", type=Path, required=True, help="file to write (.npz)")


def run(options: argparse.Namespace) -> None:
    """Prepare and write."""
    try:
        recipe = Recipe.model_validate_json(options.recipe)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = "".join(f"{part}: " for part in first["loc"])
        what = str(first.get("ctx", {}).get("error", first["msg"]))
        raise StudyError(f"dataset {options.name!r}: {where}{what}") from None
    replicates = range(options.first, options.last + 1)
    prepared = prepare(options.name, recipe, options.seed, replicates)
    save_prepared(options.output, prepared)
    rows, features = prepared.raw.features.shape
    print(f"{options.output}: {rows} rows, {features} features, {prepared.raw.task}")
    for repair in prepared.repairs:
        print(f"repaired: {repair}")
