"""Settings of a shard: what its numbers depend on, besides the data."""

from dataclasses import dataclass

from momentum_study.core.kernels import Kernels
from momentum_study.tables.keys import RUN_KEYS


@dataclass(frozen=True)
class StartSettings:
    """Settings of the starting point of runs, named as in configurations."""

    seed: int
    grid: str
    dataset: str
    network: str
    hidden: tuple[int, ...]
    activation: str
    initialization: str
    loss: str
    precision: str


@dataclass(frozen=True)
class ShardSettings(StartSettings):
    """Settings of the runs of a shard: the flags of ``train``, and part of its fingerprint."""

    rule: str
    beta: float
    batch: str
    schedule: str
    learning_rates: tuple[float, ...]
    steps: int
    gradient_noise: float
    evaluations: int
    targets: tuple[float, ...]
    loss_limit: float
    kernels: Kernels

    @property
    def factors(self) -> tuple[str | float, ...]:
        """Keys that all its runs share: those of `RUN_KEYS` before learning rate and replicate."""
        return tuple(getattr(self, key) for key in RUN_KEYS[:7])
