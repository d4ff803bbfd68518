"""Versions of the formats of results, recorded in `provenance.json`.

Studies that differ in one of them are not compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Format:
    """The version of a part of the results.

    Attributes
    ----------
    version
        1, 2, …
    covers
        What the version describes.
    raise_when
        When to raise it.
    """

    version: int
    covers: str
    raise_when: str


FORMATS = {
    "tables": Format(
        1,
        "names, units and keys of columns",
        "Raise it when a column of the table of runs is renamed, gets another unit, or when other "
        "columns identify a run. An additional column is no reason.",
    ),
    "metrics": Format(
        1,
        "how losses, targets and divergence are measured",
        "Raise it when the same trained network would get another number: another average, "
        "another schedule of evaluations, another rule for a divergence.",
    ),
    "splits": Format(
        1,
        "data, weights and minibatches of a replicate",
        "Raise it when the same seed, data set and replicate would get other rows, another "
        "scaling, other initial weights or another order of minibatches.",
    ),
}
"""By name."""

FIRST = dict.fromkeys(FORMATS, 1)
"""Versions of results that were written before versions were recorded."""


def versions() -> dict[str, int]:
    """Return the versions that this package writes."""
    return {name: part.version for name, part in FORMATS.items()}


def recorded(provenance: Mapping[str, Any]) -> dict[str, int]:
    """Return the versions that `provenance.json` records."""
    return {**FIRST, **provenance.get("formats", {})}
