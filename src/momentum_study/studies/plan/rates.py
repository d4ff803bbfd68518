"""How many seconds each kind of work takes, as it was recorded once by ``benchmarks/rates.py``."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from momentum_study.studies.plan.work import Work
from momentum_study.tables.files import read_table
from momentum_study.tables.schema import NOT_NEGATIVE, Table, real, text

RATES = Table(
    file="rates.csv",
    row="A kind of work, as `momentum_study.studies.plan.work.work` names it.",
    keys=("kind",),
    fields=(
        text("kind", "Name of the kind."),
        real("seconds", "Time that one unit of it takes.", "seconds", NOT_NEGATIVE),
    ),
)


@dataclass(frozen=True)
class Rates:
    """Seconds that each kind of work takes once."""

    seconds: Mapping[str, float]

    def time(self, amounts: Work) -> float:
        """Return the seconds that an amount of work takes."""
        return sum(self._rate(kind) * amount for kind, amount in amounts.items())

    def unknown(self, amounts: Work) -> list[str]:
        """Return the kinds of work that were never timed: a rule of one's own, a new loss."""
        return [kind for kind in amounts if kind not in self.seconds]

    def _rate(self, kind: str) -> float:
        """Return the seconds of a kind; of one never timed, those of the dearest of its family."""
        if kind in self.seconds:
            return self.seconds[kind]
        family = kind.rpartition(".")[0] + "."
        return max(rate for other, rate in self.seconds.items() if other.startswith(family))


def record_file() -> Path:
    """Return where the recording lies."""
    return Path(__file__).with_name("rates.csv")


def recorded_rates() -> Rates:
    """Read the recording."""
    table = read_table(record_file(), RATES)
    return Rates(dict(zip(table["kind"], table["seconds"], strict=True)))
