"""The two functions the study starts from: published numbers, closed forms, properties, errors."""

import doctest
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import momentum_study
from momentum_study import initialize_velocity, update_parameters_with_momentum
from momentum_study.engine import momentum


def published_case():
    """Parameters and gradients of the course exercise (docs/theory.md, test vectors)."""
    state = np.random.RandomState(1)
    shapes = {"W1": (2, 3), "b1": (2, 1), "W2": (3, 3), "b2": (3, 1)}
    parameters = {name: state.randn(*shape) for name, shape in shapes.items()}
    grads = {f"d{name}": state.randn(*shape) for name, shape in shapes.items()}
    return parameters, grads


def test_published_step():
    parameters, grads = published_case()
    v = initialize_velocity(parameters)
    parameters, v = update_parameters_with_momentum(parameters, grads, v, 0.9, 0.01)
    expected = {
        "W1": [[1.62544598, -0.61290114, -0.52907334], [-1.07347112, 0.86450677, -2.30085497]],
        "b1": [[1.74493465], [-0.76027113]],
        "W2": [
            [0.31930698, -0.24990073, 1.4627996],
            [-2.05974396, -0.32173003, -0.38320915],
            [1.13444069, -1.0998786, -0.1713109],
        ],
        "b2": [[-0.87809283], [0.04055394], [0.58207317]],
    }
    expected_v = {
        "dW1": [[-0.11006192, 0.11447237, 0.09015907], [0.05024943, 0.09008559, -0.06837279]],
        "db1": [[-0.01228902], [-0.09357694]],
        "dW2": [
            [-0.02678881, 0.05303555, -0.06916608],
            [-0.03967535, -0.06871727, -0.08452056],
            [-0.06712461, -0.00126646, -0.11173103],
        ],
        "db2": [[0.02344157], [0.16598022], [0.07420442]],
    }
    for actual, printed in ((parameters, expected), (v, expected_v)):
        assert set(actual) == set(printed)
        for name, values in printed.items():
            np.testing.assert_allclose(actual[name], values, rtol=0, atol=5.1e-9)


def test_published_zero_velocity():
    parameters, grads = published_case()
    v = initialize_velocity(parameters)
    assert {name: array.shape for name, array in v.items()} == {
        name: array.shape for name, array in grads.items()
    }
    assert not any(array.any() for array in v.values())


@pytest.mark.parametrize(
    ("given_type", "kept"),
    [(np.float32, np.float32), (np.float64, np.float64), (np.float16, np.float16), (int, float)],
)
def test_velocity_has_the_floating_type_of_its_parameter(given_type, kept):
    parameters = {"W1": np.ones((2, 3), given_type), "b1": np.ones(4)}
    v = initialize_velocity(parameters)
    assert [(name, array.dtype, array.shape) for name, array in v.items()] == [
        ("dW1", kept, (2, 3)),
        ("db1", np.float64, (4,)),
    ]


def run(steps, beta, rate, **options):
    """Weights and bias after each step with one constant gradient."""
    parameters = {"W1": np.array([[1.0, -2.0]]), "b1": np.array([[0.5]])}
    grads = {"dW1": np.array([[0.3, -4.0]]), "db1": np.array([[2.0]])}
    v = initialize_velocity(parameters)
    path = [np.append(parameters["W1"], parameters["b1"])]
    for t in range(1, steps + 1):
        extra = {"bias_correction": True, "t": t} if options.get("bias_correction") else {}
        update_parameters_with_momentum(parameters, grads, v, beta, rate, **extra)
        path.append(np.append(parameters["W1"], parameters["b1"]))
    return path, np.append(grads["dW1"], grads["db1"])


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.99])
def test_k_steps_with_a_constant_gradient_follow_the_closed_form(beta):
    path, g = run(50, beta, 0.01)
    for k, weights in enumerate(path):
        distance = 0.01 * g * (k - beta * (1 - beta**k) / (1 - beta))
        np.testing.assert_allclose(weights, path[0] - distance, rtol=0, atol=1e-12)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.99])
