"""Reading a configuration file, and refusing it with one clear message.

The message names file, key and value, what was expected, and the nearest valid name.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from momentum_study.config.study import Study
from momentum_study.errors import StudyError
from momentum_study.text import format_number, suggest


def load_study(path: Path | str) -> Study:
    """Read and check a configuration file.

    Raises
    ------
    StudyError
        With one message: file, key, value, what was expected.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"{path}: cannot be read as a configuration: {error}") from None
    try:
        tree = _StrictLoader(text).get_single_data()
    except (yaml.YAMLError, RecursionError) as error:
        raise StudyError(f"{path}: not valid YAML: {_one_line(error)}") from None
    if not isinstance(tree, dict):
        raise StudyError(
            f"{path}: expected a mapping with the keys {', '.join(Study.model_fields)}"
        )
    try:
        return Study.model_validate(tree)
    except ValidationError as error:
        raise StudyError(f"{path}: {_explain(error)}") from None


class _StrictLoader(yaml.SafeLoader):
    """YAML's safe subset, without its silent traps."""


def _mapping_without_duplicates(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        if isinstance(key_node, yaml.ScalarNode):
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(
                    None,
                    None,
                    f"the key {key_node.value!r} stands there twice",
                    key_node.start_mark,
                )
            seen.add(key_node.value)
    return loader.construct_mapping(node, deep=True)


_StrictLoader.add_constructor(
    yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping_without_duplicates
)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


# What was expected, by pydantic's kind of error.
_EXPECTED = {
    "greater_than": "a number > {gt:g}",
    "greater_than_equal": "a number ≥ {ge:g}",
    "less_than": "a number < {lt:g}",
    "less_than_equal": "a number ≤ {le:g}",
    "finite_number": "a finite number",
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "too_short": "at least one entry",
    "literal_error": "{expected}",
}


def _explain(error: ValidationError) -> str:
    """Turn pydantic's first error into a message: key, value, what was expected."""
    errors = error.errors(include_url=False)
    # An unknown key first: it is often the misspelt form of one that is missing.
    errors.sort(key=lambda item: item["type"] != "extra_forbidden")
    first = errors[0]
    where = _dotted(first["loc"])
    places = {_dotted(item["loc"]) for item in errors}
    kind, value = first["type"], first["input"]
    if kind == "extra_forbidden":
        *parents, key = first["loc"]
        message = f"unknown key; {suggest(str(key), _keys_at(parents))}"
    elif kind == "missing":
        message = "this key is missing"
    elif kind == "value_error":
        # What a whole mapping is refused for begins with the key that is to blame.
        message = str(first["ctx"]["error"])
        key, colon, rest = message.partition(": ")
        if colon and key in _keys_at(first["loc"]):
            where, message = _dotted((*first["loc"], key)), rest
    else:
        # A value that may be of several kinds has one error for each of them.
        kinds = [item for item in errors if _dotted(item["loc"]) == where]
        expected = [
            _EXPECTED.get(item["type"], item["msg"]).format(**item.get("ctx", {})) for item in kinds
        ]
        message = f"expected {' or '.join(expected)}, got {value!r}"
        if isinstance(value, str) and _is_number(value):
            message += (
                f"; that is text to YAML: write {format_number(float(value))}, without quotes "
                "(an exponent needs a point and a sign, as in 1.0e-3)"
            )
    others = f" (and {len(places) - 1} more)" if len(places) > 1 else ""
    return (f"{where}: " if where else "") + message + others


def _dotted(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part != "[key]" and not _is_union_tag(part):
            text += f".{part}" if text else part
    return text


def _is_union_tag(part: str) -> bool:
    return part in ("int", "float", "str") or part.startswith(("literal[", "constrained-"))


def _keys_at(parents: Sequence[int | str]) -> list[str]:
    """Keys of the mapping at some place of a configuration; none if its keys are free."""
    model: Any = Study
    for part in parents:
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = model.model_fields[str(part)].annotation
        else:
            model = get_args(model)[-1]
    return list(getattr(model, "model_fields", []))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
