"""PyTorch with all networks of the grid together: `torch.func.vmap` of `grad`, updates in place."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import grad, vmap

from benchmarks.peers import Prepared
from benchmarks.problems import Problem
from momentum_study.engine.optimizers import ADAM_BETA2, ADAM_EPSILON

Array = NDArray[Any]

torch.set_num_threads(1)


def prepare(problem: Problem) -> Prepared:
    """Split the data into minibatches; reshape β and α of each network to broadcast."""
    inputs = torch.from_numpy(problem.inputs).split(problem.batch)
    labels = torch.from_numpy(problem.labels.astype(np.int64)).split(problem.batch)
    start = [
        torch.from_numpy(np.ascontiguousarray(part, problem.dtype))
        for layer in problem.weights
        for part in (layer[:, :-1].T, layer[:, -1])
    ]
    gradients = vmap(grad(_loss), in_dims=(0, None, None))
    descend = _Momentum if problem.rule == "momentum" else _Adam

    def run() -> list[Tensor]:
        parameters = [part.repeat(len(problem.betas), *[1] * part.ndim) for part in start]
        rule = descend(parameters, problem.betas, problem.rates)
        with torch.no_grad():
            for step in range(problem.steps):
                batch = step % len(inputs)
                rule.update(parameters, gradients(parameters, inputs[batch], labels[batch]))
        return parameters

    return Prepared(run, _weights)


def _loss(parameters: list[Tensor], x: Tensor, labels: Tensor) -> Tensor:
    for index in range(0, len(parameters), 2):
        if index > 0:
            x = torch.relu(x)
        x = x @ parameters[index] + parameters[index + 1]
    return torch.nn.functional.cross_entropy(x, labels)


class _Momentum:
    def __init__(self, parameters: list[Tensor], betas: Array, rates: Array) -> None:
        self.velocities = [torch.zeros_like(w) for w in parameters]
        self.gains = [_like(1 - betas, w) for w in parameters]
        self.rates = [_like(rates, w) for w in parameters]

    def update(self, parameters: list[Tensor], gradients: list[Tensor]) -> None:
        for w, g, v, gain, rate in zip(
            parameters, gradients, self.velocities, self.gains, self.rates, strict=True
        ):
            v.lerp_(g, gain)
            w.addcmul_(v, rate, value=-1)


class _Adam:
    def __init__(self, parameters: list[Tensor], betas: Array, rates: Array) -> None:
        self.betas = betas
        self.rates = rates
        self.means = [torch.zeros_like(w) for w in parameters]
        self.squares = [torch.zeros_like(w) for w in parameters]
        self.gains = [_like(1 - betas, w) for w in parameters]
        self.t = 0

    def update(self, parameters: list[Tensor], gradients: list[Tensor]) -> None:
        self.t += 1
        rates = self.rates / (1 - self.betas**self.t)
        unit = (1 - ADAM_BETA2**self.t) ** 0.5
        for w, g, m, s, gain in zip(
            parameters, gradients, self.means, self.squares, self.gains, strict=True
        ):
            m.lerp_(g, gain)
            s.mul_(ADAM_BETA2).addcmul_(g, g, value=1 - ADAM_BETA2)
            direction = m / s.sqrt().div_(unit).add_(ADAM_EPSILON)
            w.addcmul_(direction, _like(rates, w), value=-1)


def _like(values: Array, parameter: Tensor) -> Tensor:
    """Return a value per network in the parameter's type, shaped to broadcast against it."""
    return torch.tensor(values, dtype=parameter.dtype).reshape(-1, *[1] * (parameter.ndim - 1))


def _weights(parameters: list[Tensor]) -> list[Array]:
    return [
        np.concatenate([w.numpy().swapaxes(1, 2), b.numpy()[:, :, None]], axis=2)
        for w, b in zip(parameters[::2], parameters[1::2], strict=True)
    ]
