"""Base class, value types and checks of names for the models of the configuration."""

import re
from collections.abc import Iterable
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from momentum_study.core.text import format_number, suggest

T = TypeVar("T")

UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Characters that command lines, pages or files cannot contain, or that reverse the text."""

MOST = 10**9
"""Largest count; more runs could not even be listed."""

LEAST_RATE, LARGEST_RATE = 1e-12, 1e12
"""Within these (1 − β)α and α/(1 − β) are numbers in single precision for every β."""


def _not_vanishing(rate: float) -> float:
    if rate < LEAST_RATE:
        raise ValueError(f"expected a number ≥ {format_number(LEAST_RATE)}, got {rate!r}")
    return rate


PositiveInt = Annotated[int, Field(gt=0, le=MOST)]
Evaluations = Annotated[int, Field(gt=0, le=10_000)]
Draws = Annotated[int, Field(ge=2, le=1_000_000)]
LearningRate = Annotated[
    float, Field(gt=0, le=LARGEST_RATE, allow_inf_nan=False), AfterValidator(_not_vanishing)
]
Beta = Annotated[float, Field(ge=0, lt=1)]
Fraction = Annotated[float, Field(gt=0, lt=1)]

_FILLED_IN = re.compile(r"[{}<>\n\r\t]")


class Model(BaseModel):
    """A mapping of the configuration: no unknown keys, no silent conversions, no changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def distinct(values: list[T]) -> list[T]:
    """Return the values if each occurs once.

    Raises
    ------
    ValueError
        Naming the first that is repeated.
    """
    seen: set[T] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"expected each value once, but {value!r} occurs twice")
        seen.add(value)
    return values


Distinct = Annotated[list[T], AfterValidator(distinct)]
"""A list whose values occur once each."""


def known(name: str, names: Iterable[str]) -> str:
    """Return the name if it is one of those known.

    Raises
    ------
    ValueError
        Suggesting the nearest.
    """
    choice = list(names)
    if name not in choice:
        raise ValueError(f"{name!r} is unknown; {suggest(name, choice)}")
    return name


def workflow_path(path: str) -> str:
    """Return the path of a file if the workflow can take it literally.

    Raises
    ------
    ValueError
        If it has braces or angle brackets, whose content Snakemake would fill in, or line ends.
    """
    if mark := _FILLED_IN.search(path):
        raise ValueError(
            f"{path!r} contains {mark[0]!r}, which the workflow does not allow in a path; expected "
            "one without { } < > and line ends: rename the file or its folder"
        )
    return path
