"""Parts of a study's runs: an interval of keys, which one job of the analysis reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from operator import itemgetter

CELL_GROUP = ("grid", "dataset", "network", "rule", "batch")
"""The first keys of cells. Parts of cells are cut between their values."""

PROBLEM_GROUP = ("family", "dataset", "network", "batch")
"""The first keys of problems. Parts of problems are cut between their values."""


@dataclass(frozen=True)
class Part:
    """The runs of consecutive groups.

    Attributes
    ----------
    first
        Keys of the first group of a part; none for all runs of the study.
    last
        Keys of its last group.
    """

    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether this is a part, and not the whole study."""
        return bool(self.first)


def cut(sizes: Mapping[tuple[str, ...], int], most: int) -> list[Part]:
    """Cut groups of runs into parts of about the same size, as few as possible.

    Parameters
    ----------
    sizes
        Group → its number of runs.
    most
        Runs of a part, which may have more by the size of its largest group.

    Returns
    -------
    list of Part
        In the order of the keys; empty if one job can work on all groups.
    """
    total = sum(sizes.values())
    count = ceil(total / most)
    before = 0
    numbered = []
    for group, size in sorted(sizes.items()):
        middle = 2 * before + size
        numbered.append((middle * count // (2 * total), group))
        before += size
    groups_of_parts = [[group for _, group in own] for _, own in groupby(numbered, itemgetter(0))]
    parts = [Part(groups[0], groups[-1]) for groups in groups_of_parts]
    return parts if len(parts) > 1 else []
