"""Usual PyTorch: `torch.nn.Sequential` and an optimizer, one network after the other.

Trains a few networks spread over the grid (:data:`benchmarks.problems.LOOP_NETWORKS`); its
time is reported per network-update. The optimizers are the fused ones, the fastest on a CPU.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.peers import Prepared
from benchmarks.problems import Problem
from momentum_study.engine.optimizers import ADAM_BETA2, ADAM_EPSILON

Array = NDArray[Any]

torch.set_num_threads(1)


def prepare(problem: Problem) -> Prepared:
    """Build a model for each network and split the data into minibatches."""
    inputs = torch.from_numpy(problem.inputs).split(problem.batch)
    labels = torch.from_numpy(problem.labels.astype(np.int64)).split(problem.batch)
    models = [_model(problem) for _ in problem.betas]
    start = [
        torch.from_numpy(part.astype(problem.dtype))
        for layer in problem.weights
        for part in (layer[:, :-1], layer[:, -1])
    ]

    def run() -> list[nn.Sequential]:
        for model, beta, rate in zip(models, problem.betas, problem.rates, strict=True):
            with torch.no_grad():
                for parameter, value in zip(model.parameters(), start, strict=True):
                    parameter.copy_(value)
            optimizer = _optimizer(problem.rule, model, float(beta), float(rate))
            for step in range(problem.steps):
                batch = step % len(inputs)
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(inputs[batch]), labels[batch]).backward()
                optimizer.step()
        return models

    return Prepared(run, _weights)


def _model(problem: Problem) -> nn.Sequential:
    architecture = problem.architecture
    dtype = {"float32": torch.float32, "float64": torch.float64}[problem.dtype.name]
    sizes = (architecture.inputs, *architecture.hidden, architecture.outputs)
    modules: list[nn.Module] = []
    for below, units in pairwise(sizes):
        modules += [nn.Linear(below, units, dtype=dtype), nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def _optimizer(rule: str, model: nn.Sequential, beta: float, rate: float) -> torch.optim.Optimizer:
    if rule == "adam":
        return torch.optim.Adam(
            model.parameters(), rate, betas=(beta, ADAM_BETA2), eps=ADAM_EPSILON, fused=True
        )
    # Its momentum is a sum of gradients, not an average.
    return torch.optim.SGD(model.parameters(), (1 - beta) * rate, momentum=beta, fused=True)


def _weights(models: list[nn.Sequential]) -> list[Array]:
    networks = [[p.detach().numpy() for p in model.parameters()] for model in models]
    return [
        np.array([np.column_stack([n[index], n[index + 1]]) for n in networks])
        for index in range(0, len(networks[0]), 2)
    ]
