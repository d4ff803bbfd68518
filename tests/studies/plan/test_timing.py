"""Timed trainings: their kinds, and times that grow with the work."""

from dataclasses import replace

import pytest

from momentum_study.core.errors import StudyError
from momentum_study.engine.networks import Architecture
from momentum_study.engine.optimizers import RULES
from momentum_study.runs.design import shards
from momentum_study.studies.plan import timing
from momentum_study.studies.plan.timing import (
    DataPlan,
    Kind,
    Sizes,
    Timing,
    data_plan,
    kind_of,
    timings,
    training_bytes,
)
from tests.studies.plan.planned_studies import SIZES, made_study

ONE = Kind(
    Architecture(4, (8,), 3), RULES["momentum"], "float32", SIZES["iris"], 16, 5, 6, noise=False
)


def test_sizes_are_those_of_the_split() -> None:
    assert data_plan(made_study(), ["iris", "sugar"]) == DataPlan(SIZES, {}, {})
    assert SIZES["iris"].rows == 150


def test_a_data_set_that_cannot_be_loaded_has_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StudyError("dataset 'sugar': no network")

    monkeypatch.setattr(timing, "load", refuse)
    reasons = {"sugar": "dataset 'sugar': no network"}
    assert data_plan(made_study(), ["sugar"]) == DataPlan({}, {}, reasons)


def test_beta_and_schedule_are_of_one_kind() -> None:
    study = made_study()
    kinds = {kind_of(shard, SIZES[shard.dataset]) for shard in shards(study)}
    # Data sets, networks, rules and batches, in blocks of ten and of five; adam in the second grid.
    assert len(kinds) == 2 * 2 * 3 * 2 * 2 + 1


def test_a_single_output_is_one() -> None:
    moons = {"source": "moons"}
    study = made_study({"datasets": {"iris": moons, "sugar": moons}}, loss="logistic")
    own = [shard for shard in shards(study) if shard.grid == "one"]
    sizes = Sizes(180, 60, 60, 2, 2)
    assert {kind_of(shard, sizes).architecture.outputs for shard in own} == {1}


@pytest.mark.parametrize(
    "kind",
    [
        ONE,
        replace(ONE, batch=None, noise=True),
        replace(ONE, rule=RULES["gd"], precision="float64"),
        replace(ONE, architecture=Architecture(4, (), 1, loss="mse"), batch=1),
        replace(ONE, architecture=Architecture(4, (3000, 3000), 3), replicates=10),
        replace(ONE, sizes=Sizes(10**6, 10**6, 10**6, 4, 3), batch=None),
    ],
    ids=["usual", "full batch", "double", "one row", "wide", "many rows"],
)
def test_every_kind_is_timed_within_a_second(kind: Kind) -> None:
    start = timing.time.process_time()
    found = timings([kind])[kind]
    assert timing.time.process_time() - start < 1
    assert found.update > 0
    assert found.evaluation >= 0


def test_more_work_takes_longer() -> None:
    many = replace(ONE, replicates=50, cells=20)
    wide = replace(ONE, architecture=Architecture(4, (400,), 3))
    found = timings([ONE, many, wide])
    assert found[many].update > 5 * found[ONE].update
    assert found[wide].update > 5 * found[ONE].update


def test_kinds_that_are_not_timed_are_interpolated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timing, "_timed", lambda kind: Timing(kind.work, 1.0))
    longer = replace(ONE, cells=60)
    other = replace(ONE, architecture=Architecture(4, (9,), 3))
    found = timings([ONE, longer, other, replace(ONE, rule=RULES["gd"])], most=2)
    assert {kind: found[kind].update for kind in found} == pytest.approx(
        {kind: kind.work for kind in found}
    )
    assert found[longer].evaluation == found[other].evaluation == 1.0
    assert found[ONE].evaluation == pytest.approx(0.1)


def test_seconds_of_a_training() -> None:
    # Evaluations at steps 0, 25 and 100.
    assert Timing(0.5, 2.0).seconds(100, 2) == 0.5 * 100 + 2 * 3


@pytest.mark.parametrize(
    "larger",
    [
        replace(ONE, architecture=Architecture(4, (80,), 3)),
        replace(ONE, precision="float64"),
        replace(ONE, replicates=50),
        replace(ONE, sizes=Sizes(900, 300, 300, 4, 3)),
    ],
    ids=["width", "precision", "replicates", "rows"],
)
def test_larger_trainings_take_more_memory(larger: Kind) -> None:
    assert training_bytes(larger, 100, 10) > training_bytes(ONE, 100, 10)


def test_the_orders_of_all_epochs_are_kept() -> None:
    longer = training_bytes(ONE, 6000, 10) - training_bytes(ONE, 600, 10)
    assert longer == 4 * 5 * 90 * 900
