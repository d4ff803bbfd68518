"""``train``: train one shard."""

import argparse
from pathlib import Path

from momentum_study.datasets.files import load_prepared
from momentum_study.flags import add_dataclass_arguments, read_dataclass
from momentum_study.shards import ShardSettings, train_shard, write_shard


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--data", type=Path, required=True, help="prepared data set (.npz)")
    parser.add_argument("--output", type=Path, required=True, help="shard to write (.parquet)")
    add_dataclass_arguments(parser, ShardSettings)


def run(options: argparse.Namespace) -> None:
    """Train and write."""
    settings = read_dataclass(options, ShardSettings)
    table = train_shard(settings, load_prepared(options.data))
    write_shard(options.output, table)
    diverged = table.column("status").to_pylist().count("diverged")
    print(f"{options.output}: {table.num_rows} runs, {diverged} of them diverged")
