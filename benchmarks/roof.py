"""The roof of a roofline model: the time of the matrix products of an update in NumPy alone.

This time divided by the time of a contender's complete update is the share that the contender
reaches of the floating-point rate attainable with NumPy's products. The products are stacked as in
the engine, but with contiguous operands, allocated outputs and no other operation between them.
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

    All networks share the first layer's minibatch.
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
    """Number of stacks that the engine makes, and of networks in the largest."""
    networks = len(problem.betas)
    most = networks_per_stack(
        problem.architecture, RULES[problem.rule], problem.batch, problem.dtype, STACK_BYTES
    )
    stacks = -(-networks // most)
    return stacks, -(-networks // stacks)


class Roof:
    """The matrix products of a problem, ready to be timed."""

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
        """Seconds per network-update, over as many updates as in a training."""
        start = time.perf_counter()
        for _ in range(self.repeats):
            for left, right, out in self.products:
                np.matmul(left, right, out=out)
        return (time.perf_counter() - start) / self.updates
