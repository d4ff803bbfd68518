"""Configurations of finished studies, as their provenance tells them.

They are checked for what a damaged file may bring, and no further: a data file may have moved
since, a rule of one's own may not be at hand. What an older study does not tell has the value that
was, and is, the default.
"""

import json
from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined

from momentum_study.config.study import Study
from momentum_study.core.text import plain
from momentum_study.datasets.recipe import Recipe

Tree = dict[str, Any]

DEFAULT_LOSSES = ("cross_entropy", "mse")
"""Each the loss of its kind of data if none is named."""


# What the models find wrong besides types and limits: values that are not known here, or no longer.
_NO_DAMAGE = ("value_error", "extra_forbidden")


def check(tree: Tree) -> None:
    """Refuse a recorded configuration whose values are of another kind than a configuration's.

    Raises
    ------
    ValueError
        Naming the key.
    """
    try:
        # Without its rule files: reading them is running them.
        Study.model_validate_json(json.dumps({**tree, "rule_files": []}))
    except ValidationError as error:
        for item in error.errors(include_url=False):
            if item["type"] not in _NO_DAMAGE:
                key = ".".join(map(str, item["loc"]))
                raise ValueError(f"{key}: {item['msg']}") from None
    for kind in ("datasets", "networks", "grids"):
        for name in tree[kind]:
            plain(name)
    for name, grid in tree["grids"].items():
        for kind in ("datasets", "networks"):
            if unknown := [one for one in grid[kind] if one not in tree[kind]]:
                raise ValueError(f"grids.{name}.{kind}: there is no {unknown[0]!r} under {kind}")


def filled(tree: Mapping[str, Any], model: type[BaseModel] = Study) -> Tree:
    """Return a configuration with every default written out, at any depth.

    Parameters
    ----------
    tree
        What was recorded, as JSON gives it.
    model
        The model that it is an instance of.
    """
    whole: Tree = dict(tree)
    for name, field in model.model_fields.items():
        if name not in whole:
            value = field.get_default(call_default_factory=True)
            if value is PydanticUndefined:
                continue
            whole[name] = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
        elif (inner := _model_in(field.annotation)) and isinstance(whole[name], dict):
            entry = whole[name]
            named = get_args(field.annotation)[:1] == (str,)
            whole[name] = (
                {key: filled(value, inner) for key, value in entry.items()}
                if named
                else filled(entry, inner)
            )
    return whole


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model of a field that is one, may be one, or is a mapping of names to one."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in inner if model is not None), None)


def recipe_of(configuration: Tree, dataset: str) -> Tree:
    """Return the whole recipe of a data set, with what its source decides.

    Where it can no longer be checked, as its file has moved, it is taken as it was recorded.
    """
    entry = configuration["datasets"][dataset]
    given = {key: value for key, value in entry.items() if value is not None}
    try:
        return Recipe.model_validate(given).model_dump(mode="json")
    except ValidationError:
        return filled(given, Recipe)


def loss_of(grid: Tree) -> str:
    """Return the loss of a grid; one that its data have anyway is ``default``."""
    loss = grid["loss"]
    return "default" if loss is None or loss in DEFAULT_LOSSES else str(loss)


def rates_of(grid: Tree, rule: str) -> list[float]:
    """Return the learning rates of a rule, ascending."""
    return sorted(grid["rules"][rule]["learning_rates"] or grid["learning_rates"])
