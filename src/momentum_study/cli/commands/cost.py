"""``cost``: put together what the jobs of a study took."""

import argparse
from pathlib import Path

from momentum_study.config.loading import load_study
from momentum_study.runs.costs import cost_table, training_phase
from momentum_study.runs.design import shards
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.cost import COST


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--configfile", type=Path, required=True, help="the study")
    parser.add_argument("--benchmarks", type=Path, required=True, help="folder of timings")
    parser.add_argument("--output", type=Path, required=True, help="table to write (.csv)")


def run(options: argparse.Namespace) -> None:
    """Read, write, and say how much of the training phase was training."""
    paths = [shard.path for shard in shards(load_study(options.configfile))]
    costs = cost_table(options.benchmarks, paths)
    write_table(costs, options.output, COST)
    phase = training_phase(costs)
    print(
        f"{options.output}: {phase['training_share']:.0%} of {phase['jobs_at_once']} jobs at once "
        f"for {phase['wall_seconds']:.0f} s was spent inside training"
    )
