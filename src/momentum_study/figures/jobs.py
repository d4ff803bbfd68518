"""Which figures a study gets.

Light on purpose: the workflow reads it at every start, while drawing loads plotting libraries.
"""

from collections.abc import Iterator
from itertools import pairwise
from math import ceil

from momentum_study.config.grids import GRID_FIGURES, Grid
from momentum_study.config.study import Study
from momentum_study.figures.catalogue import KINDS, FigureJob

MOST_PER_GROUP = 6
"""Figures that one job draws, at most: its start is then less than a tenth of its time, and a
figure that is edited is drawn again soon."""


def figure_groups(study: Study) -> dict[str, list[FigureJob]]:
    """Divide a study's figures into groups, each drawn by one job, by the names of the groups.

    Figures of a group wait for the same tables. Those of one kind are neighbours, so that an edit
    of its module draws few others again.
    """
    order = list(KINDS)
    jobs = sorted(figure_jobs(study), key=lambda job: order.index(job.kind))
    groups: dict[str, list[FigureJob]] = {}
    for group in dict.fromkeys(kind.group for kind in KINDS.values()):
        members = [job for job in jobs if KINDS[job.kind].group == group]
        count = ceil(len(members) / MOST_PER_GROUP)
        edges = [len(members) * part // max(count, 1) for part in range(count + 1)]
        for number, (start, end) in enumerate(pairwise(edges), 1):
            groups[group if count == 1 else f"{group}{number}"] = members[start:end]
    return groups


def figure_jobs(study: Study) -> list[FigureJob]:
    """List a study's figures, those of its grids first."""
    of_grids = [job for name, grid in study.grids.items() for job in _grid_jobs(name, grid)]
    return of_grids + [FigureJob(name) for name, kind in KINDS.items() if kind.per == "study"]


def _grid_jobs(name: str, grid: Grid) -> Iterator[FigureJob]:
    fits = {"compared": grid.compares, "followed": grid.sharpness is not None}
    for kind in GRID_FIGURES:
        if not fits[KINDS[kind].of] or (grid.figures is not None and kind not in grid.figures):
            continue
        if KINDS[kind].per == "batch":
            yield from (FigureJob(kind, name, str(batch)) for batch in grid.batch_sizes)
        else:
            yield FigureJob(kind, name)
