"""What a command costs: wall-clock time, processor time and memory, measured by itself.

Snakemake's benchmarks are samples, the first of them long after a short job has ended.
"""

import json
import resource
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from momentum_study.core.atomic import replacing

STARTED = time.time()
"""When this module was imported, which the command does first."""

_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Cost:
    """Cost of a command.

    Attributes
    ----------
    started, finished
        In seconds since 1970.
    processor_seconds
        Of the process and the children that have ended, in user and in system mode.
    peak_mib
        Largest resident memory of the process.
    """

    started: float
    finished: float
    processor_seconds: float
    peak_mib: float


def cost_so_far() -> Cost:
    """Return what this process has cost since its start."""
    usages = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    processor = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    return Cost(STARTED, time.time(), processor, _peak_mib(usages[0].ru_maxrss))


def _peak_mib(otherwise_kib: float) -> float:
    # `ru_maxrss` includes the memory of the program that started this one.
    try:
        lines = _STATUS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return otherwise_kib / 1024
    return next(float(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def write_cost(path: Path, cost: Cost) -> None:
    """Write a cost as JSON."""
    with replacing(path) as file:
        file.write(json.dumps(asdict(cost), allow_nan=False).encode() + b"\n")
