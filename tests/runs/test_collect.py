"""Shards become tables with one row per run of the design."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from momentum_study.config.study import Study
from momentum_study.datasets.preparation import prepare
from momentum_study.datasets.prepared import save_prepared
from momentum_study.runs.collect import (
    UnusableShardsError,
    collect_curves,
    collect_runs,
    read_shards,
    set_aside,
)
from momentum_study.runs.design import prepared_path, shards
from momentum_study.runs.shard_files import Fingerprint, digest_of_file, write_shard
from momentum_study.runs.train import train_sweep
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.curves import CURVES
from momentum_study.tables.schemas.runs import RUNS
from tests.runs.test_design import study

SMALL = study(learning_rates=[0.1, 1000], steps=20, evaluations=4)


DATA = prepare("iris", SMALL.datasets["iris"], SMALL.seed, [0, 1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    train(tmp_path, SMALL)
    return tmp_path


def train(folder: Path, of: Study) -> None:
    for shard in shards(of):
        data = folder / prepared_path(shard.dataset, shard.data)
        save_prepared(data, DATA)
        ends = (shard.block.first, shard.block.last)
        settings = list(shard.sweeps())
        origins = [Fingerprint(sweep, digest_of_file(data), ends) for sweep in settings]
        tables = [train_sweep(sweep, DATA).table for sweep in settings]
        write_shard(folder / shard.path, tables, origins, "code")


def collected(folder: Path, of: Study = SMALL) -> tuple[pd.DataFrame, pd.DataFrame]:
    tables = list(read_shards(of, folder, folder))
    return (
        pd.concat(map(collect_runs, tables), ignore_index=True),
        pd.concat(map(collect_curves, tables), ignore_index=True),
    )


def read(folder: Path, of: Study = SMALL) -> tuple[int, int]:
    runs, curves = collected(folder, of)
    return len(runs), len(curves)


def test_one_row_per_run_and_per_evaluation(folder: Path) -> None:
    # 6 sweeps x 2 rates x 2 replicates, and evaluations at steps 0, 1, 5, 11 and 20.
    assert read(folder) == (24, 24 * 5)


def test_tables_are_valid_and_agree(folder: Path) -> None:
    runs, curves = collected(folder)
    write_table(runs, folder / "runs.parquet", RUNS)
    write_table(curves, folder / "curves.parquet", CURVES)
    runs = read_table(folder / "runs.parquet", RUNS)
    curves = read_table(folder / "curves.parquet", CURVES)
    assert {"completed", "diverged"} == set(runs["status"])
    last = curves[curves["step"] == 20].reset_index(drop=True)
    np.testing.assert_array_equal(runs["train_loss_final"].astype(np.float32), last["train_loss"])


def test_other_files_are_left_out(folder: Path) -> None:
    stale = folder / shards(SMALL)[0].path
    (stale.parent / "gd_batch8_000-001.parquet").write_bytes(stale.read_bytes())
    assert read(folder) == (24, 120)


def test_missing_shard(folder: Path) -> None:
    (folder / shards(SMALL)[1].path).unlink()
    with pytest.raises(UnusableShardsError, match=r"gd_batchfull.*missing") as caught:
        read(folder)
    assert caught.value.unusable == []


def test_all_unusable_shards_are_named_and_can_be_set_aside(folder: Path) -> None:
    first, second, third, *others = (folder / shard.path for shard in shards(SMALL))
    first.write_bytes(first.read_bytes()[:-100])
    second.write_bytes(others[0].read_bytes())
    with pytest.raises(UnusableShardsError, match="2 of 4") as caught:
        read(folder)
    assert caught.value.unusable == [first, second]
    assert first.exists()
    assert second.exists()
    set_aside(caught.value.unusable)
    assert f"{first}: damaged shard" in str(caught.value)
    assert f"{second}: shard of another design (" in str(caught.value)
    assert "rule 'momentum' instead of 'gd'" in str(caught.value)
    for path in (first, second):
        assert not path.exists()
        assert path.with_name(f"{path.name}.unusable").exists()
    assert third.exists()
    train(folder, SMALL)
    assert read(folder) == (24, 120)


def test_shards_of_the_same_cells_with_another_seed_are_noticed(folder: Path) -> None:
    with pytest.raises(UnusableShardsError, match="seed 1 instead of 2"):
        read(folder, SMALL.model_copy(update={"seed": 2}))
