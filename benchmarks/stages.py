"""What the stages of a study cost: its jobs, those of each rule of the workflow together.

``python -m benchmarks.stages --study results/paper --version now`` replaces the rows of a version
in ``docs/performance/stages.csv`` by those of a finished study.
"""

import argparse
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from benchmarks.summary import replace_rows
from momentum_study.runs.costs import cost_files, read_cost
from momentum_study.tables.files import read_table
from momentum_study.tables.schemas.cost import COST

FILE = Path(__file__).parents[1] / "docs/performance/stages.csv"


def costs_of_jobs(folder: Path) -> pd.DataFrame:
    """Return the costs that finished jobs wrote into a study's folder, a row per job."""
    rows = [
        {"stage": stage, **asdict(read_cost(path, stage))}
        for stage, _, path in cost_files(folder / "benchmarks")
    ]
    names = ["stage", "started", "finished", "processor_seconds", "peak_mib", "training_seconds"]
    jobs = pd.DataFrame(rows, columns=names)
    return jobs.assign(seconds=jobs["finished"] - jobs["started"])


def by_stage(jobs: pd.DataFrame) -> pd.DataFrame:
    """Return the cost of each stage, the one with most processor time first.

    Parameters
    ----------
    jobs
        A row per job with ``stage``, ``seconds`` (wall-clock), ``processor_seconds``, ``peak_mib``
        and ``training_seconds`` (missing where nothing is trained).

    Returns
    -------
    DataFrame
        ``jobs``: their number; sums of ``processor_seconds``, of ``seconds`` and of
        ``training_seconds``; ``peak_mib`` of the largest job; ``share`` of all processor time.
    """
    stages = jobs.groupby("stage").agg(
        jobs=("seconds", "size"),
        processor_seconds=("processor_seconds", "sum"),
        seconds=("seconds", "sum"),
        training_seconds=("training_seconds", "sum"),
        peak_mib=("peak_mib", "max"),
    )
    stages["share"] = stages["processor_seconds"] / stages["processor_seconds"].sum()
    digits = dict.fromkeys(("processor_seconds", "seconds", "training_seconds", "peak_mib"), 1)
    ordered = stages.sort_values("processor_seconds", ascending=False, kind="stable")
    return ordered.round({**digits, "share": 4}).reset_index()


def main() -> None:
    """Replace the rows of a version."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.stages", description=__doc__)
    parser.add_argument("--study", type=Path, default=Path("results/paper"), help="its folder")
    parser.add_argument("--version", required=True, help="name of the version that made it")
    options = parser.parse_args()
    stages = by_stage(read_table(options.study / "tables/cost.csv", COST))
    stages.insert(0, "version", options.version)
    replace_rows(FILE, stages, "version")


if __name__ == "__main__":
    main()
