"""Minibatches: every row once per epoch, in the given order, laid out for the engine."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.minibatches import MinibatchOrder, minibatches

REPLICATES = 2


def numbered(rows: int) -> ArraySplit:
    """Two features and one target, each made from the row's number and the replicate's."""
    numbers = np.arange(rows) + 100.0 * np.arange(REPLICATES)[:, None]
    inputs = np.stack([numbers, -numbers, np.ones_like(numbers)], axis=2)
    return ArraySplit(inputs, 2 * numbers[:, :, None])


@given(rows=st.integers(1, 12), batch_size=st.integers(1, 14), seed=st.integers(0, 99))
def test_an_epoch_is_the_training_set_in_its_order(rows, batch_size, seed):
    data = numbered(rows)
    order = MinibatchOrder(seed, "numbered", range(REPLICATES), rows)
    sizes = [batch_size] * (rows // batch_size) + [rows % batch_size] * (rows % batch_size > 0)
    batches = minibatches(data, batch_size, order)
    for epoch in range(2):
        start = 0
        for size, batch in zip(sizes, islice(batches, len(sizes)), strict=True):
            picked = order(epoch)[:, start : start + size]
            expected = np.take_along_axis(data.inputs, picked[:, :, None], axis=1)
            if size == 1:  # a batch of one row is given twice
                expected = expected.repeat(2, axis=1)
            assert np.array_equal(batch.rows, expected)
            assert np.array_equal(batch.inputs, expected.swapaxes(1, 2))
            assert np.array_equal(batch.targets[:, :, 0], 2 * expected[:, None, :, 0])
            start += size


def test_each_matrix_is_contiguous():
    order = MinibatchOrder(0, "numbered", range(REPLICATES), 12)
    batch = next(minibatches(numbered(12), 4, order))
    for replicate in range(REPLICATES):
        for matrix in (batch.rows, batch.inputs, batch.targets):
            assert matrix[replicate].flags.c_contiguous


def test_the_full_batch_is_the_training_set_in_its_original_order():
    def never(epoch: int) -> np.ndarray:
        raise AssertionError("the full batch has no order")

    data = numbered(5)
    first, second = islice(minibatches(data, None, never), 2)
    assert first is second
    assert np.array_equal(first.rows, data.inputs)


def test_orders_are_permutations_and_can_be_requested_again():
    order = MinibatchOrder(1, "iris", [0, 4], rows=20)
    later = order(3).copy()
    np.testing.assert_array_equal(np.sort(later, axis=1), np.tile(np.arange(20), (2, 1)))
    assert not np.array_equal(order(0), order(1))
    assert not np.array_equal(order(0)[0], order(0)[1])
    np.testing.assert_array_equal(order(3), later)


@pytest.mark.parametrize("other", [("iris", 2), ("wine", 1)])
def test_an_order_belongs_to_a_seed_a_data_set_and_a_replicate(other):
    alone = MinibatchOrder(1, "iris", [4], rows=20)
    together = MinibatchOrder(1, "iris", [0, 4], rows=20)
    np.testing.assert_array_equal(alone(3)[0], together(3)[1])
    dataset, seed = other
    assert not np.array_equal(MinibatchOrder(seed, dataset, [4], rows=20)(3), alone(3))
