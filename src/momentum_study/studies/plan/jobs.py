"""The jobs of the workflow: their number, and what all but the trainings cost.

Seconds are those of the published study, as far as its record has the stage. What a job takes
beyond its start grows with the amount that it works on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from momentum_study.config.study import Study
from momentum_study.core.errors import StudyError
from momentum_study.engine.training import evaluation_steps
from momentum_study.figures.jobs import figure_groups, figure_jobs
from momentum_study.runs.design import Shard, followed_sweeps, shards
from momentum_study.runs.parts import part_counts
from momentum_study.studies.record import PROVENANCE, configuration, read_provenance

SINGLE = (
    *("collect", "cells", "cell_curves", "datasets", "contrasts", "trials", "claims"),
    *("theory", "landscapes", "initial_sharpness", "stability", "validation"),
    *("paper", "explorer", "cost", "provenance"),
)
"""Stages of one job each."""

LONGEST_CHAIN = ("collect", "contrasts_part", "contrasts", "claims", "figures", "paper")
"""Jobs that wait for each other, after the last training, if the study has them."""

_AMOUNTS = {
    **dict.fromkeys(("collect", "cell_curves"), "evaluations"),
    **dict.fromkeys(("cells", "contrasts", "trials", "claims", "stability"), "runs"),
    **dict.fromkeys(("explorer", "figures"), "runs"),
    "theory": "draws",
    "landscapes": "trials",
    "validation": "epochs",
}
"""What the seconds of a job grow with. Those of other stages do not grow."""

START_SECONDS = 1.7
"""Of an analysis job of a tiny study: Python, its imports, small tables. Measured once."""

TRAINING_MIB = 120.0
"""Of a training job without its arrays."""

# Seconds that no job of a published study takes.
_DAMAGED = 1e6

_PAPER_MIB = 370.0
_ANALYSIS_MIB, _ANALYSIS_MIB_PER_RUN = 250.0, 0.0027
_SHARD_BYTES, _SHARD_BYTES_PER_EVALUATION = 36e3, 24.4
_OTHER_BYTES, _FIGURE_BYTES = 1.5e6, 150e3
_TABLE_BYTES_PER_RUN, _TABLE_BYTES_PER_EVALUATION = 170.0, 21.3


@dataclass(frozen=True)
class Stage:
    """The jobs of a stage: their number, and the seconds of one."""

    jobs: int
    seconds: float

    @property
    def all_seconds(self) -> float:
        """Seconds of all its jobs, one after the other."""
        return self.jobs * self.seconds


def amounts(study: Study, trained: Sequence[Shard]) -> dict[str, int]:
    """Return how much there is of everything that costs grow with."""
    evaluations = {
        name: len(evaluation_steps(grid.steps, grid.evaluations))
        for name, grid in study.grids.items()
    }
    return {
        "runs": sum(shard.run_count for shard in trained),
        "evaluations": sum(shard.run_count * evaluations[shard.grid] for shard in trained),
        "draws": study.theory.draws,
        "trials": study.landscapes.draws,
        "epochs": study.validation.epochs,
    }


def job_counts(study: Study, trained: Sequence[Shard]) -> dict[str, int]:
    """Return the number of jobs of each stage."""
    return {
        "prepare": len({(shard.dataset, shard.data) for shard in trained}),
        "train": len(trained),
        "sharpness": len(followed_sweeps(study)),
        "figures": len(figure_groups(study)),
        **dict.fromkeys(SINGLE, 1),
        **{f"{stage}_part": count for stage, count in part_counts(study).items() if count},
    }


@dataclass(frozen=True)
class Costs:
    """Seconds of a job of each stage in a finished study, and the amounts that it worked on."""

    seconds: Mapping[str, float]
    amounts: Mapping[str, int]


def published_costs(published: Path) -> Costs | None:
    """Return the costs of the published study; None if its record cannot be used.

    Reading its configuration forgets the rules that rule files have added.
    """
    try:
        record = read_provenance(published / PROVENANCE)
        if record["study"].get("rule_files"):  # loading them would run their code
            return None
        study = configuration(record)
        seconds = {name: stage["wall"] / stage["jobs"] for name, stage in record["seconds"].items()}
        for stage in part_counts(study):
            if parts := record["seconds"].get(f"{stage}_part"):
                seconds[stage] += parts["wall"]
        # A training job without its training.
        training = record["training"]["training_seconds"] / record["seconds"]["train"]["jobs"]
        seconds["train"] -= training
    except (StudyError, LookupError, TypeError, AttributeError, ArithmeticError):
        return None
    if not all(0 <= one < _DAMAGED for one in seconds.values()):
        return None
    return Costs(seconds, amounts(study, shards(study)))


def stages(study: Study, trained: Sequence[Shard], costs: Costs | None) -> dict[str, Stage]:
    """Return the stages of a study; of the trainings, what a job takes besides the training."""
    own = amounts(study, trained)

    def seconds(stage: str) -> float:
        if costs is None or stage not in costs.seconds:
            return START_SECONDS
        known = costs.seconds[stage]
        amount = _AMOUNTS.get(stage)
        if amount is None or known < START_SECONDS:
            return known
        ratio = own[amount] / max(costs.amounts[amount], 1)
        return START_SECONDS + (known - START_SECONDS) * ratio

    counts = job_counts(study, trained)
    found = {name: Stage(jobs, seconds(name)) for name, jobs in counts.items()}
    for name in [stage for stage in counts if f"{stage}_part" in counts]:
        parts = counts[f"{name}_part"]
        of_all = seconds(name) - START_SECONDS
        found[f"{name}_part"] = Stage(parts, START_SECONDS + max(of_all, 0.0) / parts)
        found[name] = Stage(1, START_SECONDS)  # joins the parts
    return found


def disk_bytes(study: Study, trained: Sequence[Shard]) -> dict[str, float]:
    """Return the bytes of all shards, and of all other results."""
    own = amounts(study, trained)
    return {
        "shards": _SHARD_BYTES * len(trained) + _SHARD_BYTES_PER_EVALUATION * own["evaluations"],
        "other": _OTHER_BYTES
        + _FIGURE_BYTES * len(figure_jobs(study))
        + _TABLE_BYTES_PER_RUN * own["runs"]
        + _TABLE_BYTES_PER_EVALUATION * own["evaluations"],
    }


def analysis_mib(runs: int) -> float:
    """Return the memory of the largest job besides training, of a study of so many runs."""
    return max(_PAPER_MIB, _ANALYSIS_MIB + _ANALYSIS_MIB_PER_RUN * runs)
