"""Dataclasses as command-line flags and back, so that an option is declared in one place.

A field ``learning_rate: Annotated[float, "help text"]`` is the flag ``--learning-rate``, required
unless the field has a default. The type decides how the flag is read:

==========================================  ====================================================
``str``, ``int``, ``float``, ``Path``, …    one value
``bool``                                    a switch, with the default ``False``
``X | None``                                one value of type ``X``
``tuple[X, ...]``, ``tuple[X, X]``          any number of values, or exactly as many
``Literal["a", "b"]``                       one of these values
``dict[…]``, ``list[…]``, a pydantic model  JSON
a dataclass                                 the flags of its own fields
==========================================  ====================================================

A field that is annotated with `POSITIONAL` is an argument without a name, and one that is annotated
with a tuple takes one of its values. Without help text the docstring's *Attributes* describe it.
"""

import argparse
import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from momentum_study.core.text import format_number

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from typing_extensions import TypeIs

D = TypeVar("D", bound="DataclassInstance")

POSITIONAL = object()
"""Annotation of a field that is given without the name of a flag."""


def add_arguments(parser: argparse.ArgumentParser, kind: "type[DataclassInstance]") -> None:
    """Add a flag for every field of a dataclass."""
    descriptions = _attributes(kind)
    for field, hint, notes in _fields(kind):
        if _is_dataclass(hint):
            add_arguments(parser, hint)
            continue
        keywords = _reading(hint)
        text = descriptions.get(field.name, "")
        for note in notes:
            if isinstance(note, tuple):
                keywords["choices"] = note
            elif isinstance(note, str):
                text = note
        keywords["help"] = text.replace("%", "%%")
        if field.default is not MISSING:
            keywords["default"] = field.default
            if field.default:
                keywords["help"] += " (default: %(default)s)"
        if POSITIONAL in notes:
            parser.add_argument(field.name, **keywords)
        else:
            parser.add_argument(_flag(field), required=field.default is MISSING, **keywords)


def read_options(values: argparse.Namespace, kind: type[D]) -> D:
    """Build the dataclass from parsed flags."""
    options: dict[str, Any] = {}
    for field, hint, _ in _fields(kind):
        if _is_dataclass(hint):
            options[field.name] = read_options(values, hint)
        else:
            value = getattr(values, field.name)
            # Only arguments with several values are tuples; a list may be JSON.
            options[field.name] = tuple(value) if get_origin(hint) is tuple else value
    return kind(**options)


def to_flags(instance: "DataclassInstance") -> str:
    """Write a dataclass as flags, quoted for a shell."""
    return shlex.join(_words(instance))


def _words(instance: "DataclassInstance") -> Iterator[str]:
    for field in fields(instance):
        value = getattr(instance, field.name)
        if _is_dataclass(type(value)):
            yield from _words(value)
        else:
            yield _flag(field)
            yield from map(_word, value) if isinstance(value, tuple) else [_word(value)]


def _word(value: Any) -> str:
    if isinstance(value, float):
        return format_number(value)
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


def _flag(field: Field[Any]) -> str:
    return "--" + field.name.replace("_", "-")


def _fields(kind: type) -> Iterator[tuple[Field[Any], Any, tuple[Any, ...]]]:
    """Yield each field, its type, and what it is annotated with."""
    hints = get_type_hints(kind, include_extras=True)
    for field in fields(kind):
        hint = hints[field.name]
        kept, *notes = get_args(hint) if get_origin(hint) is Annotated else (hint,)
        yield field, kept, tuple(notes)


def _is_dataclass(hint: Any) -> "TypeIs[type[DataclassInstance]]":
    return isinstance(hint, type) and is_dataclass(hint)


def _reading(hint: Any) -> dict[str, Any]:
    """Return the keywords of ``add_argument`` that read values of a type."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _reading(next(part for part in parts if part is not NoneType))
    if origin is tuple:
        return {"type": parts[0], "nargs": "*" if parts[-1] is ... else len(parts)}
    if origin is Literal:
        return {"choices": parts}
    if origin in (dict, list):
        return {"type": json.loads}
    if hint is bool:
        return {"action": "store_true"}
    return {"type": getattr(hint, "model_validate_json", hint)}


def _attributes(kind: type) -> dict[str, str]:
    """Return the descriptions in the *Attributes* sections of a dataclass and its bases."""
    found: dict[str, str] = {}
    for each in reversed(kind.__mro__):
        _, _, section = (each.__doc__ or "").partition("Attributes\n    ----------\n")
        entries = re.findall(r"^    (\w[\w, ]*)\n((?:^        .*\n)+)", section, re.MULTILINE)
        for names, text in entries:
            found |= dict.fromkeys(names.split(", "), " ".join(text.split()))
    return found
