"""Which figures a study gets.

Light on purpose: the workflow reads it at every start, while drawing loads plotting libraries.
"""

from collections.abc import Iterator

from momentum_study.config.grids import GRID_FIGURES, Grid
from momentum_study.config.study import Study
from momentum_study.figures.catalogue import KINDS, FigureJob


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
