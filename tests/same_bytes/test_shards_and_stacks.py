"""The smoke study in other shards and stacks, trained and collected in another order."""

import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from momentum_study.cli import main as cli
from momentum_study.cli.commands import train as train_command
from momentum_study.config.loading import load_study
from momentum_study.datasets.prepared import PreparedDataset
from momentum_study.engine import updating
from momentum_study.engine.training import train
from momentum_study.runs import train as shards
from momentum_study.runs.settings import SweepSettings
from momentum_study.runs.train import TrainedSweep, train_sweep
from tests.projects import ROOT, SMOKE
from tests.same_bytes.steps import TABLES, collect_step, prepare_steps, train_steps
from tests.tally import Tally

Tree = dict[str, Any]


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def smoke() -> Tree:
    """The smoke study, in a third of its updates."""
    tree: Tree = yaml.safe_load((ROOT / SMOKE).read_text(encoding="utf-8"))
    for grid in tree["grids"].values():
        grid["steps"] = 64
    return tree


def tables(
    tree: Tree, shuffle: Callable[[list[Any]], Any] = lambda steps: None
) -> dict[str, bytes]:
    """Prepare, train and collect a study in the current folder; return its tables."""
    configfile = Path("study.yaml")
    configfile.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    study = load_study(configfile)
    trainings = [*train_steps(study)]
    shuffle(trainings)
    for step in [*prepare_steps(study), *trainings, collect_step(configfile)]:
        assert cli.main(step) == 0
    return {name: Path(name).read_bytes() for name in TABLES}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("expected"))
        return tables(smoke())


@pytest.mark.parametrize("stack_bytes", [1, 2**14])
def test_stack_widths(
    stack_bytes: int,
    expected: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
    tally: Tally,
) -> None:
    """Each network alone, and a few of the up to 20 networks of a shard."""
    monkeypatch.setattr(shards, "train", partial(train, stack_bytes=stack_bytes))
    tally.same_bytes(expected, tables(smoke()))


def test_updates_of_one_network_at_a_time(
    expected: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    monkeypatch.setattr(updating, "CACHE_BLOCK_BYTES", 1)
    tally.same_bytes(expected, tables(smoke()))


def test_learning_rates_one_by_one(
    expected: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    def one_by_one(settings: SweepSettings, prepared: PreparedDataset) -> TrainedSweep:
        alone = [
            train_sweep(replace(settings, learning_rates=(rate,)), prepared)
            for rate in reversed(settings.learning_rates)
        ]
        table = pa.concat_tables([shard.table for shard in alone])
        return replace(alone[0], table=table)

    monkeypatch.setattr(train_command, "train_sweep", one_by_one)
    tally.same_bytes(expected, tables(smoke()))


def test_shards_of_one_replicate_in_another_order(expected: dict[str, bytes], tally: Tally) -> None:
    tree = smoke() | {"replicates_per_shard": 1}
    tally.same_bytes(expected, tables(tree, random.Random(1).shuffle))


def test_shards_of_three_replicates_of_the_reversed_configuration(
    expected: dict[str, bytes], tally: Tally
) -> None:
    """Of grids, data sets, rules, β, learning rates, batch sizes and schedules."""
    tally.same_bytes(expected, tables(backwards(smoke()) | {"replicates_per_shard": 3}))


def backwards(tree: Any) -> Any:
    """Return the tree with all its mappings and lists in reverse."""
    if isinstance(tree, dict):
        return {key: backwards(value) for key, value in reversed(tree.items())}
    return [backwards(value) for value in reversed(tree)] if isinstance(tree, list) else tree