def test_with_bias_correction_a_constant_gradient_has_no_lag(beta):
    path, g = run(50, beta, 0.01, bias_correction=True)
    for k, weights in enumerate(path):
        np.testing.assert_allclose(weights, path[0] - 0.01 * g * k, rtol=0, atol=1e-12)


def test_bias_correction_leaves_the_velocity_itself_uncorrected():
    parameters, grads = published_case()
    plain, corrected = initialize_velocity(parameters), initialize_velocity(parameters)
    update_parameters_with_momentum(dict(parameters), grads, plain, 0.9, 0.1)
    update_parameters_with_momentum(
        dict(parameters), grads, corrected, 0.9, 0.1, bias_correction=True, t=1
    )
    for name in plain:
        np.testing.assert_array_equal(plain[name], corrected[name])


def test_without_momentum_it_is_gradient_descent_exactly():
    parameters, grads = published_case()
    expected = {name: w - 0.01 * grads[f"d{name}"] for name, w in parameters.items()}
    v = initialize_velocity(parameters)
    update_parameters_with_momentum(parameters, grads, v, 0.0, 0.01)
    for name in expected:
        np.testing.assert_array_equal(parameters[name], expected[name])
        np.testing.assert_array_equal(v[f"d{name}"], grads[f"d{name}"])


@given(
    hnp.arrays(
        np.float64,
        st.tuples(st.integers(1, 12), st.integers(1, 4)),
        elements=st.floats(-100, 100),
    ),
    st.floats(0, 0.999),
    st.floats(1e-6, 10),
)
def test_it_makes_the_iterates_of_the_heavy_ball_at_one_minus_beta_times_alpha(g, beta, alpha):
    width = g.shape[1]
    parameters = {"W1": np.ones(width), "b1": np.zeros(1)}
    v = initialize_velocity(parameters)
    w, velocity, eta = np.ones(width), np.zeros(width), (1 - beta) * alpha
    for row in g:
        grads = {"dW1": row, "db1": np.zeros(1)}
        update_parameters_with_momentum(parameters, grads, v, beta, alpha)
        velocity = beta * velocity + row
        w = w - eta * velocity
        np.testing.assert_allclose(parameters["W1"], w, rtol=1e-12, atol=1e-10)


@given(hnp.array_shapes(min_dims=0, max_dims=4, min_side=0), st.sampled_from(["f4", "f8"]))
def test_arrays_of_any_shape_are_updated_elementwise(shape, kind):
    generator = np.random.default_rng(0)
    w, g, v = (np.asarray(generator.standard_normal(shape), kind) for _ in range(3))
    parameters, velocity = {"W1": w, "b1": np.zeros(1)}, {"dW1": v, "db1": np.zeros(1)}
    grads = {"dW1": g, "db1": np.zeros(1)}
    update_parameters_with_momentum(parameters, grads, velocity, 0.9, 0.1)
    expected_v = 0.9 * v + 0.1 * g
    assert parameters["W1"].shape == velocity["dW1"].shape == shape
    assert parameters["W1"].dtype == velocity["dW1"].dtype == kind
    tolerance = 1e-6 if kind == "f4" else 1e-15
    np.testing.assert_allclose(velocity["dW1"], expected_v, atol=tolerance)
    np.testing.assert_allclose(parameters["W1"], w - 0.1 * expected_v, atol=tolerance)


def test_integer_parameters_become_floating():
    parameters = {"W1": np.array([[1, 2]]), "b1": np.array([[0]])}
    grads = {"dW1": np.array([[1, 1]]), "db1": np.array([[2]])}
    v = initialize_velocity(parameters)
    update_parameters_with_momentum(parameters, grads, v, 0.5, 0.5)
    np.testing.assert_array_equal(parameters["W1"], [[0.75, 1.75]])
    np.testing.assert_array_equal(v["db1"], [[1.0]])


