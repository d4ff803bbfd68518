"""Stacks of networks: outputs, gradients, evaluation and starting weights against references."""

import numpy as np
import pytest
from sklearn import metrics

from momentum_study.engine.losses import LOSSES
from momentum_study.engine.networks import (
    Architecture,
    Parameters,
    Stack,
    batch_last,
    initial_weights,
    pair_single_row,
)
from tests import reference
from tests.reference import Problem

HIDDEN = [(), (4,), (3, 5), (4, 1, 3)]
LOSS_OUTPUTS = [("cross_entropy", 3), ("logistic", 1), ("mse", 1), ("mse", 3)]
ROWS, CELLS = 7, 3

every_network = pytest.mark.parametrize(
    ("activation", "loss", "outputs", "hidden"),
    [
        (activation, loss, outputs, hidden)
        for activation in ("relu", "tanh", "sigmoid")
        for loss, outputs in LOSS_OUTPUTS
        for hidden in HIDDEN
    ],
)


def make_stack(problem: Problem, seed: int = 0) -> Stack:
    """Cells that differ: each has the starting weights plus independent noise."""
    stack = Stack(problem.architecture, problem.weights, CELLS, np.float64)
    generator = np.random.default_rng(seed)
    weights = stack.weights.array
    weights += 0.3 * generator.standard_normal(weights.shape)
    return stack


def network(stack: Stack, replicate: int, cell: int) -> list[np.ndarray]:
    return [layer[replicate, cell] for layer in stack.weights.layers]


@every_network
def test_outputs_and_gradients_equal_the_reference(activation, loss, outputs, hidden):
    problem = Problem.draw(Architecture(4, hidden, outputs, activation, loss), ROWS, replicates=2)
    stack = make_stack(problem)
    data = problem.splits()["train"]
    z = stack.outputs(batch_last(data.inputs))
    outputs_of_stack = z.copy()
    assert z.shape == (2, outputs, CELLS, ROWS)
    LOSSES[loss].loss_gradient(z, batch_last(data.targets)[:, :, None])
    np.divide(z, ROWS, out=z)
    stack.backpropagate(data.inputs)
    h = 1e-6
    for r in range(2):
        for c in range(CELLS):
            weights = network(stack, r, c)
            case = (problem.inputs[r], problem.targets[r])
            expected = reference.forward(problem.architecture, weights, case[0])[-1]
            np.testing.assert_allclose(
                outputs_of_stack[r, :, c].T, expected, rtol=1e-12, atol=1e-13
            )
            actual = reference.flatten([layer[r, c] for layer in stack.gradients.layers])
            exact = reference.gradient(problem.architecture, weights, *case)
            np.testing.assert_allclose(actual, reference.flatten(exact), rtol=1e-11, atol=1e-14)

            if activation == "relu":
                # Differences must not straddle a kink.
                assert reference.kink_distance(problem.architecture, weights, case[0]) > 10 * h
            flat = reference.flatten(weights)
            slopes = np.empty_like(flat)
            for index in range(len(flat)):
                sides = []
                for sign in (1, -1):
                    moved = flat.copy()
                    moved[index] += sign * h
                    layers = reference.unflatten(moved, problem.architecture)
                    sides.append(reference.mean_loss(problem.architecture, layers, *case))
                slopes[index] = (sides[0] - sides[1]) / (2 * h)
            assert np.linalg.norm(slopes - actual) <= 1e-6 * np.linalg.norm(actual)


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_a_buffer_serves_batches_of_changing_size(activation):
    problem = Problem.draw(Architecture(4, (5, 3), 3, activation), ROWS)
    stack = make_stack(problem)
    inputs = problem.splits()["train"].inputs
    whole = stack.outputs(batch_last(inputs)).copy()
    part = stack.outputs(batch_last(inputs[:, :3])).copy()
    np.testing.assert_allclose(part, whole[..., :3], rtol=1e-13)
    assert np.array_equal(stack.outputs(batch_last(inputs)), whole)


