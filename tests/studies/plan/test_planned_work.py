"""Work is counted from shapes: by hand where it can be, and in the right order everywhere."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.engine.networks import Architecture
from momentum_study.engine.optimizers import RULES
from momentum_study.studies.plan.memory import training_bytes
from momentum_study.studies.plan.rates import recorded_rates
from momentum_study.studies.plan.work import Training, stacking, work

ONE = Training(
    architecture=Architecture(3, (4,), 2),
    rule=RULES["momentum"],
    precision="float32",
    replicates=5,
    cells=6,
    rows=(100, 30, 20),
    batch=10,
    steps=40,
    evaluations=0,
)


def test_an_update_by_hand() -> None:
    counted = work(ONE)
    networks_updates = 5 * 6 * 40
    # 3-4-2 on ten rows: forward 4·4 + 2·5, gradients as many, back 4·2.
    assert counted["multiply_add"] == networks_updates * 10 * (26 + 26 + 8)
    assert counted["product"] == networks_updates * 5
    assert counted["activation.relu"] == networks_updates * 10 * 4
    assert counted["loss.cross_entropy"] == networks_updates * 10 * 2
    assert counted["rule.momentum"] == networks_updates * 26
    # They all fit one stack: 40 updates of it, four epochs of 100 rows, 4 inputs and 2 targets.
    assert (counted["stack"], counted["update"], counted["epoch"]) == (1, 40, 4)
    assert counted["row"] == 5 * 4 * 100 * 6
    assert counted["network"] == 30


def test_an_evaluation_by_hand() -> None:
    counted = work(replace(ONE, steps=0, evaluations=3))
    assert counted["evaluation.multiply_add"] == 3 * 30 * 150 * 26
    # A part of the data at most 256 rows at a time, in three parts.
    assert counted["evaluation"] == 3 * 3
    assert counted["evaluation.product"] == 3 * 30 * 2 * 3
    assert counted["evaluation.weight"] == 3 * 30 * 26
    assert counted["multiply_add"] == 0


def test_a_batch_counts_with_its_mean_size() -> None:
    # 100 rows in batches of 60 are batches of 60 and 40.
    assert work(replace(ONE, batch=60))["multiply_add"] == 5 * work(ONE)["multiply_add"]


def test_the_full_batch_is_not_cut() -> None:
    assert not {"epoch", "row", "shuffle"} & work(replace(ONE, batch=None)).keys()


def test_noise_is_drawn_once_for_all_cells() -> None:
    counted = work(replace(ONE, noise=True))
    assert counted["noise.draw"] == 40 * 5 * 26
    assert counted["noise.add"] == 40 * 30 * 26


def test_double_precision_counts_twice() -> None:
    single, double = work(ONE), work(replace(ONE, precision="float64"))
    for kind in ("multiply_add", "activation.relu", "rule.momentum", "row"):
        assert double[kind] == 2 * single[kind]
    assert double["update"] == single["update"]


def test_large_networks_come_in_stacks_of_their_own() -> None:
    wide = replace(ONE, architecture=Architecture(500, (2000,), 10))
    assert stacking(wide) == (30, 30)
    assert stacking(ONE) == (1, 5)


@pytest.mark.parametrize("field", ["replicates", "cells", "steps", "evaluations"])
@given(more=st.integers(2, 5))
def test_more_of_anything_takes_longer(field: str, more: int) -> None:
    base = replace(ONE, evaluations=4)
    rates = recorded_rates()
    larger = replace(base, **{field: more * getattr(base, field)})
    assert rates.time(work(larger)) > rates.time(work(base))
    assert training_bytes(larger) >= training_bytes(base)


@pytest.mark.parametrize(
    "change",
    [
        {"architecture": Architecture(3, (40,), 2)},
        {"architecture": Architecture(3, (4, 4), 2)},
        {"architecture": Architecture(30, (4,), 2)},
        {"rule": RULES["adam"]},
        {"batch": 50},
        {"precision": "float64"},
        {"rows": (1000, 300, 200)},
    ],
    ids=["width", "depth", "inputs", "rule", "batch", "precision", "rows"],
)
def test_larger_trainings_take_longer_and_more_memory(change: dict[str, Any]) -> None:
    base = replace(ONE, evaluations=4)
    rates = recorded_rates()
    assert rates.time(work(replace(base, **change))) > rates.time(work(base))
    assert training_bytes(replace(base, **change)) > training_bytes(base)


def test_orders_of_all_epochs_are_kept() -> None:
    longer = training_bytes(replace(ONE, steps=40_000)) - training_bytes(replace(ONE, steps=4000))
    assert longer == 4 * 5 * 36_000 * 10
