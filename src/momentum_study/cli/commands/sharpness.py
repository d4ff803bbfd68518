"""``sharpness``: follow the largest Hessian eigenvalue of a shard's runs."""

import argparse
from pathlib import Path

import numpy as np

from momentum_study.cli.flags import add_dataclass_arguments, read_dataclass
from momentum_study.datasets.prepared import load_prepared
from momentum_study.runs.settings import ShardSettings
from momentum_study.runs.sharpness import followed_sharpness
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.sharpness import SHARPNESS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--data", type=Path, required=True, help="prepared data set (.npz)")
    parser.add_argument("--output", type=Path, required=True, help="table to write (.csv)")
    parser.add_argument("--replicates", type=int, required=True, help="follow the first so many")
    parser.add_argument("--checkpoints", type=int, required=True, help="how often to look")
    add_dataclass_arguments(parser, ShardSettings)


def run(options: argparse.Namespace) -> None:
    """Train, look, write."""
    prepared = load_prepared(options.data)
    followed = prepared.take(slice(np.count_nonzero(prepared.replicates < options.replicates)))
    table = followed_sharpness(
        read_dataclass(options, ShardSettings), followed, options.checkpoints
    )
    write_table(table, options.output, SHARPNESS)
    print(f"{options.output}: {table['lambda_max'].count()} eigenvalues")
