import math

import numpy as np
import pytest

from benchmarks.breakdown import PARTS, seconds_by_part
from benchmarks.problems import Case
from benchmarks.roof import Roof, product_shapes, stacking
from benchmarks.workloads import flops, make_problem
from momentum_study.engine import networks
from momentum_study.engine.activations import ACTIVATIONS
from momentum_study.engine.losses import LOSSES
from momentum_study.engine.networks import Architecture
from momentum_study.engine.optimizers import RULES


@pytest.mark.parametrize("hidden", [(), (32,), (64, 16, 8)])
def test_products_have_the_flops_of_the_closed_form(hidden):
    architecture = Architecture(64, hidden, 10)
    shapes = product_shapes(architecture, 32, 7)
    counted = sum(2 * 7 * left[1] * left[2] * right[2] for left, right in shapes)
    assert all(left[2] == right[1] for left, right in shapes)
    assert counted == 7 * flops(architecture, 32)


def test_flops_of_a_small_network_by_hand():
    # 3-4-2, four rows: 4·4 + 2·5 multiplications per row forward, as many for gradients, 2·4 back.
    assert flops(Architecture(3, (4,), 2), 4) == 2 * 4 * (26 + 26 + 8)


def test_roof_stacks_as_the_engine_does():
    problem = make_problem(Case("wide", 30, "float32", "adam"), steps=1)
    stacks, largest = stacking(problem)
    assert stacks > 1
    assert stacks * largest >= 30
    roof = Roof(problem)
    assert {out.shape[0] for _, _, out in roof.products} == {largest}
    assert roof.seconds_per_update() > 0


def test_breakdown_times_every_part_and_restores_the_engine():
    registries = (ACTIVATIONS, LOSSES, RULES)
    before = [dict(registry) for registry in registries]
    seconds = seconds_by_part(make_problem(Case("iris", 4, "float64", "adam"), steps=9))
    assert list(seconds) == [*PARTS, "rest"]
    assert all(value > 0 and math.isfinite(value) for value in seconds.values())
    assert [dict(registry) for registry in registries] == before
    assert networks.np is np
