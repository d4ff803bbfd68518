"""Overhead of groups of shards on a cluster, estimated from the costs of a finished study.

``python -m benchmarks.slurm_groups`` reads the paper study's costs and writes a row for each size
of groups. A Slurm job with C cores trains C shards at a time; its start takes `START` seconds, in
which the cores are idle.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from momentum_study.tables.files import read_table
from momentum_study.tables.schemas.cost import COST

FILE = Path(__file__).parents[1] / "docs/cluster/groups.csv"
START = 3.0
"""Seconds, about: Slurm starts the job, the job starts Snakemake, which reads the workflow."""
CORES = 2
SIZES = (1, 6, 12, 24, 48)


def groups(training_seconds: NDArray[np.float64]) -> pd.DataFrame:
    """Return the overhead of groups of each size, for shards with these seconds of one core.

    A group of n shards of mean duration s trains for ns/C seconds; the start adds the share
    START / (ns/C).
    """
    size = np.array(SIZES)
    seconds = size * training_seconds.mean() / CORES
    return pd.DataFrame(
        {
            "shards": size,
            "slurm_jobs": -(-len(training_seconds) // size),
            "training_seconds": seconds.round(1),
            "overhead": (START / seconds).round(3),
            "shard_seconds_min": training_seconds.min().round(2),
            "shard_seconds_mean": training_seconds.mean().round(2),
            "shard_seconds_max": training_seconds.max().round(1),
        }
    )


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.slurm_groups", description=__doc__)
    parser.add_argument("--study", type=Path, default=Path("results/paper"), help="its folder")
    costs = read_table(parser.parse_args().study / "tables/cost.csv", COST)
    seconds = costs.loc[costs["stage"] == "train", "training_seconds"].to_numpy()
    FILE.parent.mkdir(exist_ok=True)
    groups(seconds).to_csv(FILE, index=False)


if __name__ == "__main__":
    main()
