"""Costs: one table of what jobs measured, and shares of time by hand."""

from pathlib import Path

import pandas as pd
import pytest

from momentum_study.core.errors import StudyError
from momentum_study.runs.costs import cost_table, read_benchmarks, training_phase
from momentum_study.runs.timings import TrainingCost, read_training_cost, write_training_cost
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.cost import COST

HEADER = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
COST_OF_ONE = TrainingCost(100.0, 104.0, 3.0, runs=20, net_updates=6000)


def benchmark(path: Path, seconds: str, memory: str = "50.5", processor: str = "1.5") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    line = f"{seconds}\t0:00:01\t{memory}\t1\t1\t1\t1\t1\t1\t{processor}\n"
    path.write_text(HEADER + line, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    benchmark(tmp_path / "prepare/iris_000-001.tsv", "0.5")
    benchmark(tmp_path / "train/grid/one.tsv", "4.5")
    benchmark(tmp_path / "train/grid/two.tsv", "0.1", "-", "NA")
    benchmark(tmp_path / "train/grid/of_an_older_design.tsv", "9")
    benchmark(tmp_path / "collect.tsv", "2")
    benchmark(tmp_path / "figure/maps.tsv", "3")
    write_training_cost(tmp_path / "train/grid/one.json", COST_OF_ONE)
    write_training_cost(
        tmp_path / "train/grid/two.json", TrainingCost(103.0, 103.1, 0.05, runs=2, net_updates=0)
    )
    return tmp_path


def test_a_row_per_job_of_the_design_up_to_the_cells(folder: Path, tmp_path: Path) -> None:
    costs = cost_table(folder, ["grid/one.parquet", "grid/two.parquet"])
    write_table(costs, tmp_path / "cost.csv", COST)
    costs = read_table(tmp_path / "cost.csv", COST).set_index(["stage", "job"])
    assert set(costs.index) == {
        ("prepare", "iris_000-001"),
        ("train", "grid/one"),
        ("train", "grid/two"),
        ("collect", "collect"),
    }
    one = costs.loc[("train", "grid/one")]
    assert (one["seconds"], one["processor_seconds"], one["peak_mib"]) == (4.5, 1.5, 50.5)
    assert (one["runs"], one["training_seconds"]) == (20, 3.0)
    assert one["us_per_net_update"] == pytest.approx(500.0)
    # Too short for Snakemake to take a sample of it.
    assert costs.loc[("train", "grid/two"), ["processor_seconds", "peak_mib"]].isna().all()
    assert pd.isna(costs.loc[("collect", "collect"), "runs"])


def test_a_shard_without_costs_is_named(folder: Path) -> None:
    with pytest.raises(StudyError, match=r"grid/three.json: no costs"):
        cost_table(folder, ["grid/three.parquet"])


@pytest.mark.parametrize(
    "content", [b"", HEADER[:10].encode(), HEADER.encode(), b"s\th:m:s\n1\t2\n", b"\xff\0\n\xff\n"]
)
def test_timings_that_were_damaged_are_named_and_can_be_deleted(
    folder: Path, content: bytes
) -> None:
    damaged = folder / "train/grid/one.tsv"
    damaged.write_bytes(content)
    shards = ["grid/one.parquet", "grid/two.parquet"]
    with pytest.raises(
        StudyError, match=r"grid/one\.tsv: no timings of a job .*; delete it and run"
    ):
        cost_table(folder, shards)
    damaged.unlink()
    write_table(cost_table(folder, shards), folder / "cost.csv", COST)


def test_costs_of_a_job_are_read_as_written(folder: Path) -> None:
    path = folder / "train/grid/one.json"
    assert read_training_cost(path) == COST_OF_ONE
    path.write_text('{"started": 1}', encoding="utf-8")
    with pytest.raises(StudyError, match="no costs"):
        read_training_cost(path)


def test_no_benchmarks_make_an_empty_table(tmp_path: Path) -> None:
    assert read_benchmarks(tmp_path).empty


def test_training_phase_by_hand() -> None:
    """Two jobs side by side, one more after the first: 10 s with 12 s of training on two cores."""
    costs = pd.DataFrame(
        {
            "stage": ["train", "train", "train", "collect"],
            "started": [0.0, 0.0, 4.0, None],
            "finished": [4.0, 6.0, 10.0, None],
            "training_seconds": [3.0, 5.0, 4.0, None],
        }
    )
    assert training_phase(costs) == {
        "wall_seconds": 10.0,
        "jobs_at_once": 2,
        "training_seconds": 12.0,
        "training_share": 0.6,
    }
