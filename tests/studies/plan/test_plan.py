"""A plan counts what the design has, and knows what is done."""

import copy
from pathlib import Path
from typing import Any

import pytest

from momentum_study.config.study import Study
from momentum_study.core.errors import StudyError
from momentum_study.engine.optimizers import RULES
from momentum_study.engine.training import evaluation_steps
from momentum_study.figures.jobs import figure_jobs
from momentum_study.runs.design import followed_shards, shards
from momentum_study.studies.plan.calibration import Calibration
from momentum_study.studies.plan.jobs import JOBS, SINGLE, amounts, record_file
from momentum_study.studies.plan.notes import notes
from momentum_study.studies.plan.rates import Rates, recorded_rates
from momentum_study.studies.plan.sizes import Sizes, known_sizes, sizes
from momentum_study.studies.plan.trainings import followed_trainings, trainings
from momentum_study.tables.files import read_table
from tests.studies.plan.planned_studies import SIZES, TREE, made_study, planned

WIDE = {"small": {"hidden": [9000, 9000]}, "linear": {"hidden": []}}
FOLLOW = {"rules": ["gd"], "learning_rates": [0.1], "replicates": 12}


def test_counts_are_those_of_the_design(tmp_path: Path) -> None:
    study = made_study()
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


def test_jobs_are_those_of_the_workflow(tmp_path: Path) -> None:
    study = made_study(sharpness=FOLLOW)
    jobs = planned(study, tmp_path).jobs
    # Two data sets, 25 replicates in blocks of ten; the second grid's block is another one.
    assert jobs["prepare"] == 2 * 3 + 1
    assert jobs["sharpness"] == len(followed_shards(study))
    assert jobs["figures"] == len(figure_jobs(study))
    assert {name for name, count in jobs.items() if count == 1} >= set(SINGLE)


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
    "more",
    [
        {"steps": 400},
        {"replicates": 40},
        {"evaluations": 80},
        {"schedules": ["constant", "cosine", "step"]},
        {"gradient_noise": 0.1},
        {"precision": "float64"},
        {"batch_sizes": [16, "full", 32]},
    ],
    ids=lambda more: next(iter(more)),
)
def test_more_takes_longer(more: dict[str, Any], tmp_path: Path) -> None:
    before, after = (planned(made_study(**change), tmp_path) for change in ({}, more))
    assert after.times.training > before.times.training
    assert after.times.total > before.times.total


def test_wider_networks_take_longer(tmp_path: Path) -> None:
    wide = made_study({"networks": {"small": {"hidden": [80]}, "linear": {"hidden": []}}})
    before, after = planned(made_study(), tmp_path), planned(wide, tmp_path)
    assert after.times.training > before.times.training
    assert before.training_peak is not None
    assert after.training_peak is not None
    assert after.training_peak.mib > before.training_peak.mib


def finish(study: Study, results: Path, share: float) -> int:
    """Write files in place of the first shards."""
    trained = shards(study)
    done = trained[: round(share * len(trained))]
    for shard in done:
        path = results / "runs" / shard.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return len(done)


def test_what_is_done_is_not_to_be_done(tmp_path: Path) -> None:
    study = made_study()
    nothing = planned(study, tmp_path)
    assert nothing.finished_shards == 0
    done = finish(study, tmp_path, 0.5)
    # Neither a file that is being written nor one of an older design is a shard.
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


def test_a_faster_machine_needs_less(tmp_path: Path) -> None:
    slow = planned(made_study(), tmp_path)
    fast = planned(made_study(), tmp_path, calibrated=Calibration(0.5, 30, ("other",)))
    assert fast.times.total == pytest.approx(slow.times.total / 2)
    assert fast.training_peak == slow.training_peak


def test_an_unknown_data_set_is_left_out_and_told(tmp_path: Path) -> None:
    study = made_study()
    known = {"iris": SIZES["iris"]}
    plan = planned(study, tmp_path, sizes=known, unknown={"sugar": "dataset 'sugar': not here"})
    grid, whole = plan.grids["one"], planned(study, tmp_path).grids["one"]
    assert grid.unknown_shards == grid.shards / 2
    assert grid.runs == whole.runs
    assert 0 < grid.training_seconds < whole.training_seconds
    assert any("not here" in note for note in notes(study, plan))
    nothing = planned(study, tmp_path, sizes={}, unknown=dict.fromkeys(SIZES, "offline"))
    assert nothing.training_peak is None
    assert nothing.grids["one"].shard_seconds is None


