"""``train``: train one shard."""

import argparse
import time
from pathlib import Path

from momentum_study.cli.flags import add_dataclass_arguments, read_dataclass
from momentum_study.datasets.prepared import load_prepared
from momentum_study.engine.rule_files import load_rules
from momentum_study.runs.settings import ShardSettings
from momentum_study.runs.shard_files import Fingerprint, digest_of_file, write_shard
from momentum_study.runs.timings import TrainingCost, write_training_cost
from momentum_study.runs.train import train_shard


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--data", type=Path, required=True, help="prepared data set (.npz)")
    parser.add_argument("--output", type=Path, required=True, help="shard to write (.parquet)")
    parser.add_argument("--timing", type=Path, required=True, help="costs to write (.json)")
    parser.add_argument("--rule-files", nargs="*", default=[], help="rules besides the built-in")
    add_dataclass_arguments(parser, ShardSettings)


def run(options: argparse.Namespace) -> None:
    """Train and write."""
    started = time.time()
    load_rules(options.rule_files)
    settings = read_dataclass(options, ShardSettings)
    shard = train_shard(settings, load_prepared(options.data))
    table = shard.table
    write_shard(options.output, table, Fingerprint(settings, digest_of_file(options.data)))
    cost = TrainingCost(
        started, time.time(), shard.training_seconds, table.num_rows, shard.net_updates
    )
    write_training_cost(options.timing, cost)
    diverged = table.column("status").to_pylist().count("diverged")
    print(f"{options.output}: {table.num_rows} runs, {diverged} of them diverged")
