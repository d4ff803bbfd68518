"""``landscapes``: run the update rules over two-dimensional landscapes."""

import argparse
from pathlib import Path

from momentum_study.experiments.landscapes.tables import landscapes_tables
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.landscapes import LANDSCAPES
from momentum_study.tables.schemas.trajectories import TRAJECTORIES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--draws", type=int, required=True, help="draws of the noise")
    parser.add_argument("--seed", type=int, required=True, help="of the noise")
    parser.add_argument("--landscapes", type=Path, required=True, help="table of times to write")
    parser.add_argument("--trajectories", type=Path, required=True, help="table of paths to write")


def run(options: argparse.Namespace) -> None:
    """Run and write."""
    landscapes, trajectories = landscapes_tables(options.draws, options.seed)
    write_table(landscapes, options.landscapes, LANDSCAPES)
    write_table(trajectories, options.trajectories, TRAJECTORIES)
    print(f"{options.landscapes}: {len(landscapes)} rows")
