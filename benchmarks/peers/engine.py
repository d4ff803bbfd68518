"""This project's engine: all networks in stacks, as in the study, without evaluations."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import Prepared
from benchmarks.problems import Problem
from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.history import History
from momentum_study.engine.optimizers import RULES
from momentum_study.engine.training import RunSpec, train


def prepare(problem: Problem) -> Prepared:
    """Add the column of ones; minibatches are taken during training, as in the study."""
    rows = len(problem.inputs)
    inputs = np.hstack([problem.inputs, np.ones((rows, 1), problem.dtype)])
    parts = {"train": ArraySplit(inputs[None], problem.targets[None])}
    order = np.arange(rows)[None]
    batch = problem.batch if problem.batch < rows else None
    plan = RunSpec(problem.steps, (), batch, lambda epoch: order)

    def run() -> History:
        return train(
            problem.architecture,
            [problem.weights],
            RULES[problem.rule],
            problem.betas.tolist(),
            problem.rates.tolist(),
            parts,
            plan,
            problem.dtype,
        )

    return Prepared(run, _weights)


def _weights(history: History) -> list[NDArray[Any]]:
    return [np.array(layers) for layers in zip(*history.weights[0], strict=True)]
