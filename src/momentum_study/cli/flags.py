"""Dataclasses as command-line flags and back, so that a setting is declared in one place."""

import argparse
import shlex
from dataclasses import Field, fields
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

from momentum_study.core.text import format_number

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

D = TypeVar("D", bound="DataclassInstance")


def add_dataclass_arguments(
    parser: argparse.ArgumentParser, kind: "type[DataclassInstance]"
) -> None:
    """Add a required flag for every field of a dataclass of str, int, float and tuples of them."""
    types = get_type_hints(kind)
    for field in fields(kind):
        hint = types[field.name]
        if get_origin(hint) is tuple:
            parser.add_argument(_flag(field), type=get_args(hint)[0], nargs="*", required=True)
        else:
            parser.add_argument(_flag(field), type=hint, required=True)


def read_dataclass(options: argparse.Namespace, kind: type[D]) -> D:
    """Build the dataclass from parsed flags."""
    values = {field.name: getattr(options, field.name) for field in fields(kind)}
    return kind(
        **{
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.items()
        }
    )


def to_flags(instance: "DataclassInstance") -> str:
    """Write a dataclass as flags, quoted for a shell."""
    words: list[str] = []
    for field in fields(instance):
        value = getattr(instance, field.name)
        words.append(_flag(field))
        words.extend(map(_word, value) if isinstance(value, tuple) else [_word(value)])
    return shlex.join(words)


def _flag(field: Field[Any]) -> str:
    return "--" + field.name.replace("_", "-")


def _word(value: str | int | float) -> str:
    return format_number(value) if isinstance(value, float) else str(value)
