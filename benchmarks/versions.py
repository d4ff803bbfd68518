"""Time of whole commands in the first version of this project and in this one, in turns.

``python -m benchmarks.versions ../first . --targets all smoke`` runs targets of ``make`` in two
checkouts whose environments are set up, and replaces the rows of these targets in
``docs/performance/versions.csv``. Results of studies in the checkouts are deleted first, except the
published ones.
"""

import argparse
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.summary import replace_rows

FILE = Path(__file__).parents[1] / "docs/performance/versions.csv"
BEFORE, NOW = "59b36c3", "now"
STUDIES = {"all": "paper", "smoke": "smoke"}
"""Target → the study it makes, whose folder is deleted."""


def make(target: str, checkout: Path) -> dict[str, Any]:
    """Run a target and return its wall-clock ``seconds`` and ``processor_seconds``.

    Processor time is that of ``make`` and of everything it started and waited for.

    Raises
    ------
    SystemExit
        If the target fails.
    """
    if study := STUDIES.get(target):
        shutil.rmtree(checkout / "results" / study, ignore_errors=True)
    start = time.perf_counter()
    command = subprocess.Popen(
        ["make", target],
        cwd=checkout,
        stdout=subprocess.DEVNULL,
        env={name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"},
    )
    _, status, usage = os.wait4(command.pid, 0)
    command.returncode = os.waitstatus_to_exitcode(status)
    if command.returncode != 0:
        raise SystemExit(f"error: make {target} failed in {checkout}")
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "processor_seconds": usage.ru_utime + usage.ru_stime}


def main() -> None:
    """Measure and replace the rows of the targets."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.versions", description=__doc__)
    parser.add_argument("before", type=Path, help=f"checkout of {BEFORE}")
    parser.add_argument("now", type=Path, help="checkout of this version")
    parser.add_argument("--targets", nargs="+", default=["all", "smoke", "test", "test-all"])
    parser.add_argument("--rounds", type=int, default=1, help="of each target")
    options = parser.parse_args()
    checkouts = {BEFORE: options.before, NOW: options.now}
    rows = []
    for target in options.targets:
        for number in range(1, options.rounds + 1):
            for version, checkout in checkouts.items():
                row = {"target": target, "round": number, "version": version}
                rows.append(row | make(target, checkout))
                print(rows[-1], flush=True)
    replace_rows(FILE, pd.DataFrame(rows).round(1), "target")


if __name__ == "__main__":
    main()
