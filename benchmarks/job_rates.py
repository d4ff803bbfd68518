"""Read off finished studies what their jobs took besides training: time, memory, room on disk.

Run it by hand with ``python -m benchmarks.job_rates [RESULTS …]`` from the root of the repository,
after ``python -m benchmarks.rates`` and when ``make smoke`` and ``make`` have run on a machine that
did nothing else. It rewrites ``src/momentum_study/studies/plan/jobs.csv`` within seconds.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.rates import fit
from momentum_study.config.study import Study
from momentum_study.runs.costs import read_benchmarks, training_phase
from momentum_study.runs.design import Shard, shards
from momentum_study.studies.plan.jobs import JOBS, OF_ITS_OWN, STREAMED, UNITS, amounts, record_file
from momentum_study.studies.plan.memory import MIB, training_bytes
from momentum_study.studies.plan.rates import Rates, recorded_rates
from momentum_study.studies.plan.sizes import known_sizes
from momentum_study.studies.plan.trainings import Kind, followed_trainings, kind_of, trainings
from momentum_study.studies.plan.work import Training, work
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.cost import COST

STUDIES = (Path("results/smoke"), Path("results/paper"))

OUTPUTS = {
    "prepare": ("datasets", "logs/prepare", "benchmarks/prepare"),
    "train": ("runs", "logs/train", "benchmarks/train"),
    "sharpness": ("sharpness", "logs/sharpness", "benchmarks/sharpness"),
    "collect": ("tables/runs.parquet", "tables/curves.parquet"),
    "cells": ("tables/cells.parquet",),
    "cell_curves": ("tables/cell_curves.parquet",),
    "contrasts": ("tables/pairs.parquet", *(f"tables/{t}.csv" for t in ("tuned", "contrasts"))),
    "trials": tuple(f"tables/{t}.csv" for t in ("budget", "profiles", "sensitivity")),
    "figures": ("figures", "logs/figures", "benchmarks/figures"),
    "paper": ("paper.pdf",),
    "explorer": ("explorer.html",),
}
"""What the stages write that takes room."""


def measured(results: Path, rates: Rates) -> pd.DataFrame:
    """Return what each stage of a finished study took, a row each.

    ``seconds`` and ``mib`` are those of its jobs, the mean and the most, ``bytes`` of all that it
    wrote; ``jobs`` is their number, ``units`` says of how much. What trainings take is left out.
    """
    provenance = json.loads((results / "provenance.json").read_bytes())
    study = Study.model_validate_json(json.dumps(provenance["study"]))
    trained = shards(study)
    units = amounts(study, trained)
    sizes, _ = known_sizes(study, dict.fromkeys(shard.dataset for shard in trained))
    known = trainings(study, trained, sizes)
    again = sum(rates.time(work(training)) for training in followed_trainings(study, sizes))
    rows = []
    for stage, jobs in read_benchmarks(results / "benchmarks").groupby("stage"):
        seconds, mib = float(jobs["seconds"].sum()), float(jobs["peak_mib"].max())
        if stage == "train":
            seconds, mib = _besides_training(results, trained, known)
        elif stage == "sharpness":
            seconds -= again
        rows.append(
            {
                "stage": str(stage),
                "jobs": len(jobs),
                "units": units[UNITS.get(str(stage), "job")],
                "seconds": seconds / len(jobs),
                "mib": mib,
                "bytes": sum(_size(results / path) for path in OUTPUTS.get(str(stage), ())),
            }
        )
    return pd.DataFrame(rows)


def _besides_training(
    results: Path, trained: list[Shard], known: dict[Kind, Training]
) -> tuple[float, float]:
    """Return what a training job takes besides its training: seconds of a core, and MiB.

    The seconds, of all jobs together, are those of all cores that the phase of training had, less
    those that were spent in trainings.
    """
    table = read_table(results / "tables/cost.csv", COST)
    phase = training_phase(table)
    seconds = phase["wall_seconds"] * phase["jobs_at_once"] - phase["training_seconds"]
    peaks = table.set_index(["stage", "job"])["peak_mib"]
    # A job too short to be looked at has no peak, or one from before its training.
    above = [
        peaks["train", shard.path.removesuffix(".parquet")]
        - training_bytes(known[kind_of(shard)]) / MIB
        for shard in trained
    ]
    return seconds, float(np.nanmax(above))


def _size(path: Path) -> int:
    """Room on disk of a file, or of all those below a folder."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_blocks * 512 for file in files if file.is_file())


def job_table(studies: pd.DataFrame) -> pd.DataFrame:
    """Return each stage's costs, over studies of several sizes: a constant, and so much per unit.

    Where nothing grows, the seconds are the mean over all jobs, and the memory is the most.
    """
    rows = []
    for stage, own in studies.groupby("stage"):
        unit = UNITS.get(str(stage), "job")
        seconds, mib = (_line(own[cost], 1.0, own["units"]) for cost in ("seconds", "mib"))
        if stage in OF_ITS_OWN or unit == "job":
            seconds = (float(np.average(own["seconds"], weights=own["jobs"])), 0.0)
        if stage in (*OF_ITS_OWN, *STREAMED) or unit == "job":
            mib = (float(own["mib"].max()), 0.0)
        costs = {
            "seconds": seconds,
            "mib": mib,
            "bytes": _line(own["bytes"], own["jobs"], own["units"]),
        }
        rows.append(
            {"stage": str(stage), "unit": unit}
            | {name: float(f"{constant:.4g}") for name, (constant, _) in costs.items()}
            | {f"{name}_per_unit": float(f"{slope:.4g}") for name, (_, slope) in costs.items()}
        )
    return pd.DataFrame(rows)


def _line(costs: pd.Series, jobs: pd.Series | float, units: pd.Series) -> tuple[float, float]:
    """Fit costs by so much a job and so much a unit."""
    points = pd.DataFrame({"cost": costs, "job": jobs, "unit": units})
    points = points[points["cost"] > 0]
    if points.empty:
        return 0.0, 0.0
    works = [
        {"job": float(job), "unit": float(unit)}
        for job, unit in zip(points["job"], points["unit"], strict=True)
    ]
    fitted = fit(works, points["cost"].tolist())
    return fitted.get("job", 0.0), fitted.get("unit", 0.0)


def main() -> None:
    """Read, fit, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.job_rates", description=__doc__)
    parser.add_argument("results", type=Path, nargs="*", default=STUDIES)
    rates = recorded_rates()
    tables = [measured(results, rates) for results in parser.parse_args().results]
    table = job_table(pd.concat(tables))
    write_table(table, record_file(), JOBS)
    print(table.to_string())


if __name__ == "__main__":
    main()
