"""Which figures a study gets, and which tables each one reads.

Light on purpose: the workflow reads it at every start, while drawing loads plotting libraries.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
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
    per
        What there is one such figure for: the study, each grid, each batch size of a grid.
    of
        Of which grids: those that compare momentum with descent, or those that follow sharpness.
    """

    title: str
    tables: tuple[str, ...]
    per: Literal["study", "grid", "batch"]
    of: Literal["compared", "followed"] = "compared"


KINDS = {
    "maps": FigureKind(
        "α×β maps",
        ("cells.parquet", "runs.parquet", "initial_sharpness.csv", "stability.csv"),
        "batch",
    ),
    "axes": FigureKind(
        "The same runs over α and over η", ("cells.parquet", "runs.parquet"), "batch"
    ),
    "learning_curves": FigureKind(
        "Learning curves", ("cells.parquet", "runs.parquet", "curves.parquet"), "batch"
    ),
    "isolation": FigureKind("Loss over α for each β", ("cells.parquet", "runs.parquet"), "grid"),
    "edge_of_stability": FigureKind("Edge of stability", ("sharpness.csv",), "grid", "followed"),
    "quadratic_rates": FigureKind("Rates on quadratics", ("theory.csv",), "study"),
    "stability_plane": FigureKind("Stability on quadratics", ("theory.csv",), "study"),
    "noise_floor": FigureKind("Noise floor and jitter", ("theory.csv",), "study"),
    "lag": FigureKind("Lag behind plain descent", ("theory.csv",), "study"),
    "trajectories": FigureKind(
        "Paths on landscapes", ("landscapes.csv", "trajectories.csv"), "study"
    ),
    "exit_times": FigureKind("Exit times", ("landscapes.csv",), "study"),
    "speed_up": FigureKind("Tuned speed-up", ("contrasts.csv",), "study"),
    "condition": FigureKind(
        "Speed-up over the condition number",
        ("contrasts.csv", "theory.csv", "datasets.csv"),
        "study",
    ),
    "best_of_k": FigureKind("Best of k trials", ("budget.csv",), "study"),
    "performance": FigureKind("Performance profiles", ("profiles.csv",), "study"),
    "intervention": FigureKind("Changes in mid-run", ("advice.csv",), "study"),
    "verdicts": FigureKind("Verdicts on the claims", ("claims.csv", "claim_cases.csv"), "study"),
}

GRID_FIGURES = tuple(name for name, kind in KINDS.items() if kind.per != "study")


@dataclass(frozen=True)
class FigureJob:
    """One figure to draw: a kind and, where it matters, a grid and a batch size."""

    kind: str
    grid: str | None = None
    batch: str | None = None

    @property
    def path(self) -> str:
        """Path below `figures/`, without suffix."""
        name = f"{self.kind}_batch{self.batch}" if self.batch else self.kind
        return f"{self.grid}/{name}" if self.grid else name

    @property
    def flags(self) -> str:
        """Flags of the command ``figure``."""
        words = ["--kind", self.kind]
        words += ["--grid", self.grid] if self.grid else []
        words += ["--batch", self.batch] if self.batch else []
        return shlex.join(words)

    @property
    def labels(self) -> dict[str, str]:
        """Labels in Snakemake's report."""
        return {
            "figure": KINDS[self.kind].title,
            "grid": self.grid or "none",
            "batch": self.batch or "all",
        }


def figure_jobs(study: "Study") -> list[FigureJob]:
    """List a study's figures, those of its grids first."""
    of_grids = [job for name, grid in study.grids.items() for job in _grid_jobs(name, grid)]
    return of_grids + [FigureJob(name) for name, kind in KINDS.items() if kind.per == "study"]


def compares(grid: "Grid") -> bool:
    """Say whether a grid sets momentum against plain descent."""
    return {"gd", "momentum"} <= set(grid.rules)


def _grid_jobs(name: str, grid: "Grid") -> Iterator[FigureJob]:
    fits = {"compared": compares(grid), "followed": grid.sharpness is not None}
    for kind in GRID_FIGURES:
        if not fits[KINDS[kind].of] or (grid.figures is not None and kind not in grid.figures):
            continue
        if KINDS[kind].per == "batch":
            yield from (FigureJob(kind, name, str(batch)) for batch in grid.batch_sizes)
        else:
            yield FigureJob(kind, name)
