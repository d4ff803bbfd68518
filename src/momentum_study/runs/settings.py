"""Settings of runs: what their numbers depend on, besides the data."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import product
from typing import TypeVar

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
class RunSettings(StartSettings):
    """Settings that all runs of a shard share."""

    rule: str
    batch: str
    learning_rates: tuple[float, ...]
    steps: int
    gradient_noise: float
    evaluations: int
    targets: tuple[float, ...]
    loss_limit: float
    kernels: Kernels


@dataclass(frozen=True)
class SweepSettings(RunSettings):
    """Settings of a sweep over learning rates, whose runs are trained at once."""

    schedule: str
    beta: float

    @property
    def factors(self) -> tuple[str | float, ...]:
        """Keys that all its runs share: those of `RUN_KEYS` before learning rate and replicate."""
        return tuple(getattr(self, key) for key in RUN_KEYS[:7])

    def runs_of(self, replicates: Iterable[int]) -> Iterator[tuple[str | float | int, ...]]:
        """Yield the keys of its runs of some replicates, in the order of `keys.RUN_KEYS`."""
        for learning_rate, replicate in product(self.learning_rates, replicates):
            yield (*self.factors, learning_rate, replicate)


@dataclass(frozen=True)
class ShardSettings(RunSettings):
    """Settings of a shard: a sweep for each of its schedules and values of β."""

    schedules: tuple[str, ...]
    betas: tuple[float, ...]

    def sweeps(self) -> Iterator[SweepSettings]:
        """Yield the settings of its sweeps, in the order of the keys."""
        shared = vars(settings_in(self, RunSettings))
        for schedule, beta in product(sorted(self.schedules), sorted(self.betas)):
            yield SweepSettings(**shared, schedule=schedule, beta=beta)


S = TypeVar("S", bound=RunSettings)


def settings_in(whole: RunSettings, kind: type[S]) -> S:
    """Return the settings of a kind that are part of others."""
    return kind(**{field.name: getattr(whole, field.name) for field in fields(kind)})
