"""The tables of the paper, and its figure of each kind.

This module has few imports because the workflow loads it at every start.
"""

from typing import TYPE_CHECKING

from momentum_study.figures.catalogue import FigureJob
from momentum_study.figures.jobs import figure_jobs

if TYPE_CHECKING:
    from momentum_study.config.study import Study

TABLES = (
    "runs.parquet",
    "datasets.csv",
    "claims.csv",
    "claim_cases.csv",
    "tuned.csv",
    "contrasts.csv",
    "advice.csv",
    "budget.csv",
    "profiles.csv",
    "sensitivity.csv",
    "theory.csv",
    "landscapes.csv",
    "stability.csv",
    "sharpness.csv",
    "validation.csv",
)

LEFT_OUT = ("isolation",)
"""Kinds that are not in the paper; another figure shows the same runs."""


def plates(study: "Study") -> dict[str, FigureJob]:
    """Choose a figure of each kind.

    If there are several, the figure of the grid with the most updates, because slow effects are
    visible only there, or the first of equal ones; of its batch sizes the last, usually the full
    batch.

    Returns
    -------
    dict
        By kind, in the order of the study's figures.
    """
    chosen: dict[str, FigureJob] = {}
    for job in figure_jobs(study):
        if job.kind in LEFT_OUT:
            continue
        other = chosen.get(job.kind)
        if other is None or other.grid == job.grid or _steps(study, job) > _steps(study, other):
            chosen[job.kind] = job
    return chosen


def _steps(study: "Study", job: FigureJob) -> int:
    return study.grids[job.grid].steps if job.grid else 0
