"""What the paper is made of: the tables it reads, and a figure of each kind.

Light on purpose: the workflow reads it at every start.
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
"""Kinds that the paper does without: their runs are in another figure."""


def plates(study: "Study") -> dict[str, FigureJob]:
    """Choose a figure of each kind.

    Of several of a kind: that of the grid with most updates, for what takes long shows there
    alone; of equal ones the first. Of its batch sizes the last, usually the full batch.

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
