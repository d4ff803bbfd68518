"""Costs of a training job, which measures more than other jobs do."""

from dataclasses import dataclass

from momentum_study.core.costs import Cost


@dataclass(frozen=True)
class TrainingCost(Cost):
    """Cost of training one shard.

    Attributes
    ----------
    training_seconds
        Spent in `training.train`, evaluations included: wall-clock time.
    runs
        Networks trained.
    net_updates
        Updates of single networks, up to each one's last or its divergence.
    """

    training_seconds: float
    runs: int
    net_updates: int
