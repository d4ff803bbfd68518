"""What a study cost: time, memory and updates of its jobs.

Costs differ from run to run, so they are in a separate table, which is never compared.
"""

import csv
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from momentum_study.core.errors import AGAIN, StudyError
from momentum_study.runs.timings import read_training_cost

# Snakemake's names of its measures → our columns.
MEASURED = {"s": "seconds", "cpu_time": "processor_seconds", "max_rss": "peak_mib"}
# Jobs that have ended when costs are collected.
STAGES = ("prepare", "train", "collect", "cells")


def read_benchmarks(folder: Path) -> pd.DataFrame:
    """Read all of Snakemake's benchmark files below a folder.

    Returns
    -------
    DataFrame
        One row per job: ``stage`` (the rule), ``job``, ``seconds`` (wall clock),
        ``processor_seconds`` and ``peak_mib``; missing where a job was too short to be sampled.

    Raises
    ------
    StudyError
        If a file is damaged.
    """
    rows = []
    for path in sorted(folder.rglob("*.tsv")):
        name = path.relative_to(folder).with_suffix("")
        job = "/".join(name.parts[1:]) or name.parts[0]
        rows.append((name.parts[0], job, *_measured(path)))
    jobs = pd.DataFrame(rows, columns=["stage", "job", *MEASURED.values()])
    for column in MEASURED.values():
        jobs[column] = pd.to_numeric(jobs[column], errors="coerce").astype("float64")
    return jobs


def _measured(path: Path) -> list[str]:
    # Snakemake does not write them atomically: a killed job leaves an incomplete file.
    try:
        with path.open(encoding="utf-8", newline="") as file:
            measured = next(csv.DictReader(file, delimiter="\t", strict=True))
        return [measured[column] for column in MEASURED]
    except (ValueError, StopIteration, KeyError, csv.Error):
        raise StudyError(
            f"{path}: no timings of a job as Snakemake writes them; delete it and {AGAIN}"
        ) from None


def cost_table(folder: Path, shards: list[str]) -> pd.DataFrame:
    """Return the costs of a study's jobs up to the table of cells, one row per job.

    Parameters
    ----------
    folder
        Folder of the benchmark files and, next to those of training, of what each job measured.
    shards
        Paths of the study's shards relative to its ``runs/``. Other files of training are left out.

    Raises
    ------
    StudyError
        If a shard's costs are missing, or a file is damaged.
    """
    jobs = read_benchmarks(folder)
    jobs = jobs[jobs["stage"].isin(STAGES)]
    names = [shard.removesuffix(".parquet") for shard in shards]
    training = pd.DataFrame([asdict(read_training_cost(folder / f"train/{n}.json")) for n in names])
    training["us_per_net_update"] = 1e6 * training["training_seconds"] / training["net_updates"]
    training[["stage", "job"]] = [("train", name) for name in names]
    kept = (jobs["stage"] != "train") | jobs["job"].isin(names)
    table = jobs[kept].merge(training, on=["stage", "job"], how="outer")
    return table.astype({"runs": "Int64", "net_updates": "Int64"})


def training_phase(costs: pd.DataFrame) -> dict[str, float]:
    """Return how well the training phase used its time, from its first start to its last end.

    Returns
    -------
    dict
        ``wall_seconds`` of the phase; ``jobs_at_once``, the most that ran at a time;
        ``training_seconds``, the sum over jobs; ``training_share`` = training_seconds /
        (jobs_at_once · wall_seconds). Interruptions of the study count as wall time.
    """
    train = costs[costs["stage"] == "train"]
    wall = float(train["finished"].max() - train["started"].min())
    # Ends first: a job that starts when another ends does not run at the same time.
    edges = pd.concat(
        [pd.Series(-1, index=train["finished"]), pd.Series(1, index=train["started"])]
    )
    at_once = int(edges.sort_index(kind="stable").cumsum().max())
    seconds = float(train["training_seconds"].sum())
    return {
        "wall_seconds": wall,
        "jobs_at_once": at_once,
        "training_seconds": seconds,
        "training_share": seconds / (at_once * wall),
    }
