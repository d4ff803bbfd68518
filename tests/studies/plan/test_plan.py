"""A plan counts what the design has, and leaves out what is finished."""

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from momentum_study.config.study import Study
from momentum_study.engine.training import evaluation_steps
from momentum_study.figures.jobs import figure_groups
from momentum_study.runs.design import followed_sweeps, shards
from momentum_study.studies.plan.jobs import SINGLE, amounts, published_costs
from momentum_study.studies.plan.notes import notes
from tests.projects import ROOT
from tests.studies.plan.planned_studies import COSTS, SIZES, TREE, made_study, planned

FOLLOW = {"rules": ["gd"], "learning_rates": [0.1], "replicates": 12}
WIDE = {"small": {"hidden": [9000, 9000]}, "linear": {"hidden": []}}


def test_counts_are_those_of_the_design(tmp_path: Path) -> None:
    study = made_study(sharpness=FOLLOW)
    plan = planned(study, tmp_path)
    trained = shards(study)
    for name, grid in plan.grids.items():
        own = [shard for shard in trained if shard.grid == name]
        runs = [run for shard in own for run in shard.runs()]
        assert grid.shards == len(own)
        assert grid.runs == len(runs) == grid.cells * study.grids[name].replicates
        assert grid.cells == len({run[:-1] for run in runs})
        assert grid.net_updates == len(runs) * study.grids[name].steps
    assert plan.runs == sum(grid.runs for grid in plan.grids.values())
    assert plan.shards == plan.jobs["train"] == len(trained)
    # Two data sets, 25 replicates in blocks of ten; the second grid has another block.
    assert plan.jobs["prepare"] == 2 * 3 + 1
    assert plan.jobs["sharpness"] == len(followed_sweeps(study))
    assert plan.jobs["figures"] == len(figure_groups(study))
    assert {name for name, count in plan.jobs.items() if count == 1} >= set(SINGLE)
    one = 2 * 2 * 2 * 2 * (3 * 3 + 2) * 25
    often = len(evaluation_steps(200, 40))
    assert amounts(study, trained)["runs"] == one + 2 * 3
    evaluations = one * often + 6 * len(evaluation_steps(50, 40))
    assert amounts(study, trained)["evaluations"] == evaluations


def test_times_add_up(tmp_path: Path) -> None:
    plan = planned(made_study(), tmp_path)
    times = plan.times
    assert times.training == pytest.approx(sum(g.training_seconds for g in plan.grids.values()))
    for grid in plan.grids.values():
        assert grid.shard_seconds is not None
        low, high = grid.shard_seconds
        assert low * grid.shards <= grid.training_seconds <= high * grid.shards
    assert times.left == pytest.approx(times.total, rel=0.2)
    alone = planned(made_study(), tmp_path, cores=1).times
    assert alone.total >= times.total >= alone.total / 2
    many = planned(made_study(), tmp_path, cores=10_000).times
    assert times.total > many.total > 0


@pytest.mark.parametrize(
    ("top", "more"),
    [
        ({}, {"steps": 400}),
        ({}, {"replicates": 40}),
        ({}, {"evaluations": 80}),
        ({}, {"schedules": ["constant", "cosine", "step"]}),
        ({}, {"batch_sizes": [16, "full", 32]}),
        ({"networks": {"small": {"hidden": [80]}, "linear": {"hidden": []}}}, {}),
    ],
    ids=["steps", "replicates", "evaluations", "schedules", "batches", "width"],
)
def test_larger_studies_cost_more(top: Any, more: dict[str, Any], tmp_path: Path) -> None:
    before, after = planned(made_study(), tmp_path), planned(made_study(top, **more), tmp_path)
    assert after.times.training > before.times.training
    assert after.times.total > before.times.total
    assert sum(after.bytes.values()) >= sum(before.bytes.values())
    assert before.training_peak is not None
    assert after.training_peak is not None
    assert after.training_peak.mib >= before.training_peak.mib


def finish(study: Study, results: Path, share: float) -> int:
    """Write files in place of the first shards."""
    trained = shards(study)
    done = trained[: round(share * len(trained))]
    for shard in done:
        path = results / "runs" / shard.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return len(done)


