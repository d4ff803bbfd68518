"""What a study cost: time, memory and updates of its jobs, and of Snakemake.

Costs differ from run to run, so they are in a separate table, which is never compared.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import psutil

from momentum_study.config.study import Study
from momentum_study.core.costs import Cost, cost_so_far
from momentum_study.core.errors import AGAIN, StudyError
from momentum_study.runs.design import followed_sweeps, prepared_path, shards
from momentum_study.runs.parts import part_counts
from momentum_study.runs.timings import TrainingCost


def cost_table(folder: Path, study: Study, running: Mapping[str, Cost]) -> pd.DataFrame:
    """Return the costs of a study as a table of the schema `COST`, a row per job.

    Parameters
    ----------
    folder
        Folder of the files in which finished jobs wrote what they cost.
    study
        Jobs on data sets, shards and parts that are not in its design are left out.
    running
        Costs so far of what is still running, by stage.

    Raises
    ------
    StudyError
        If the cost of a shard's training is missing, or a file is damaged.
    """
    trained = shards(study)
    designed = {
        "prepare": {Path(prepared_path(shard.dataset, shard.data)).stem for shard in trained},
        "train": {shard.name for shard in trained},
        "sharpness": {sweep.name for sweep in followed_sweeps(study)},
        **{
            f"{stage}_part": set(map(str, range(count)))
            for stage, count in part_counts(study).items()
        },
    }
    rows = [
        {"stage": stage, "job": job, **asdict(read_cost(path, stage))}
        for stage, job, path in cost_files(folder)
        if job in designed.get(stage, (job,))
    ]
    rows += [{"stage": stage, "job": stage, **asdict(cost)} for stage, cost in running.items()]
    jobs = pd.DataFrame(rows, columns=["stage", "job", *TrainingCost.__dataclass_fields__])
    missing = designed["train"].difference(jobs["job"][jobs["stage"] == "train"])
    if missing:
        raise StudyError(f"{folder}/train/{min(missing)}.json: no cost of this shard; {AGAIN}")
    return jobs.assign(
        seconds=jobs["finished"] - jobs["started"],
        us_per_net_update=1e6 * jobs["training_seconds"] / jobs["net_updates"],
    ).astype({"runs": "Int64", "net_updates": "Int64"})


def cost_files(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield the stage, the job and the file of each finished job that wrote what it cost."""
    for path in sorted(folder.rglob("*.json")):
        stage, *names = path.relative_to(folder).with_suffix("").parts
        yield stage, "/".join(names) or stage, path


def read_cost(path: Path, stage: str) -> Cost:
    """Read what a job of a stage cost.

    Raises
    ------
    StudyError
        If the file is damaged.
    """
    try:
        return (TrainingCost if stage == "train" else Cost)(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise StudyError(f"{path}: no cost of a job ({error}); delete it and {AGAIN}") from None


def running_costs() -> dict[str, Cost]:
    """Return the costs so far of this job, ``provenance``, and of the Snakemake that runs it."""
    own = cost_so_far()
    costs = {"provenance": own}
    for process in psutil.Process().parents():
        if process.name() == "snakemake" or process.cmdline()[1:3] == ["-m", "snakemake"]:
            used, memory = process.cpu_times(), process.memory_info()
            costs["snakemake"] = Cost(
                process.create_time(), own.finished, used.user + used.system, memory.rss / 2**20
            )
    return costs


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
