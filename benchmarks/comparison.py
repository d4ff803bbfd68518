"""Compare the contenders: first their results, then their times, round by round."""

import statistics
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import PEERS, REFERENCE
from benchmarks.problems import LOOP_STEPS, Case, spread
from benchmarks.processes import Contender
from benchmarks.workloads import make_problem

Array = NDArray[Any]

# Of final weights, which are of order 1.
TOLERANCE = {"float32": 1e-4, "float64": 1e-8}


class ResultsDifferError(Exception):
    """A contender's final weights differ from the engine's."""


@dataclass(frozen=True)
class Timings:
    """Measurements of one case.

    Attributes
    ----------
    seconds
        Contender → its seconds per network-update in each round.
    roof
        Seconds of the matrix products alone per network-update in each round.
    compilation
        Contender that trains all networks together → seconds by which its first training exceeded
        the median of the others.
    difference
        Contender → largest difference of its final weights from the engine's.
    """

    case: Case
    steps: int
    seconds: dict[str, list[float]]
    roof: list[float]
    compilation: dict[str, float]
    difference: dict[str, float]

    def rows(self) -> list[dict[str, Any]]:
        """Rows of the table of peers. Ratios are taken within rounds."""
        rows = []
        for peer, seconds in self.seconds.items():
            ratios = [
                own / engine for own, engine in zip(seconds, self.seconds[REFERENCE], strict=True)
            ]
            shares = [roof / own for roof, own in zip(self.roof, seconds, strict=True)]
            rows.append(
                {
                    **asdict(self.case),
                    "peer": peer,
                    "net_updates_per_s": round(1 / statistics.median(seconds)),
                    "ratio_median": round(statistics.median(ratios), 3),
                    "ratio_min": round(min(ratios), 3),
                    "ratio_max": round(max(ratios), 3),
                    "roof_share": round(statistics.median(shares), 3),
                }
            )
        return rows


def compare(cases: Sequence[Case], peers: Sequence[str], rounds: int) -> Iterator[Timings]:
    """Run every case with every contender, one process at a time.

    The first of ``peers`` is the engine.

    Raises
    ------
    ResultsDifferError
        If a contender's final weights are not the engine's.
    """
    with ExitStack() as stack:
        contenders = {name: stack.enter_context(Contender(name)) for name in peers}
        for case in cases:
            yield _compare_case(case, contenders, rounds)


def _compare_case(case: Case, contenders: dict[str, Contender], rounds: int) -> Timings:
    problem = make_problem(case)
    few = spread(case.networks)
    problems = {name: problem.take(few) if PEERS[name].loops else problem for name in contenders}
    first, differences, reference = {}, {}, []
    for name, contender in contenders.items():
        contender.call("prepare", problems[name])
        first[name] = contender.call("first_seconds") / problems[name].updates
        weights = contender.call("weights")
        if name == REFERENCE:
            reference = weights
            contender.call("prepare_roof", problem)
        wanted = [layer[few] for layer in reference] if PEERS[name].loops else reference
        differences[name] = largest_difference(weights, wanted)
        check(case, name, differences[name])
        if PEERS[name].loops:
            problems[name] = problems[name].lengthen(LOOP_STEPS)
            contender.call("prepare", problems[name])

    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    roof = []
    for _ in range(rounds):
        roof.append(contenders[REFERENCE].call("roof_seconds"))
        for name, contender in contenders.items():
            seconds[name].append(contender.call("seconds") / problems[name].updates)
    compilation = {
        name: (first[name] - statistics.median(seconds[name])) * problem.updates
        for name in contenders
        if not PEERS[name].loops
    }
    return Timings(case, problem.steps, seconds, roof, compilation, differences)


def largest_difference(own: list[Array], wanted: list[Array]) -> float:
    """Largest absolute difference of two lists of layers; NaN if any is."""
    return float(max(np.abs(a - b).max() for a, b in zip(own, wanted, strict=True)))


def check(case: Case, peer: str, difference: float) -> None:
    """Stop if a contender's results are not the engine's."""
    if not difference <= TOLERANCE[case.dtype]:
        raise ResultsDifferError(
            f"{case}: the final weights of {peer} differ from the engine's by {difference:.1e}, "
            f"expected at most {TOLERANCE[case.dtype]:.0e}"
        )
