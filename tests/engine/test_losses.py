"""Losses equal scikit-learn's, their errors are their derivatives, and nothing over- or underflows.

Outputs are ``(R, K, C, B)`` and targets ``(R, K, 1, B)``; most tests look at one replicate and
one cell and write both as ``(B, K)``.
"""

import numpy as np
import pytest
from scipy import special
from sklearn import metrics

from momentum_study.engine.losses import LOSSES, exponent_floor

ROWS = 12
OUTPUTS = {"cross_entropy": 3, "logistic": 1, "mse": 2}


def draw(name: str, seed: int = 0, scale: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Outputs and targets ``(B, K)``."""
    generator = np.random.default_rng(seed)
    outputs = scale * generator.standard_normal((ROWS, OUTPUTS[name]))
    if name == "cross_entropy":
        return outputs, np.eye(3)[np.arange(ROWS) % 3]
    if name == "logistic":
        return outputs, (np.arange(ROWS) % 2.0)[:, None]
    return outputs, generator.standard_normal((ROWS, OUTPUTS[name]))


def stacked(rows: np.ndarray) -> np.ndarray:
    return rows.T.copy()[None, :, None, :]


def evaluate(name: str, outputs: np.ndarray, targets: np.ndarray) -> tuple[float, float]:
    loss, score = LOSSES[name].evaluate(stacked(outputs), stacked(targets))
    return loss.item(), score.item()


def error(name: str, outputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    z = stacked(outputs)
    LOSSES[name].loss_gradient(z, stacked(targets))
    return z[0, :, 0].T


def test_every_loss_is_tested_and_goes_by_its_name():
    assert set(LOSSES) == set(OUTPUTS)


@pytest.mark.parametrize("name", OUTPUTS)
def test_losses_and_scores_equal_scikit_learns(name):
    outputs, targets = draw(name)
    if name == "mse":
        expected = ROWS * metrics.mean_squared_error(targets, outputs)
        score = np.sum((outputs - targets) ** 2)
    elif name == "logistic":
        expected = metrics.log_loss(targets[:, 0], special.expit(outputs[:, 0]), normalize=False)
        score = metrics.accuracy_score(targets, outputs > 0, normalize=False)
    else:
        labels = targets.argmax(axis=1)
        expected = metrics.log_loss(labels, special.softmax(outputs, axis=1), normalize=False)
        score = metrics.accuracy_score(labels, outputs.argmax(axis=1), normalize=False)
    assert evaluate(name, outputs, targets) == pytest.approx((expected, score), rel=1e-13)


@pytest.mark.parametrize("name", OUTPUTS)
def test_replicates_and_cells_are_kept_apart(name):
    cases = [[draw(name, seed=10 * r + c)[0] for c in range(3)] for r in range(2)]
    targets = [draw(name, seed=r)[1] for r in range(2)]
    z = np.array([[rows.T for rows in row] for row in cases]).swapaxes(1, 2)  # (R, K, C, B)
    t = np.array([rows.T for rows in targets])[:, :, None]
    loss, score = LOSSES[name].evaluate(z.copy(), t)
    assert loss.shape == score.shape == (2, 3)
    LOSSES[name].loss_gradient(z, t)
    for r in range(2):
        for c in range(3):
            one = evaluate(name, cases[r][c], targets[r])
            assert (loss[r, c], score[r, c]) == pytest.approx(one, rel=1e-14)
            expected = error(name, cases[r][c], targets[r])
            np.testing.assert_allclose(z[r, :, c].T, expected, rtol=1e-14)


@pytest.mark.parametrize("name", OUTPUTS)
def test_error_is_the_derivative_of_the_evaluated_loss(name):
    outputs, targets = draw(name)
    h = 1e-6
    slopes = np.empty_like(outputs)
    for index in np.ndindex(outputs.shape):
        change = np.zeros_like(outputs)
        change[index] = h
        above, below = (evaluate(name, outputs + s * change, targets)[0] for s in (1, -1))
        slopes[index] = (above - below) / (2 * h)
    np.testing.assert_allclose(error(name, outputs, targets), slopes, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["cross_entropy", "logistic"])
def test_extreme_outputs_give_finite_losses_and_errors_without_denormals(name, dtype):
    tiny = np.finfo(dtype).tiny
    for size in (1.0, 60.0, 100.0, 740.0, 1e4, 1e30):
        column = np.array([0, size, -size, size / 3], dtype=dtype)
        outputs = column[:, None] if name == "logistic" else np.stack([column, -column], axis=1)
        targets = np.array([1, 0, 1, 0], dtype=dtype)[:, None]
        if name == "cross_entropy":
            targets = np.hstack([targets, 1 - targets])
        slopes = error(name, outputs, targets)
        assert slopes.dtype == dtype
        assert np.isfinite(slopes).all()
        assert np.all((slopes == 0) | (np.abs(slopes) >= tiny))
        loss, _ = evaluate(name, outputs, targets)
        assert np.isfinite(loss)
        # Rows 1 and 2 are certain and wrong: they pay their margin, twice the size for two outputs.
        margin = float(dtype(size)) * (2 if name == "cross_entropy" else 1)
        assert loss >= 2 * margin * (1 - 1e-6)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_cut_off_probabilities_change_no_rounded_sum_and_are_far_from_denormal(dtype):
    smallest = np.exp(dtype(exponent_floor(np.dtype(dtype))))
    assert dtype(1) + smallest == dtype(1)
    assert smallest > np.finfo(dtype).tiny * 1e10


@pytest.mark.parametrize("name", OUTPUTS)
def test_losses_of_float32_outputs_are_summed_in_float64(name):
    """A float32 sum of many equal rows would be off their multiple by its rounding."""
    outputs, targets = (array[:1].astype(np.float32) for array in draw(name))
    many = [stacked(array.repeat(70_001, axis=0)) for array in (outputs, targets)]
    one, _ = LOSSES[name].evaluate(stacked(outputs), stacked(targets))
    loss, _ = LOSSES[name].evaluate(*many)
    assert loss.dtype == np.float64
    assert loss.item() == pytest.approx(70_001 * one.item(), rel=1e-12)


def test_a_tie_between_classes_is_no_correct_answer():
    outputs = np.array([[1.0, 1.0, 0.0], [2.0, 1.0, 1.0], [0.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    targets = np.eye(3)[[0, 0, 1, 2]]
    assert evaluate("cross_entropy", outputs, targets)[1] == 1


def test_a_logit_of_zero_is_no_correct_answer():
    outputs = np.array([[0.0], [0.0], [0.1], [-0.1]])
    targets = np.array([[0.0], [1.0], [1.0], [0.0]])
    assert evaluate("logistic", outputs, targets)[1] == 2


def test_null_loss_is_the_loss_of_the_best_constant_output():
    labels = np.repeat([0, 1, 2], [6, 3, 1])
    shares = np.array([0.6, 0.3, 0.1])
    constant = np.log(shares)[None].repeat(10, axis=0)
    loss, _ = evaluate("cross_entropy", constant, np.eye(3)[labels])
    assert LOSSES["cross_entropy"].null_loss(np.eye(3)[labels]) == pytest.approx(loss / 10)

    binary = (np.arange(10) < 7).astype(float)[:, None]
    loss, _ = evaluate("logistic", np.full((10, 1), np.log(0.7 / 0.3)), binary)
    assert LOSSES["logistic"].null_loss(binary) == pytest.approx(loss / 10)

    targets = np.array([[1.0, 0.0], [3.0, 4.0]])
    assert LOSSES["mse"].null_loss(targets) == pytest.approx((1 + 4) / 2)


def test_null_loss_of_an_absent_class_adds_nothing():
    assert LOSSES["cross_entropy"].null_loss(np.eye(3)[[0, 1]]) == pytest.approx(np.log(2))
    assert LOSSES["logistic"].null_loss(np.ones((4, 1))) == 0.0
