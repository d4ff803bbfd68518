"""``prepare``: split and scale a data set for a block of replicates."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ValidationError

from momentum_study.core.errors import StudyError
from momentum_study.datasets.preparation import prepare
from momentum_study.datasets.prepared import save_prepared
from momentum_study.datasets.recipe import Recipe


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    name: Annotated[str, "name of the data set"]
    recipe: Annotated[str, "entry of the data set in the configuration, as JSON"]
    seed: Annotated[int, "seed of the study"]
    first: Annotated[int, "first replicate"]
    last: Annotated[int, "last replicate (inclusive)"]
    output: Annotated[Path, "file to write (.npz)"]


def run(options: Options) -> None:
    """Prepare the data set and write it."""
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
