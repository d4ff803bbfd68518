"""Which figures a study gets, and which tables each one reads.

Light on purpose: the workflow reads it at every start, while drawing loads plotting libraries.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from momentum_study.config import Grid, Study


@dataclass(frozen=True)
class FigureKind:
    """One module of this package.

    Attributes
    ----------
    title
        What it shows, in a few words.
    tables
        The tables it reads.
    per_batch
        True if there is one such figure for each batch size of a grid.
    """

    title: str
    tables: tuple[str, ...]
    per_batch: bool


KINDS = {
    "maps": FigureKind("α×β maps", ("cells.csv", "runs.parquet"), per_batch=True),
    "axes": FigureKind(
        "The same runs over α and over η", ("cells.csv", "runs.parquet"), per_batch=True
    ),
    "learning_curves": FigureKind(
        "Learning curves", ("cells.csv", "runs.parquet", "curves.parquet"), per_batch=True
    ),
    "isolation": FigureKind(
        "Loss over α for each β", ("cells.csv", "runs.parquet"), per_batch=False
    ),
}


@dataclass(frozen=True)
class FigureJob:
    """One figure to draw: a kind, a grid and, where it matters, a batch size."""

    kind: str
    grid: str
    batch: str | None

    @property
    def path(self) -> str:
        """Path below `figures/`, without suffix."""
        name = f"{self.kind}_batch{self.batch}" if self.batch else self.kind
        return f"{self.grid}/{name}"

    @property
    def flags(self) -> str:
        """Flags of the command ``figure``."""
        words = ["--kind", self.kind, "--grid", self.grid]
        return shlex.join(words + (["--batch", self.batch] if self.batch else []))

    @property
    def labels(self) -> dict[str, str]:
        """Labels in Snakemake's report."""
        return {
            "figure": KINDS[self.kind].title,
            "grid": self.grid,
            "batch": self.batch or "all",
        }


def figure_jobs(study: Study) -> list[FigureJob]:
    """List a study's figures: each kind for each grid that sets momentum against descent."""
    return [
        job
        for name, grid in study.grids.items()
        if {"gd", "momentum"} <= set(grid.rules)
        for job in _grid_jobs(name, grid)
    ]


def _grid_jobs(name: str, grid: Grid) -> Iterator[FigureJob]:
    for kind, about in KINDS.items():
        if about.per_batch:
            yield from (FigureJob(kind, name, str(batch)) for batch in grid.batch_sizes)
        else:
            yield FigureJob(kind, name, None)
