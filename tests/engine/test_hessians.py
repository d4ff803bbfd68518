"""Products with the Hessian are derivatives of the engine's gradient; Lanczos finds its top."""

import numpy as np
import pytest

from momentum_study.engine.hessians import Hessian, largest_eigenvalue
from momentum_study.engine.losses import LOSSES
from momentum_study.engine.networks import Architecture, Stack, batch_last
from tests.reference import Problem

ARCHITECTURES = [
    Architecture(4, hidden, 1 if loss == "logistic" else 3, activation, loss)
    for hidden in ((), (5,), (6, 4))
    for activation in ("relu", "tanh", "sigmoid")
    for loss in ("cross_entropy", "logistic", "mse")
]


def engine_gradient(problem: Problem, weights: np.ndarray) -> np.ndarray:
    """Gradients ``(R, C, P)`` of the mean loss, as training takes them."""
    architecture = problem.architecture
    stack = Stack(architecture, problem.weights, weights.shape[1], np.float64)
    stack.weights.array[...] = weights
    data = problem.splits()["train"]
    errors = stack.outputs(batch_last(data.inputs))
    LOSSES[architecture.loss].loss_gradient(errors, batch_last(data.targets)[:, :, None])
    errors /= data.inputs.shape[1]
    stack.backpropagate(data.inputs)
    return stack.gradients.array.copy()


def drawn(architecture: Architecture, cells: int = 1) -> tuple[Problem, np.ndarray, np.ndarray]:
    """A problem of two replicates, weights around its start, and directions."""
    problem = Problem.draw(architecture, rows=9, replicates=2)
    start = Stack(architecture, problem.weights, cells, np.float64).weights.array
    generator = np.random.default_rng(1)
    weights = start + 0.05 * generator.standard_normal(start.shape)
    return problem, weights, generator.standard_normal(start.shape)


def full_hessian(problem: Problem, weights: np.ndarray) -> np.ndarray:
    """All of H ``(R, P, P)`` of one cell, column by column."""
    hessian = Hessian(problem.architecture, weights, problem.splits()["train"])
    columns = [
        hessian.product(np.broadcast_to(unit, weights.shape))[:, 0]
        for unit in np.eye(weights.shape[2])
    ]
    return np.stack(columns, axis=2)


@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=str)
def test_product_is_the_change_of_the_gradient(architecture: Architecture) -> None:
    problem, weights, direction = drawn(architecture, cells=3)
    product = Hessian(architecture, weights, problem.splits()["train"]).product(direction)
    step = 1e-5
    ahead, behind = (engine_gradient(problem, weights + s * direction) for s in (step, -step))
    expected = (ahead - behind) / (2 * step)
    np.testing.assert_allclose(product, expected, atol=2e-8 * np.abs(expected).max())


@pytest.mark.parametrize("architecture", ARCHITECTURES[::4], ids=str)
def test_hessian_is_symmetric(architecture: Architecture) -> None:
    problem, weights, _ = drawn(architecture)
    hessian = full_hessian(problem, weights)
    np.testing.assert_allclose(hessian, hessian.swapaxes(1, 2), atol=1e-13 * np.abs(hessian).max())


@pytest.mark.parametrize("architecture", ARCHITECTURES[::4], ids=str)
def test_largest_eigenvalue_is_that_of_the_whole_matrix(architecture: Architecture) -> None:
    problem, weights, _ = drawn(architecture)
    for replicate, hessian in enumerate(full_hessian(problem, weights)):
        data = problem.splits(replicates=slice(replicate, replicate + 1))["train"]
        found = largest_eigenvalue(architecture, weights[replicate, 0], data)
        assert found == pytest.approx(np.linalg.eigvalsh(hessian)[-1], rel=1e-5)


def test_linear_regression_has_the_second_moments_as_hessian() -> None:
    # Loss (wᵀx − y)²: H = 2 XᵀX/n, the constant 1 of the bias included.
    architecture = Architecture(1, (), 1, loss="mse")
    problem, weights, _ = drawn(architecture)
    inputs = problem.splits(replicates=slice(1))["train"]
    moments = 2 * inputs.inputs[0].T @ inputs.inputs[0] / 9
    np.testing.assert_allclose(full_hessian(problem, weights)[0], moments, rtol=1e-12)
    found = largest_eigenvalue(architecture, weights[0, 0], inputs)
    assert found == pytest.approx(np.linalg.eigvalsh(moments)[-1], rel=1e-12)


def test_the_top_may_be_below_zero() -> None:
    # The largest eigenvalue, not the one largest in size: of a network at a maximum it is negative.
    architecture = Architecture(2, (2,), 1, "tanh", "mse")
    problem, weights, _ = drawn(architecture)
    spectrum = np.linalg.eigvalsh(full_hessian(problem, -8 * weights)[0])
    data = problem.splits(replicates=slice(1))["train"]
    assert largest_eigenvalue(architecture, -8 * weights[0, 0], data) == pytest.approx(
        spectrum[-1], rel=1e-5
    )