@pytest.mark.parametrize(
    ("hidden", "outputs", "expected"),
    [((), 3, 3 * 5), ((7,), 3, 7 * 5 + 3 * 8), ((7, 2), 1, 7 * 5 + 2 * 8 + 1 * 3)],
)
def test_parameters_counts_weights_and_biases(hidden, outputs, expected):
    architecture = Architecture(4, hidden, outputs)
    assert architecture.parameters == expected
    weights = initial_weights(architecture, "he", np.random.default_rng(0))
    assert [layer.shape for layer in weights] == architecture.shapes
    assert sum(layer.size for layer in weights) == expected


def test_layers_are_views_into_the_array():
    architecture = Architecture(3, (2, 4), 2)
    parameters = Parameters(architecture, np.zeros((2, 3, architecture.parameters)))
    for number, layer in enumerate(parameters.layers, start=1):
        layer[...] = number
    sizes = [2 * 3 * 2 * 4, 2 * 3 * 4 * 3, 2 * 3 * 2 * 5]
    assert np.unique(parameters.array, return_counts=True)[1].tolist() == sizes


@pytest.mark.parametrize(
    ("name", "deviations"),
    [
        ("he", [np.sqrt(2 / 50), np.sqrt(2 / 200), np.sqrt(2 / 80)]),
        ("xavier", [np.sqrt(2 / 250), np.sqrt(2 / 280), np.sqrt(2 / 110)]),
        ("normal", [0.01, 0.01, 0.01]),
    ],
)
def test_initial_weights_have_the_spread_of_their_formula_and_no_bias(name, deviations):
    architecture = Architecture(50, (200, 80), 30)
    layers = initial_weights(architecture, name, np.random.default_rng(0))
    for layer, deviation in zip(layers, deviations, strict=True):
        weights = layer[:, :-1]
        # Four standard errors of a mean and of a standard deviation of n normal numbers.
        assert abs(weights.mean()) < 4 * deviation / np.sqrt(weights.size)
        assert weights.std() == pytest.approx(deviation, rel=4 / np.sqrt(2 * weights.size))
        assert not layer[:, -1].any()


@pytest.mark.parametrize("rows_at_once", [2, 3, 9, 10, 11, 40, 1000])
@pytest.mark.parametrize(("loss", "outputs"), LOSS_OUTPUTS)
def test_evaluation_equals_scikit_learns_metrics_however_it_is_cut(loss, outputs, rows_at_once):
    rows = 41
    problem = Problem.draw(Architecture(4, (6,), outputs, "tanh", loss), rows, replicates=2)
    stack = make_stack(problem)
    data = problem.splits()["train"]
    losses, scores = stack.evaluate(data.inputs, data.targets, rows_at_once)
    assert losses.dtype == scores.dtype == np.float64
    for r in range(2):
        targets = problem.targets[r]
        for c in range(CELLS):
            weights = network(stack, r, c)
            z = reference.forward(problem.architecture, weights, problem.inputs[r])[-1]
            mean = reference.mean_loss(problem.architecture, weights, problem.inputs[r], targets)
            assert losses[r, c] == pytest.approx(mean, rel=1e-12)
            if loss == "cross_entropy":
                score = metrics.accuracy_score(targets.argmax(axis=1), z.argmax(axis=1))
            elif loss == "logistic":
                score = metrics.accuracy_score(targets, z > 0)
            else:
                # All outputs together: each weighs as much as its own variance.
                score = metrics.r2_score(targets, z, multioutput="variance_weighted")
            assert scores[r, c] == pytest.approx(score, rel=1e-12, abs=1e-12)


def test_dropping_cells_keeps_the_others_as_they_were():
    problem = Problem.draw(Architecture(4, (5,), 3), ROWS, replicates=2)
    stack = make_stack(problem)
    inputs = problem.splits()["train"].inputs
    before = stack.outputs(batch_last(inputs)).copy()
    stack.keep_cells(np.array([0, 2]))
    assert stack.cells == 2
    assert np.array_equal(stack.outputs(batch_last(inputs)), before[:, :, [0, 2]])


def test_a_single_row_is_doubled_and_more_rows_are_left_alone():
    batch = np.arange(6.0).reshape(1, 2, 3)
    assert pair_single_row(batch, 1) is batch
    assert pair_single_row(batch[:, :1], 1).tolist() == [[[0, 1, 2], [0, 1, 2]]]
