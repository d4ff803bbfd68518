"""Shards become tables with one row per run of the design."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from test_design import study

from momentum_study.collect import collect_curves, collect_runs, read_shards
from momentum_study.config.study import Study
from momentum_study.datasets.preparation import prepare
from momentum_study.design import shard_settings, shards
from momentum_study.errors import StudyError
from momentum_study.shards import train_shard, write_shard
from momentum_study.tables import CURVES, RUNS, read_table, write_table

SMALL = study(learning_rates=[0.1, 1000], steps=20, evaluations=4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prepared = prepare("iris", SMALL.datasets["iris"], SMALL.seed, [0, 1])
    for shard in shards(SMALL):
        write_shard(
            tmp_path / shard.path, train_shard(shard_settings(SMALL, shard), prepared).table
        )
    return tmp_path


def collected(folder: Path, of: Study = SMALL) -> tuple[pd.DataFrame, pd.DataFrame]:
    tables = list(read_shards(of, folder))
    return (
        pd.concat(map(collect_runs, tables), ignore_index=True),
        pd.concat(map(collect_curves, tables), ignore_index=True),
    )


def read(folder: Path, of: Study = SMALL) -> tuple[int, int]:
    runs, curves = collected(folder, of)
    return len(runs), len(curves)


def test_one_row_per_run_and_per_evaluation(folder: Path) -> None:
    # 6 shards x 2 rates x 2 replicates, and evaluations at steps 0, 1, 5, 11 and 20.
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
    (stale.parent / "gd_beta0_batch8_constant_000-001.parquet").write_bytes(stale.read_bytes())
    assert read(folder) == (24, 120)


def test_missing_shard(folder: Path) -> None:
    (folder / shards(SMALL)[1].path).unlink()
    with pytest.raises(StudyError, match=r"gd_beta0_batchfull.*missing"):
        read(folder)


def test_shard_of_another_design_is_noticed(folder: Path) -> None:
    first, second, *_ = (folder / shard.path for shard in shards(SMALL))
    second.write_bytes(first.read_bytes())
    with pytest.raises(StudyError, match="missing"):
        read(folder)


def test_truncated_shard(folder: Path) -> None:
    path = folder / shards(SMALL)[0].path
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(StudyError, match="damaged shard"):
        read(folder)


def test_flipped_bit_in_the_data(folder: Path) -> None:
    path = folder / shards(SMALL)[0].path
    column = pq.ParquetFile(path).metadata.row_group(0).column(30)
    content = bytearray(path.read_bytes())
    content[column.data_page_offset + column.total_compressed_size - 4] ^= 1
    path.write_bytes(content)
    with pytest.raises(StudyError, match="damaged shard"):
        read(folder)