def test_dictionaries_are_updated_in_place_and_arrays_are_not():
    parameters, grads = published_case()
    v = initialize_velocity(parameters)
    arrays = [*parameters.values(), *grads.values(), *v.values()]
    copies = [array.copy() for array in arrays]
    returned, returned_v = update_parameters_with_momentum(parameters, grads, v, 0.9, 0.01)
    assert returned is parameters
    assert returned_v is v
    assert not np.array_equal(parameters["W1"], copies[0])
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_read_only_arrays_are_accepted():
    parameters, grads = published_case()
    v = initialize_velocity(parameters)
    for array in (*parameters.values(), *grads.values(), *v.values()):
        array.flags.writeable = False
    update_parameters_with_momentum(parameters, grads, v, 0.9, 0.01)
    assert v["dW1"].any()


def without(dictionary, key):
    return {name: value for name, value in dictionary.items() if name != key}


def reshaped(dictionary, key):
    return {**dictionary, key: dictionary[key].T}


def assert_refused(error, match, change=None, beta=0.9, rate=0.01, **options):
    """The call raises ``error`` and leaves every dictionary and array as it was."""
    parameters, grads = published_case()
    case = {"parameters": parameters, "grads": grads, "v": initialize_velocity(parameters)}
    if change is not None:
        argument, how, key = change
        case[argument] = how(case[argument], key)
    before = [
        (name, dict(values), {key: array.copy() for key, array in values.items()})
        for name, values in case.items()
    ]
    with pytest.raises(error, match=match):
        update_parameters_with_momentum(
            case["parameters"], case["grads"], case["v"], beta, rate, **options
        )
    for name, arrays, copies in before:
        assert case[name].keys() == arrays.keys()
        for key, array in arrays.items():
            assert case[name][key] is array
            np.testing.assert_array_equal(array, copies[key])


@pytest.mark.parametrize(
    ("argument", "key", "named"),
    [
        ("parameters", "W1", "W1"),
        ("parameters", "b2", "W1, b1, …, WL, bL"),
        ("grads", "dW1", "dW1"),
        ("grads", "db2", "db2"),
        ("v", "dW2", "dW2"),
        ("v", "db2", "db2"),
    ],
)
def test_a_missing_key_is_refused(argument, key, named):
    assert_refused(KeyError, f"{argument}.*{named}", (argument, without, key))


@pytest.mark.parametrize(
    ("argument", "key"), [("grads", "dW1"), ("grads", "db2"), ("v", "dW1"), ("v", "db2")]
)
def test_another_shape_is_refused_even_one_that_would_broadcast(argument, key):
    assert_refused(ValueError, rf"{argument}\['{key}'\].*shape", (argument, reshaped, key))


@pytest.mark.parametrize("beta", [1.0, 1.5, -0.1, -1e-300, math.nan, math.inf, -math.inf])
def test_beta_outside_its_range_is_refused(beta):
    assert_refused(ValueError, "beta", beta=beta)


@pytest.mark.parametrize("rate", [0.0, -0.01, math.inf, -math.inf, math.nan])
def test_a_learning_rate_that_is_not_finite_and_positive_is_refused(rate):
    assert_refused(ValueError, "learning_rate", rate=rate)


@pytest.mark.parametrize("t", [None, 0, -1, 1.5, math.nan, math.inf])
def test_bias_correction_without_the_number_of_the_update_is_refused(t):
    assert_refused(ValueError, "number of the update", bias_correction=True, t=t)


@pytest.mark.parametrize(
    "names", [(), ("W1",), ("W1", "b1", "W3", "b3"), ("W0", "b0"), ("W1", "b1", "extra", "b2")]
)
def test_parameters_that_are_no_chain_of_layers_are_refused(names):
    with pytest.raises(KeyError, match="W1, b1"):
        initialize_velocity({name: np.ones(1) for name in names})


def test_layers_may_stand_in_any_order():
    v = initialize_velocity({name: np.ones(1) for name in ("b2", "W2", "b1", "W1")})
    assert set(v) == {"dW1", "db1", "dW2", "db2"}


def test_doctests():
    results = doctest.testmod(momentum)
    assert results.attempted > 0
    assert results.failed == 0


def test_the_package_offers_both_functions_and_no_unknown_name():
    assert momentum_study.initialize_velocity is momentum.initialize_velocity
    assert (
        momentum_study.update_parameters_with_momentum is momentum.update_parameters_with_momentum
    )
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        _ = momentum_study.nothing_of_that_name
