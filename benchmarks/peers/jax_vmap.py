"""JAX with all networks together: one `jit` of `vmap` over networks and `scan` over updates."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import Prepared
from benchmarks.problems import Problem
from momentum_study.engine.optimizers import ADAM_BETA2, ADAM_EPSILON

# Allows float64; float32 arrays stay float32.
jax.config.update("jax_enable_x64", True)

Layers = list[tuple[jax.Array, jax.Array]]


def prepare(problem: Problem) -> Prepared:
    """Convert the arrays; the first training compiles."""
    dtype = problem.dtype
    start = [
        (jnp.asarray(layer[:, :-1].T, dtype), jnp.asarray(layer[:, -1], dtype))
        for layer in problem.weights
    ]
    count = len(problem.inputs) // problem.batch
    inputs = jnp.asarray(problem.inputs).reshape(count, problem.batch, -1)
    targets = jnp.asarray(problem.targets).reshape(count, problem.batch, -1)
    betas, rates = jnp.asarray(problem.betas, dtype), jnp.asarray(problem.rates, dtype)
    descend, copies = {"momentum": (_momentum, 1), "adam": (_adam, 2)}[problem.rule]

    def train_one(
        beta: jax.Array, rate: jax.Array, start: Layers, inputs: jax.Array, targets: jax.Array
    ) -> Layers:
        def step(carry: tuple[Layers, ...], t: jax.Array) -> tuple[tuple[Layers, ...], None]:
            batch = t % count
            gradient = jax.grad(_loss)(carry[0], inputs[batch], targets[batch])
            return descend(carry, gradient, beta, rate, (t + 1).astype(dtype)), None

        zeros = jax.tree.map(jnp.zeros_like, start)
        carry = (start, *[zeros] * copies)
        final, _ = jax.lax.scan(step, carry, jnp.arange(problem.steps, dtype=jnp.int32))
        trained: Layers = final[0]
        return trained

    train = jax.jit(jax.vmap(train_one, in_axes=(0, 0, None, None, None)))
    return Prepared(
        lambda: jax.block_until_ready(train(betas, rates, start, inputs, targets)), _weights
    )


def _loss(layers: Layers, x: jax.Array, targets: jax.Array) -> jax.Array:
    for weights, bias in layers[:-1]:
        x = jax.nn.relu(x @ weights + bias)
    weights, bias = layers[-1]
    return -jnp.mean(jnp.sum(jax.nn.log_softmax(x @ weights + bias) * targets, axis=-1))


def _average(average: Layers, new: Layers, beta: jax.Array | float) -> Layers:
    mixed: Layers = jax.tree.map(lambda v, g: beta * v + (1 - beta) * g, average, new)
    return mixed


def _momentum(
    carry: tuple[Layers, ...], gradient: Layers, beta: jax.Array, rate: jax.Array, t: jax.Array
) -> tuple[Layers, ...]:
    layers, velocity = carry
    velocity = _average(velocity, gradient, beta)
    return jax.tree.map(lambda w, v: w - rate * v, layers, velocity), velocity


def _adam(
    carry: tuple[Layers, ...], gradient: Layers, beta: jax.Array, rate: jax.Array, t: jax.Array
) -> tuple[Layers, ...]:
    layers, mean, square = carry
    mean = _average(mean, gradient, beta)
    square = _average(square, jax.tree.map(jnp.square, gradient), ADAM_BETA2)
    rate = rate / (1 - beta**t)
    unit = 1 / (1 - ADAM_BETA2**t)
    layers = jax.tree.map(
        lambda w, m, s: w - rate * m / (jnp.sqrt(s * unit) + ADAM_EPSILON), layers, mean, square
    )
    return layers, mean, square


def _weights(layers: Layers) -> list[NDArray[Any]]:
    return [
        np.concatenate([np.asarray(w).swapaxes(1, 2), np.asarray(b)[:, :, None]], axis=2)
        for w, b in layers
    ]
