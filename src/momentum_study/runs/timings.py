"""Costs that a training job measures, in a file next to Snakemake's benchmark of the job."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from momentum_study.core.atomic import replacing
from momentum_study.core.errors import StudyError


@dataclass(frozen=True)
class TrainingCost:
    """Cost of training one shard, measured by the job.

    Attributes
    ----------
    started, finished
        Of the command, in seconds since 1970.
    training_seconds
        Spent in `training.train`, evaluations included: wall-clock time.
    runs
        Networks trained.
    net_updates
        Updates of single networks, up to each one's last or its divergence.
    """

    started: float
    finished: float
    training_seconds: float
    runs: int
    net_updates: int


def write_training_cost(path: Path, cost: TrainingCost) -> None:
    """Write it as JSON."""
    with replacing(path) as file:
        file.write(json.dumps(asdict(cost), allow_nan=False).encode() + b"\n")


def read_training_cost(path: Path) -> TrainingCost:
    """Read what :func:`write_training_cost` wrote.

    Raises
    ------
    StudyError
        If the file is missing or damaged.
    """
    try:
        return TrainingCost(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise StudyError(
            f"{path}: no costs of a shard ({error}); delete it and run the workflow again"
        ) from None