def test_sizes_are_those_of_the_split() -> None:
    study = made_study()
    assert {name: sizes(name, recipe, 1) for name, recipe in study.datasets.items()} == SIZES
    assert SIZES["iris"].rows == 150


def test_what_cannot_be_loaded_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def sizes_of(name: str, *others: object) -> Sizes:
        if name == "sugar":
            raise StudyError("dataset 'sugar': no network")
        return SIZES[name]

    monkeypatch.setattr("momentum_study.studies.plan.sizes.sizes", sizes_of)
    known, unknown = known_sizes(made_study(), ["iris", "sugar"])
    assert known == {"iris": SIZES["iris"]}
    assert unknown == {"sugar": "dataset 'sugar': no network"}


def test_shards_of_a_kind_share_their_training() -> None:
    study = made_study()
    found = trainings(study, shards(study), SIZES)
    # β and schedule change no shape; blocks of ten and of five do.
    factors = 2 * 2 * 3 * 2
    assert len(found) == factors * 2 + 1
    one = found["two", "iris", "small", "adam", "16", 2, 3]
    assert (one.batch, one.rows, one.rule) == (16, (90, 30, 30), RULES["adam"])
    assert one.evaluations == len(evaluation_steps(50, 40))


def test_a_single_output_is_one() -> None:
    moons = {"source": "moons"}
    study = made_study({"datasets": {"iris": moons, "sugar": moons}}, loss="logistic")
    found = trainings(study, shards(study), dict.fromkeys(SIZES, Sizes(180, 60, 60, 2, 2)))
    assert {t.architecture.outputs for kind, t in found.items() if kind[0] == "one"} == {1}


def test_followed_runs_are_trained_again() -> None:
    study = made_study(sharpness=FOLLOW)
    found = followed_trainings(study, SIZES)
    assert len(found) == len(followed_shards(study))
    assert {training.cells for training in found} == {1}
    # Twelve replicates: a block of ten, and two of the next.
    assert {training.replicates for training in found} == {10, 2}


def test_units_by_hand() -> None:
    study = made_study()
    units = amounts(study, shards(study))
    one = 2 * 2 * 2 * 2 * (3 * 3 + 2) * 25
    assert units["run"] == one + 2 * 3
    often = len(evaluation_steps(200, 40))
    assert units["evaluation"] == one * often + 6 * len(evaluation_steps(50, 40))


def test_every_job_was_timed_but_for_the_shortest() -> None:
    recorded = read_table(record_file(), JOBS)
    assert set(SINGLE) | {"prepare", "train", "figures", "sharpness"} == {
        *recorded["stage"],
        "cost",
        "provenance",
    }


def test_memory_and_room_grow_with_the_study(tmp_path: Path) -> None:
    small, large = planned(made_study(), tmp_path), planned(made_study(replicates=500), tmp_path)
    assert large.analysis_peak.mib > small.analysis_peak.mib
    assert large.bytes["train"] > 10 * small.bytes["train"]


@pytest.mark.parametrize(
    ("study", "word"),
    [
        (made_study(), "maps"),
        (made_study(), "fewer than"),
        (made_study({"replicates_per_shard": 1}), "replicates_per_shard"),
        (made_study(learning_rates=[0.01, 300]), "effective rate"),
        (made_study(learning_rates=[0.01, 0.02]), "two decades"),
        (
            made_study({"networks": {"small": {"hidden": [9000, 9000]}, "linear": {"hidden": []}}}),
            "GiB",
        ),
    ],
    ids=["maps", "replicates", "shards", "far", "narrow", "memory"],
)
def test_what_is_worth_a_note(study: Study, word: str, tmp_path: Path) -> None:
    found = notes(study, planned(study, tmp_path))
    assert any(word in note for note in found)


def test_a_sound_study_needs_no_note(tmp_path: Path) -> None:
    tree = copy.deepcopy(TREE)
    del tree["grids"]["two"]
    tree["grids"]["one"]["rules"] = {"gd": {}, "momentum": {"beta": [0.9]}}
    tree["replicates_per_shard"] = 25
    study = Study.model_validate(tree)
    assert notes(study, planned(study, tmp_path)) == []


def test_kinds_never_timed_are_told(tmp_path: Path) -> None:
    rates = dict(recorded_rates().seconds)
    del rates["rule.adam"]
    study = made_study()
    plan = planned(study, tmp_path, rates=Rates(rates))
    assert plan.untimed == ("rule.adam",)
    assert any("rule.adam" in note for note in notes(study, plan))
