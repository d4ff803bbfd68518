"""Costs: one table of what jobs measured, and shares of time by hand."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from momentum_study.config.study import Study
from momentum_study.core.costs import Cost, write_cost
from momentum_study.core.errors import StudyError
from momentum_study.runs.costs import cost_table, training_phase
from momentum_study.runs.design import shards
from momentum_study.runs.timings import TrainingCost
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.cost import COST
from tests.configurations import VALID

OWN = Cost(100.0, 104.5, 1.5, 50.5)
TRAINED = {"training_seconds": 3.0, "runs": 20, "net_updates": 6000}


@pytest.fixture
def study() -> Study:
    return Study.model_validate(VALID)


@pytest.fixture
def folder(tmp_path: Path, study: Study) -> Path:
    folder = tmp_path / "costs"
    for shard in shards(study):
        path = folder / "train" / shard.path.replace(".parquet", ".json")
        write_cost(path, TrainingCost(**vars(OWN), **TRAINED))
        data = f"prepare/{shard.dataset}_{shard.data}.json"
        write_cost(folder / data, OWN)
    for name in ("train/of/an/older_design", "prepare/of_an_older_design_000-009"):
        write_cost(folder / f"{name}.json", OWN)
    write_cost(folder / "collect.json", OWN)
    write_cost(folder / "figures/one/maps.json", OWN)
    return folder


def test_a_row_per_job_of_the_design(folder: Path, study: Study, tmp_path: Path) -> None:
    table = cost_table(folder, study, {"snakemake": OWN})
    write_table(table, tmp_path / "cost.csv", COST)
    costs = read_table(tmp_path / "cost.csv", COST).set_index(["stage", "job"])
    trained = [("train", shard.name) for shard in shards(study)]
    data = {("prepare", f"{shard.dataset}_{shard.data}") for shard in shards(study)}
    others = {("collect", "collect"), ("figures", "one/maps"), ("snakemake", "snakemake")}
    assert set(costs.index) == {*trained, *data, *others}
    one = costs.loc[trained[0]]
    assert (one["seconds"], one["processor_seconds"], one["peak_mib"]) == (4.5, 1.5, 50.5)
    assert (one["runs"], one["training_seconds"]) == (20, 3.0)
    assert one["us_per_net_update"] == pytest.approx(500.0)
    assert pd.isna(costs.loc[("collect", "collect"), "runs"])


def test_a_shard_without_cost_is_named(folder: Path, study: Study) -> None:
    path = folder / "train" / shards(study)[0].path.replace(".parquet", ".json")
    path.unlink()
    with pytest.raises(StudyError, match=r"no cost of this shard") as error:
        cost_table(folder, study, {})
    assert str(path) in str(error.value)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"started": 1}', b"\xff\0\n\xff\n"])
@pytest.mark.parametrize("name", ["train", "collect"])
def test_a_damaged_cost_is_named(folder: Path, study: Study, content: bytes, name: str) -> None:
    trained = f"train/{shards(study)[0].path}".replace(".parquet", ".json")
    path = folder / (trained if name == "train" else "collect.json")
    path.write_bytes(content)
    with pytest.raises(StudyError, match=r"no cost of a job .*; delete it and") as error:
        cost_table(folder, study, {})
    assert str(path) in str(error.value)


def test_snakemake_is_found_among_the_programs_that_started_a_job(tmp_path: Path) -> None:
    job = (
        "import json; from momentum_study.runs.costs import running_costs;"
        "print(json.dumps({k: vars(v) for k, v in running_costs().items()}))"
    )
    program = tmp_path / "snakemake"
    run = f"subprocess.run(['sh', '-c', {shlex.join([sys.executable, '-c', job])!r}])"
    spend = "while time.process_time() < 0.1: pass"
    program.write_text(f"#!{sys.executable}\nimport subprocess, time\n{spend}\n{run}\n")
    program.chmod(0o700)
    done = subprocess.run([program], capture_output=True, text=True, check=True)
    costs = json.loads(done.stdout)
    assert costs.keys() == {"provenance", "snakemake"}
    assert costs["snakemake"]["processor_seconds"] >= 0.08
    assert costs["snakemake"]["started"] < costs["provenance"]["started"]


def test_training_phase_by_hand() -> None:
    """Two jobs side by side, one more after the first: 10 s with 12 s of training on two cores."""
    costs = pd.DataFrame(
        {
            "stage": ["train", "train", "train", "collect"],
            "started": [0.0, 0.0, 4.0, 10.0],
            "finished": [4.0, 6.0, 10.0, 12.0],
            "training_seconds": [3.0, 5.0, 4.0, None],
        }
    )
    assert training_phase(costs) == {
        "wall_seconds": 10.0,
        "jobs_at_once": 2,
        "training_seconds": 12.0,
        "training_share": 0.6,
    }
