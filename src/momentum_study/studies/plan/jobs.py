"""The jobs of the workflow besides training: how many, and what each takes.

What a stage takes was read off finished studies by ``benchmarks/job_rates.py``: a constant, and so
much per unit of what grows with the study.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from momentum_study.config.study import Study
from momentum_study.engine.training import evaluation_steps
from momentum_study.figures.jobs import figure_jobs
from momentum_study.runs.design import Shard, followed_shards
from momentum_study.tables.files import read_table
from momentum_study.tables.schema import NOT_NEGATIVE, Table, real, text

UNITS = {
    "train": "evaluation",
    "collect": "evaluation",
    "cell_curves": "evaluation",
    "cells": "run",
    "contrasts": "run",
    "trials": "run",
    "claims": "run",
    "stability": "run",
    "explorer": "run",
    "figures": "run",
    "theory": "draw",
    "landscapes": "trial",
    "validation": "epoch",
}
"""What the cost of a stage grows with; that of the others does not grow."""

OF_ITS_OWN = ("prepare", "train", "sharpness")
"""Stages with jobs that see a part of the study: only the room that all take together grows."""

STREAMED = ("collect", "cell_curves")
"""Stages that go through the study a part at a time: their memory grows hardly at all."""

SINGLE = (
    *("collect", "cells", "cell_curves", "datasets", "contrasts", "trials", "claims"),
    *("theory", "landscapes", "initial_sharpness", "stability", "validation"),
    *("paper", "explorer", "cost", "provenance"),
)
"""Stages of one job each."""

LONGEST_WAY = ("collect", "contrasts", "claims", "figures", "paper")
"""Jobs that wait for each other, after the last training."""

JOBS = Table(
    file="jobs.csv",
    row="A stage of the workflow.",
    keys=("stage",),
    fields=(
        text("stage", "Rule of the workflow."),
        text("unit", "What the cost grows with.", "job", *sorted(set(UNITS.values()))),
        real("seconds", "Constant part of the time of a job.", "seconds", NOT_NEGATIVE),
        real("seconds_per_unit", "Further time of a job per unit.", "seconds", NOT_NEGATIVE),
        real("mib", "Constant part of the largest memory of a job.", "MiB", NOT_NEGATIVE),
        real("mib_per_unit", "Further memory of a job per unit.", "MiB", NOT_NEGATIVE),
        real("bytes", "Disk space that each job takes, whatever the study.", "bytes", NOT_NEGATIVE),
        real(
            "bytes_per_unit",
            "Further disk space of the stage, per unit of the whole study.",
            "bytes",
            NOT_NEGATIVE,
        ),
    ),
)


@dataclass(frozen=True)
class Stage:
    """What the jobs of a stage take in a study: seconds and MiB of one, bytes of all of them."""

    jobs: int
    seconds: float
    mib: float
    bytes: float

    @property
    def all_seconds(self) -> float:
        """Of all its jobs, one after the other."""
        return self.jobs * self.seconds


def amounts(study: Study, trained: Sequence[Shard]) -> dict[str, float]:
    """Return how much of each unit a study has."""
    counted: Counter[str] = Counter()
    evaluated = {
        name: len(evaluation_steps(grid.steps, grid.evaluations))
        for name, grid in study.grids.items()
    }
    for shard in trained:
        runs = runs_of(shard)
        counted["run"] += runs
        counted["evaluation"] += runs * evaluated[shard.grid]
    return {
        **counted,
        "draw": study.theory.draws,
        "trial": study.landscapes.draws,
        "epoch": study.validation.epochs,
        "job": 0,
    }


def runs_of(shard: Shard) -> int:
    """Return how many runs a shard has."""
    return len(shard.learning_rates) * len(shard.block)


def job_counts(study: Study, trained: Sequence[Shard]) -> dict[str, int]:
    """Return the number of jobs of each stage."""
    return {
        "prepare": len({(shard.dataset, shard.block) for shard in trained}),
        "train": len(trained),
        "sharpness": len(followed_shards(study)),
        "figures": len(figure_jobs(study)),
        **dict.fromkeys(SINGLE, 1),
    }


def stages(study: Study, trained: Sequence[Shard]) -> dict[str, Stage]:
    """Return what each stage takes; of a training, what it takes besides the training itself."""
    units = amounts(study, trained)
    recorded = read_table(record_file(), JOBS).set_index("stage").to_dict("index")
    found = {}
    for name, jobs in job_counts(study, trained).items():
        if name not in recorded:  # jobs of a second or less, which are not timed
            found[name] = Stage(jobs, 0.0, 0.0, 0.0)
            continue
        cost = recorded[name]
        grown = units[UNITS.get(name, "job")]
        growing = 0.0 if name in OF_ITS_OWN else grown
        found[name] = Stage(
            jobs,
            cost["seconds"] + cost["seconds_per_unit"] * growing,
            cost["mib"] + cost["mib_per_unit"] * growing,
            cost["bytes"] * jobs + cost["bytes_per_unit"] * grown,
        )
    return found


def record_file() -> Path:
    """Return where the recording lies."""
    return Path(__file__).with_name("jobs.csv")
