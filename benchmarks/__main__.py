"""Time the engine and its peers, and write the tables."""

import argparse
import time
from itertools import product
from pathlib import Path

import pandas as pd

from benchmarks import designs, scaling, summary
from benchmarks.comparison import ResultsDifferError, compare
from benchmarks.peers import PEERS, REFERENCE
from benchmarks.problems import Case
from benchmarks.processes import Contender, ContenderError, version
from benchmarks.workloads import RATES, WORKLOADS, make_problem

NETWORKS = (9, 81, 729)
DTYPES = ("float32", "float64")
TABLES = ("peers", "breakdown", "scaling", "designs")
BREAKDOWN_NETWORKS = 81


def parse() -> argparse.Namespace:
    """Read the command line; every option defaults to all choices."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    for name, choices in (
        ("workloads", tuple(WORKLOADS)),
        ("dtypes", DTYPES),
        ("rules", tuple(RATES)),
        ("peers", tuple(PEERS)),
        ("tables", TABLES),
    ):
        parser.add_argument(f"--{name}", nargs="+", choices=choices, default=choices)
    parser.add_argument("--networks", nargs="+", type=int, default=NETWORKS, metavar="N")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=Path("results/benchmarks"))
    return parser.parse_args()


def installed(wanted: list[str]) -> list[str]:
    """Return the contenders that can run, the engine first; print which cannot."""
    names = []
    for name in PEERS:
        if name not in wanted and name != REFERENCE:
            continue
        found = version(name)
        if found is None:
            print(f"{name} is skipped: {PEERS[name].distribution} is not installed")
        else:
            print(f"{name}: {found}")
            names.append(name)
    return names


def run_peers(options: argparse.Namespace) -> None:
    """Compare the contenders; write ``peers.csv`` and print it with its summary."""
    cases = [
        Case(workload, networks, dtype, rule)
        for workload, networks, dtype, rule in product(
            options.workloads, options.networks, options.dtypes, options.rules
        )
    ]
    timings = []
    for number, result in enumerate(
        compare(cases, installed(options.peers), options.rounds), start=1
    ):
        timings.append(result)
        ratios = ", ".join(
            f"{row['peer']} {row['ratio_median']:.2f} (Δ {result.difference[row['peer']]:.0e})"
            for row in result.rows()
            if row["peer"] != REFERENCE
        )
        print(f"{number}/{len(cases)} {result.case}, {result.steps} updates: {ratios}", flush=True)
    table = summary.peer_table(timings)
    summary.save(table, options.output / "peers.csv")
    summary.show("Network-updates per second; ratios of times to the engine's", table)
    summary.show(
        "Compilation: seconds that a first training takes longer than later ones",
        summary.compilation_table(timings),
    )
    summary.show("Ratios of times to the engine's, over cases", summary.peer_summary(table))


def run_breakdown(options: argparse.Namespace) -> None:
    """Time the engine's parts; write and print ``breakdown.csv``."""
    rows = []
    with Contender(REFERENCE) as engine:
        for workload, dtype, rule in product(options.workloads, options.dtypes, options.rules):
            case = Case(workload, BREAKDOWN_NETWORKS, dtype, rule)
            problem = make_problem(case)
            seconds = engine.call("seconds_by_part", problem)
            rows += summary.breakdown_rows(case, seconds, problem.updates)
            print(f"parts of {case}", flush=True)
    table = pd.DataFrame(rows)
    summary.save(table, options.output / "breakdown.csv")
    summary.show("Time of the engine's parts", table)


def run_scaling(options: argparse.Namespace) -> None:
    """Time grids of several sizes; write and print ``scaling.csv``."""
    table = pd.DataFrame(scaling.measure())
    summary.save(table, options.output / "scaling.csv")
    summary.show("Digits, float32, momentum, engine with portable kernels", table)


def run_designs(options: argparse.Namespace) -> None:
    """Plan designs of several sizes; write and print ``designs.csv``."""
    table = pd.DataFrame(designs.measure())
    summary.save(table, options.output / "designs.csv")
    summary.show("Dry runs of the workflow", table)


def main() -> None:
    """Make the requested tables."""
    options = parse()
    start = time.perf_counter()
    runs = {
        "breakdown": run_breakdown,
        "scaling": run_scaling,
        "designs": run_designs,
        "peers": run_peers,
    }
    try:
        for name, run in runs.items():
            if name in options.tables:
                run(options)
    except (ResultsDifferError, ContenderError) as error:
        raise SystemExit(str(error)) from None
    print(f"\n{(time.perf_counter() - start) / 60:.1f} minutes; tables in {options.output}/")


if __name__ == "__main__":
    main()