def test_finished_shards_are_not_planned_again(tmp_path: Path) -> None:
    study = made_study()
    nothing = planned(study, tmp_path)
    assert nothing.finished_shards == 0
    done = finish(study, tmp_path, 0.5)
    # Neither a partial file nor one of an older design is a shard.
    (tmp_path / "runs/one/.part.parquet.12").write_bytes(b"")
    (tmp_path / "runs/one/older.parquet").write_bytes(b"")
    half = planned(study, tmp_path)
    assert half.finished_shards == done
    assert sum(grid.finished_shards for grid in half.grids.values()) == done
    assert half.times.left < nothing.times.left
    assert half.times.total == nothing.times.total
    finish(study, tmp_path, 1.0)
    trained = planned(study, tmp_path)
    assert 0 < trained.times.left < half.times.left
    (tmp_path / "provenance.json").write_text("{}", encoding="utf-8")
    assert planned(study, tmp_path).times.left == 0


def test_an_unknown_data_set_is_left_out_and_reported(tmp_path: Path) -> None:
    study = made_study()
    known = {"iris": SIZES["iris"]}
    plan = planned(study, tmp_path, sizes=known, unknown={"sugar": "dataset 'sugar': not here"})
    grid, complete = plan.grids["one"], planned(study, tmp_path).grids["one"]
    assert grid.unknown_shards == grid.shards / 2
    assert grid.runs == complete.runs
    assert 0 < grid.training_seconds < complete.training_seconds
    assert any("not here" in note for note in notes(study, plan))
    nothing = planned(study, tmp_path, sizes={}, unknown=dict.fromkeys(SIZES, "offline"))
    assert nothing.training_peak is None
    assert nothing.grids["one"].shard_seconds is None


def test_costs_of_the_published_study_are_those_of_its_record() -> None:
    costs = published_costs(ROOT / "results/published")
    assert costs is not None
    record = json.loads((ROOT / "results/published/provenance.json").read_text())
    figures = record["seconds"]["figures"]
    assert costs.seconds["figures"] * figures["jobs"] == pytest.approx(figures["wall"])
    assert 0 < costs.seconds["train"] < record["seconds"]["train"]["wall"] / figures["jobs"]


@pytest.mark.parametrize(
    "change",
    [
        {"seconds": None},
        {"seconds": {"train": {"jobs": 0, "wall": 1}}},
        {"seconds": {"train": {"jobs": 1, "wall": float("nan")}}},
        {"training": {}},
        {"study": {"study": "other"}},
    ],
    ids=["none", "no jobs", "nan", "no training", "no configuration"],
)
def test_a_damaged_record_has_no_costs(change: dict[str, Any], tmp_path: Path) -> None:
    record = json.loads((ROOT / "results/published/provenance.json").read_text())
    assert published_costs(tmp_path) is None
    (tmp_path / "provenance.json").write_text(json.dumps(record | change))
    assert published_costs(tmp_path) is None


def test_costs_grow_with_the_study_where_they_do(tmp_path: Path) -> None:
    study = made_study()
    own = amounts(study, shards(study))
    same = planned(study, tmp_path, costs=replace(COSTS, amounts=own)).times
    half = {name: amount / 2 for name, amount in own.items()}
    grown = planned(study, tmp_path, costs=replace(COSTS, amounts=half)).times
    figures = len(figure_groups(study))
    assert grown.analysis - same.analysis == pytest.approx(0.3 + 1.3 * figures)
    assert grown.starting == same.starting == 0.5 * len(shards(study))


@pytest.mark.parametrize(
    ("study", "word"),
    [
        (made_study(), "maps"),
        (made_study(), "fewer than"),
        (made_study({"replicates_per_shard": 1}), "replicates_per_shard"),
        (made_study(learning_rates=[0.01, 300]), "effective rate"),
        (made_study(learning_rates=[0.01, 0.02]), "two decades"),
        (made_study(rules={"gd": {}}, learning_rates=[0.01]), "nothing is tuned"),
        (made_study(replicates=1), "nothing is tuned"),
        (made_study(rules={"gd": {"learning_rates": [1]}, "adam": {"beta": [0.9]}}), "not tuned"),
        (made_study({"networks": WIDE}), "GiB"),
    ],
    ids=["maps", "replicates", "shards", "far", "narrow", "rate", "once", "one rule", "memory"],
)
def test_unusual_studies_have_notes(study: Study, word: str, tmp_path: Path) -> None:
    found = notes(study, planned(study, tmp_path))
    assert any(word in note for note in found)


def test_a_usual_study_has_no_notes(tmp_path: Path) -> None:
    tree = copy.deepcopy(TREE)
    del tree["grids"]["two"]
    tree["grids"]["one"]["rules"] = {"gd": {}, "momentum": {"beta": [0.9]}}
    tree["replicates_per_shard"] = 25
    study = Study.model_validate(tree)
    assert notes(study, planned(study, tmp_path)) == []
