"""Complete configurations, and what differs between two of them.

A configuration is here what YAML or JSON gives: mappings, lists and plain values. It may be that of
an older version, or of a study whose files have moved, so it is not validated as a `Study`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined

from momentum_study.config.study import Study
from momentum_study.core.text import format_number, one_line
from momentum_study.datasets.recipe import Recipe

Tree = dict[str, Any]

ABSENT = "not set"
"""Text of a value that one of two configurations does not have."""

_LARGEST = 1e300


@dataclass(frozen=True)
class Difference:
    """A key with different values in two configurations, written as text.

    Attributes
    ----------
    key
        Path of the value, such as ``grids.main.steps``.
    first, second
        The two values; `ABSENT` for one that is missing.
    """

    key: str
    first: str
    second: str


def with_defaults(tree: Mapping[str, Any]) -> Tree:
    """Return a configuration with all defaults written out, at any depth.

    This includes what the source of a data set decides (``task``, ``scaling``). Keys that are
    unknown today are kept. The result for a valid configuration is what ``provenance.json``
    records, and applying the function twice changes nothing.

    Parameters
    ----------
    tree
        A configuration, or what an older version recorded of one.
    """
    complete = _filled(tree, Study)
    datasets = complete.get("datasets")
    if isinstance(datasets, dict):
        complete["datasets"] = {name: _recipe(entry) for name, entry in datasets.items()}
    return complete


def _recipe(entry: Any) -> Any:
    if not isinstance(entry, dict):
        return entry
    given = {key: value for key, value in entry.items() if value is not None}
    try:
        return Recipe.model_validate(given).model_dump(mode="json")
    except ValidationError:  # for example because its file has moved
        return _filled(entry, Recipe)


def _filled(tree: Mapping[str, Any], model: type[BaseModel]) -> Tree:
    filled: Tree = dict(tree)
    for name, field in model.model_fields.items():
        if name not in filled:
            value = field.get_default(call_default_factory=True)
            if value is PydanticUndefined:
                continue
            filled[name] = value.model_dump(mode="json") if isinstance(value, BaseModel) else value
        elif (inner := _model_in(field.annotation)) and isinstance(entry := filled[name], dict):
            by_name = get_args(field.annotation)[:1] == (str,)
            filled[name] = (
                {
                    key: _filled(value, inner) if isinstance(value, dict) else value
                    for key, value in entry.items()
                }
                if by_name
                else _filled(entry, inner)
            )
    return filled


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that an annotation is, allows, or maps names to."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner = (_model_in(argument) for argument in get_args(annotation))
    return next((model for model in inner if model is not None), None)


def leaves(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of nested mappings by their dotted path; a list is one value."""
    return dict(_walk(tree, ""))


def _walk(tree: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Mapping) and tree:
        for key, value in tree.items():
            yield from _walk(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, tree


def differences(
    first: Mapping[str, Any], second: Mapping[str, Any], *, ordered: bool = True
) -> tuple[Difference, ...]:
    """Return the values that differ, in the order of the keys of `second`, then of `first`.

    Parameters
    ----------
    first, second
        Nested mappings, such as `with_defaults` of two configurations or parts of them.
    ordered
        Whether the order of lists matters. It always does for the layers of a network, ``hidden``.
    """
    one, two = leaves(first), leaves(second)
    return tuple(
        Difference(key, *(value_text(side[key]) if key in side else ABSENT for side in (one, two)))
        for key in {**two, **one}
        if (key in one) != (key in two) or not _same(key, one[key], two[key], ordered)
    )


def _same(key: str, first: Any, second: Any, ordered: bool) -> bool:
    if not ordered and isinstance(first, list) and key.rpartition(".")[2] != "hidden":
        return isinstance(second, list) and sorted(map(value_text, first)) == sorted(
            map(value_text, second)
        )
    return bool(first == second)


def value_text(value: Any) -> str:
    """Write a value of a configuration as text: numbers in one form, lists with commas."""
    if isinstance(value, list):
        return ", ".join(map(value_text, value)) or "none"
    if isinstance(value, int | float) and not isinstance(value, bool):
        # `format_number` refuses the infinite values that a damaged record may contain.
        return format_number(value) if abs(value) < _LARGEST else str(value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return "none" if value is None else one_line(value)
