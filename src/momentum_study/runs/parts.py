"""The parts of a large study, each of which one job of the analysis works on."""

from collections import Counter
from collections.abc import Callable

from momentum_study.config.study import Study
from momentum_study.runs.design import Shard, families, shards
from momentum_study.tables.parts import CELL_GROUP, Part, cut

MOST_RUNS = 50_000
"""Runs of a part: their tables take little memory, and their analysis far longer than its start."""


def cell_parts(study: Study, most: int = MOST_RUNS) -> list[Part]:
    """Cut a large study into parts of whole cells, intervals of `CELL_GROUP`."""
    return _parts(study, lambda shard: tuple(getattr(shard, key) for key in CELL_GROUP), most)


def problem_parts(study: Study, most: int = MOST_RUNS) -> list[Part]:
    """Cut a large study into parts of whole problems, intervals of `PROBLEM_GROUP`."""
    family = families(study)
    return _parts(
        study,
        lambda shard: (family[shard.grid], shard.dataset, shard.network, shard.batch),
        most,
    )


def part_counts(study: Study) -> dict[str, int]:
    """Return the number of parts of each stage of the analysis that a large study has in parts."""
    cells, problems = len(cell_parts(study)), len(problem_parts(study))
    return {"cells": cells, "cell_curves": cells, "contrasts": problems, "trials": problems}


def _parts(study: Study, group: Callable[[Shard], tuple[str, ...]], most: int) -> list[Part]:
    sizes: Counter[tuple[str, ...]] = Counter()
    for shard in shards(study):
        sizes[group(shard)] += shard.run_count
    return cut(sizes, most)
