"""Time and memory against the number of networks: portable kernels on the digits."""

import statistics
from contextlib import ExitStack
from typing import Any

from benchmarks.problems import Case
from benchmarks.processes import Contender
from benchmarks.workloads import make_problem

NETWORKS = (9, 27, 81, 243, 729, 2187, 10000)
BASE = 81
ROUNDS = 3
STEPS = 120
# Small grids are trained repeatedly, so that no time is too short to measure.
FEWEST_NETWORKS = 729


def measure() -> list[dict[str, Any]]:
    """Return the rows of the table of scaling, one per number of networks."""
    seconds: dict[int, list[float]] = {networks: [] for networks in NETWORKS}
    with ExitStack() as stack:
        engines, peaks = {}, {}
        for networks in NETWORKS:
            # Separate processes, because the peak of memory is measured per process.
            engines[networks] = stack.enter_context(Contender("engine_portable"))
            problem = make_problem(Case("digits", networks, "float32", "momentum"), STEPS)
            engines[networks].call("prepare", problem)
            engines[networks].call("seconds")
            peaks[networks] = engines[networks].call("peak_mib")
        for _ in range(ROUNDS):
            for networks, engine in engines.items():
                repeats = -(-FEWEST_NETWORKS // networks)
                seconds[networks].append(engine.call("seconds", repeats) / (networks * STEPS))
    return rows(seconds, peaks)


def rows(seconds: dict[int, list[float]], peaks: dict[int, float]) -> list[dict[str, Any]]:
    """Turn seconds per network-update, and peaks in MiB, into rows of the table."""
    result = []
    for networks, values in seconds.items():
        ratios = [own / base for own, base in zip(values, seconds[BASE], strict=True)]
        result.append(
            {
                "networks": networks,
                "us_per_net_update_median": round(statistics.median(values) * 1e6, 3),
                "us_per_net_update_min": round(min(values) * 1e6, 3),
                "us_per_net_update_max": round(max(values) * 1e6, 3),
                "relative_to_81": round(statistics.median(ratios), 3),
                "peak_mib": round(peaks[networks], 1),
            }
        )
    return result
