"""Activations equal their formulas, and their derivatives those of finite differences."""

import numpy as np
import pytest
from scipy import special

from momentum_study.engine.activations import ACTIVATIONS

FORMULAS = {"relu": lambda z: np.where(z > 0, z, 0.0), "tanh": np.tanh, "sigmoid": special.expit}
# No 0 among them, where ReLU has a kink.
POINTS = np.concatenate([np.linspace(-6, 6, 40), [-1e-3, 1e-3, -40.0, 40.0]])


def apply(name: str, z: np.ndarray) -> np.ndarray:
    out = np.empty_like(z)
    ACTIVATIONS[name].apply(z.copy(), out)
    return out


def derivative(name: str, z: np.ndarray) -> np.ndarray:
    error = np.ones_like(z)
    ACTIVATIONS[name].multiply_derivative(error, apply(name, z))
    return error


def test_every_activation_is_tested_and_goes_by_its_name():
    assert set(ACTIVATIONS) == set(FORMULAS)


@pytest.mark.parametrize("name", FORMULAS)
def test_values_equal_the_formula(name):
    np.testing.assert_allclose(apply(name, POINTS), FORMULAS[name](POINTS), rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("name", FORMULAS)
def test_derivative_equals_finite_differences(name):
    h = 1e-5
    slope = (FORMULAS[name](POINTS + h) - FORMULAS[name](POINTS - h)) / (2 * h)
    np.testing.assert_allclose(derivative(name, POINTS), slope, atol=1e-9)


@pytest.mark.parametrize("name", FORMULAS)
def test_derivative_multiplies_the_error(name):
    z = np.array([-1.5, 0.3, 2.0])
    error = np.array([2.0, -3.0, 0.5])
    expected = error * derivative(name, z)
    ACTIVATIONS[name].multiply_derivative(error, apply(name, z))
    np.testing.assert_allclose(error, expected, rtol=1e-15)


def test_relu_has_slope_zero_at_zero():
    assert derivative("relu", np.array([0.0, -0.0])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", FORMULAS)
def test_extreme_values_give_the_limits_in_the_type_of_the_input(name, dtype):
    largest = np.finfo(dtype).max
    values = apply(name, np.array([-largest, largest], dtype=dtype))
    limits = {"relu": [0, largest], "tanh": [-1, 1], "sigmoid": [0, 1]}[name]
    assert values.dtype == dtype
    assert values.tolist() == limits
    slopes = derivative(name, np.array([-largest, largest], dtype=dtype))
    assert slopes.tolist() == ([0, 1] if name == "relu" else [0, 0])


@pytest.mark.parametrize("name", FORMULAS)
def test_nan_is_passed_on(name):
    assert np.isnan(apply(name, np.array([np.nan]))).all()
