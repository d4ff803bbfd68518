"""Noise for gradients: each replicate has its own stream."""

from itertools import islice

import numpy as np
import pytest

from momentum_study.core.seeds import generator
from momentum_study.engine.gradient_noise import NORMALS_AT_ONCE, GradientNoise

NOISE = GradientNoise(0.5, 7, "iris", "small", (0, 3, 4))


def drawn(noise: GradientNoise, replicates: slice, parameters: int, updates: int, dtype=np.float64):
    draws = islice(noise.take(replicates).draws(parameters, dtype), updates)
    return np.array([draw.copy() for draw in draws])


@pytest.mark.parametrize("parameters", [1, 500, NORMALS_AT_ONCE - 1, NORMALS_AT_ONCE + 1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_update_by_update_from_the_generator_of_the_replicate(parameters, dtype):
    updates = NORMALS_AT_ONCE // parameters + 3 if parameters > 1 else 20
    found = drawn(NOISE, slice(None), parameters, updates, dtype)
    assert found.shape == (updates, 3, parameters)
    for place, replicate in enumerate(NOISE.replicates):
        source = generator(7, "gradient_noise", "iris", "small", replicate)
        expected = [source.standard_normal(parameters).astype(dtype) for _ in range(updates)]
        np.testing.assert_array_equal(found[:, place], expected)


def test_draws_of_a_replicate_do_not_depend_on_the_others():
    whole = drawn(NOISE, slice(None), 40, 10)
    np.testing.assert_array_equal(whole[:, 1:], drawn(NOISE, slice(1, 3), 40, 10))


def test_draws_are_independent_and_of_unit_variance():
    whole = drawn(NOISE, slice(None), 50, 200)
    streams = whole.swapaxes(0, 1).reshape(3, -1)
    # 10000 numbers each: four standard errors.
    np.testing.assert_allclose(np.cov(streams), np.eye(3), atol=4 * np.sqrt(2 / 10_000))
    assert np.abs(streams.mean(axis=1)).max() < 4 / np.sqrt(10_000)
