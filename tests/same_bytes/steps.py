"""The first commands of the workflow for a study, from its configuration to its tables."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from momentum_study.cli.flags import to_flags
from momentum_study.config.study import Study
from momentum_study.runs.design import prepare_flags, prepared_path, shards

# Paths are relative to the folder in which the commands run.
TABLES = ("tables/runs.parquet", "tables/curves.parquet")


def prepare_steps(study: Study) -> Iterator[list[str]]:
    """Arguments of the commands that prepare the data."""
    used = dict.fromkeys((shard.dataset, shard.data) for shard in shards(study))
    for dataset, block in used:
        flags = shlex.split(prepare_flags(study, dataset, str(block)))
        yield ["prepare", "--output", f"datasets/{prepared_path(dataset, block)}", *flags]


def train_steps(study: Study) -> Iterator[list[str]]:
    """Arguments of the commands that train the shards, in the order of the configuration."""
    for shard in shards(study):
        data = f"datasets/{prepared_path(shard.dataset, shard.data)}"
        files = ["--output", f"runs/{shard.path}", "--timing", f"timings/{shard.path}.json"]
        files += ["--sources", "0", "--replicates", str(shard.block.first), str(shard.block.last)]
        flags = shlex.split(to_flags(shard.settings))
        yield ["train", "--data", data, *files, *flags]


def collect_step(configfile: Path) -> list[str]:
    """Arguments of the command that makes the tables of runs and of curves."""
    runs, curves = TABLES
    folders = ["--shards", "runs", "--data", "datasets"]
    return [
        "collect",
        "--configfile",
        str(configfile),
        *folders,
        "--runs",
        runs,
        "--curves",
        curves,
    ]
