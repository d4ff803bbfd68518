"""``train``: train one shard."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.cli.option_types import RuleFiles
from momentum_study.core.costs import cost_so_far, write_cost
from momentum_study.core.text import counted, format_number
from momentum_study.datasets.prepared import PreparedDataset, load_prepared
from momentum_study.engine.rule_files import load_rules
from momentum_study.runs.settings import ShardSettings, SweepSettings
from momentum_study.runs.shard_files import (
    Fingerprint,
    digest_of_file,
    finished_sweeps,
    write_shard,
)
from momentum_study.runs.timings import TrainingCost
from momentum_study.runs.train import TrainedSweep, train_sweep


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    data: Annotated[Path, "prepared data set (.npz)"]
    output: Annotated[Path, "shard to write (.parquet); sweeps that it has already are kept"]
    timing: Annotated[Path, "timing to write (.json)"]
    sources: Annotated[str, "digest of the code; sweeps that other code trained are not kept"]
    replicates: Annotated[tuple[int, int], "first and last replicate"]
    settings: ShardSettings
    rule_files: RuleFiles = ()


def run(options: Options) -> None:
    """Train the sweeps that are not finished, and write the shard with its timing."""
    load_rules(options.rule_files)
    first, last = options.replicates
    prepared = load_prepared(options.data)
    prepared = prepared.take((prepared.replicates >= first) & (prepared.replicates <= last))
    data = digest_of_file(options.data)
    sources = _digest(options.sources, (digest_of_file(Path(path)) for path in options.rule_files))
    finished = finished_sweeps(options.output, sources)
    tables, origins, trained = [], [], []
    for settings in options.settings.sweeps():
        origin = Fingerprint(settings, data, options.replicates)
        table = finished.get(origin.as_json())
        if table is None:
            trained.append(_trained(settings, prepared))
            table = trained[-1].table
        tables.append(table)
        origins.append(origin)
    write_shard(options.output, tables, origins, sources)
    cost = TrainingCost(
        **vars(cost_so_far()),
        training_seconds=sum(sweep.training_seconds for sweep in trained),
        runs=sum(sweep.table.num_rows for sweep in trained),
        net_updates=sum(sweep.net_updates for sweep in trained),
    )
    write_cost(options.timing, cost)
    diverged = sum(table.column("status").to_pylist().count("diverged") for table in tables)
    runs = counted(sum(table.num_rows for table in tables), "run")
    print(f"{options.output}: {runs}, {diverged:,} of them diverged")
    if kept := len(tables) - len(trained):
        print(f"{kept} of {counted(len(tables), 'sweep')} were finished and kept")


def _trained(settings: SweepSettings, prepared: PreparedDataset) -> TrainedSweep:
    try:
        return train_sweep(settings, prepared)
    except Exception as error:
        # The name of a shard does not tell which of its sweeps failed.
        error.add_note(f"β = {format_number(settings.beta)}, schedule {settings.schedule}")
        raise


def _digest(sources: str, rule_files: Iterable[str]) -> str:
    return hashlib.sha256("\n".join([sources, *rule_files]).encode()).hexdigest()
