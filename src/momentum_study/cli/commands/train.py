"""``train``: train one shard."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.cli.option_types import RuleFiles
from momentum_study.core.costs import cost_so_far, write_cost
from momentum_study.core.text import counted
from momentum_study.datasets.prepared import load_prepared
from momentum_study.engine.rule_files import load_rules
from momentum_study.runs.settings import ShardSettings
from momentum_study.runs.shard_files import Fingerprint, digest_of_file, write_shard
from momentum_study.runs.timings import TrainingCost
from momentum_study.runs.train import train_shard


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    data: Annotated[Path, "prepared data set (.npz)"]
    output: Annotated[Path, "shard to write (.parquet)"]
    timing: Annotated[Path, "timing to write (.json)"]
    settings: ShardSettings
    rule_files: RuleFiles = ()


def run(options: Options) -> None:
    """Train the shard and write it with its timing."""
    load_rules(options.rule_files)
    settings = options.settings
    shard = train_shard(settings, load_prepared(options.data))
    table = shard.table
    write_shard(options.output, table, Fingerprint(settings, digest_of_file(options.data)))
    cost = TrainingCost(
        **vars(cost_so_far()),
        training_seconds=shard.training_seconds,
        runs=table.num_rows,
        net_updates=shard.net_updates,
    )
    write_cost(options.timing, cost)
    diverged = table.column("status").to_pylist().count("diverged")
    print(f"{options.output}: {counted(table.num_rows, 'run')}, {diverged:,} of them diverged")
