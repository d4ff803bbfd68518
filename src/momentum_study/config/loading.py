"""Reading of configuration files, with one clear message for a wrong file.

The message contains file, key, value, what was expected, and the nearest valid name.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from momentum_study.config.strict_yaml import read_yaml
from momentum_study.config.study import Study
from momentum_study.core.errors import StudyError
from momentum_study.core.text import format_number, one_line, suggest

_LONGEST_MESSAGE = 2000


def load_study(path: Path | str) -> Study:
    """Read and check a configuration file.

    Raises
    ------
    StudyError
        With one message that contains file, key, value and what was expected.
    """
    tree = read_yaml(Path(path))
    if not isinstance(tree, dict):
        raise StudyError(
            f"{path}: expected a mapping with the keys {', '.join(Study.model_fields)}"
        )
    try:
        return Study.model_validate(tree)
    except ValidationError as error:
        raise StudyError(f"{path}: {_shortened(one_line(_explain(error)))}") from None


def _shortened(message: str) -> str:
    """Omit the middle of a message with a long value."""
    if len(message) <= _LONGEST_MESSAGE:
        return message
    half = _LONGEST_MESSAGE // 2
    return f"{message[:half]} […] {message[-half:]}"


# Expected values by the kind of error of pydantic.
_EXPECTED = {
    "greater_than": "a number > {gt}",
    "greater_than_equal": "a number ≥ {ge}",
    "less_than": "a number < {lt}",
    "less_than_equal": "a number ≤ {le}",
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
    """Convert the first error of pydantic into a message: key, value, expected value."""
    errors = error.errors(include_url=False)
    # An unknown key first: it is often a misspelled form of a missing one.
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
        # A message about a whole mapping begins with the wrong key.
        message = str(first["ctx"]["error"])
        key, colon, rest = message.partition(": ")
        if colon and key in _keys_at(first["loc"]):
            where, message = _dotted((*first["loc"], key)), rest
    else:
        # A value that can have several types has one error for each type.
        kinds = [item for item in errors if _dotted(item["loc"]) == where]
        message = f"expected {' or '.join(map(_expected, kinds))}, got {value!r}"
        if isinstance(value, str) and _is_number(value):
            message += (
                f"; YAML reads this as text: write {format_number(float(value))}, without quotes "
                "(an exponent needs a point and a sign, as in 1.0e-3)"
            )
    others = f" (and {len(places) - 1} more)" if len(places) > 1 else ""
    return (f"{where}: " if where else "") + message + others


def _expected(item: ErrorDetails) -> str:
    limits = {
        key: f"{value:,}" if isinstance(value, int) else f"{value:g}"
        for key, value in item.get("ctx", {}).items()
        if isinstance(value, int | float)
    }
    return _EXPECTED.get(item["type"], item["msg"]).format(**{**item.get("ctx", {}), **limits})


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
    """Return the keys of the mapping at a location; none if its keys are arbitrary."""
    model: Any = Study
    for part in parents:
        if isinstance(model, type) and issubclass(model, BaseModel):
            model = model.model_fields[str(part)].annotation
            if type(None) in get_args(model):
                model = get_args(model)[0]
        else:
            model = get_args(model)[-1]
    return list(getattr(model, "model_fields", []))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
