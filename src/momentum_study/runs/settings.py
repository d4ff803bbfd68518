"""What a shard's numbers depend on besides the data: the settings of its start and of its runs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class StartSettings:
    """Everything that the point depends on from which the runs of a replicate start.

    The names are those of :class:`momentum_study.runs.design.Shard` and of the configuration.
    """

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
    """Everything a shard's numbers depend on, besides the data."""

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
