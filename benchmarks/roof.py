"""The roof: how fast NumPy alone takes the products that an update cannot do without.

The time of these products, divided by the time a contender takes for a whole update, is the share
that the contender reaches of the floating-point rate attainable with NumPy's products. Stacked as
the engine stacks them, but of contiguous operands, into outputs that are there already, and with
nothing in between.
"""

import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.problems import Problem
from momentum_study.engine.networks import Architecture
from momentum_study.engine.optimizers import RULES
from momentum_study.engine.training import STACK_BYTES, networks_per_stack

Shape = tuple[int, int, int]


def product_shapes(
    architecture: Architecture, batch: int, networks: int
) -> list[tuple[Shape, Shape]]:
    """Shapes of the operands of one update's products: forward, gradients, errors back.

    The first layer's minibatch is one for all networks.
    """
    shapes: list[tuple[Shape, Shape]] = []
    for index, (units, columns) in enumerate(architecture.shapes):
        shared = 1 if index == 0 else networks
        shapes.append(((networks, units, columns), (shared, columns, batch)))
        shapes.append(((networks, units, batch), (shared, batch, columns)))
        if index > 0:
            shapes.append(((networks, columns - 1, units), (networks, units, batch)))
    return shapes


def stacking(problem: Problem) -> tuple[int, int]:
    """How many stacks the engine makes, and how many networks the largest holds."""
    networks = len(problem.betas)
    most = networks_per_stack(
        problem.architecture, RULES[problem.rule], problem.batch, problem.dtype, STACK_BYTES
    )
    stacks = -(-networks // most)
    return stacks, -(-networks // stacks)


class Roof:
    """The products of a problem, ready to be timed."""

    def __init__(self, problem: Problem) -> None:
        stacks, networks = stacking(problem)
        shapes = product_shapes(problem.architecture, problem.batch, networks)
        generator = np.random.default_rng(0)

        def operand(shape: Shape) -> NDArray[Any]:
            return generator.standard_normal(shape).astype(problem.dtype)

        self.products = [
            (operand(left), operand(right), np.empty((networks, left[1], right[2]), problem.dtype))
            for left, right in shapes
        ]
        self.repeats = problem.steps * stacks
        self.updates = self.repeats * networks

    def seconds_per_update(self) -> float:
        """Seconds per network-update, over as many updates as a training makes."""
        start = time.perf_counter()
        for _ in range(self.repeats):
            for left, right, out in self.products:
                np.matmul(left, right, out=out)
        return (time.perf_counter() - start) / self.updates
