"""What all models of the configuration share: strictness, types of values, and checks of names."""

from collections.abc import Iterable
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from momentum_study.text import suggest

T = TypeVar("T")

PositiveInt = Annotated[int, Field(gt=0)]
LearningRate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Beta = Annotated[float, Field(ge=0, lt=1)]
Fraction = Annotated[float, Field(gt=0, lt=1)]


class Model(BaseModel):
    """A mapping of the configuration: no unknown keys, no silent conversions, no changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def distinct(values: list[T]) -> list[T]:
    """Return the values if each stands there once.

    Raises
    ------
    ValueError
        Naming the first that is repeated.
    """
    repeated = [value for index, value in enumerate(values) if value in values[:index]]
    if repeated:
        raise ValueError(f"expected each value once, but {repeated[0]!r} stands there twice")
    return values


def known(name: str, names: Iterable[str]) -> str:
    """Return the name if it is one of those known.

    Raises
    ------
    ValueError
        Naming the nearest.
    """
    choice = list(names)
    if name not in choice:
        raise ValueError(f"{name!r} is unknown; {suggest(name, choice)}")
    return name
