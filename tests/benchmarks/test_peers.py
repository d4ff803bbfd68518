import importlib

import numpy as np
import pytest

from benchmarks.comparison import ResultsDifferError, check, largest_difference
from benchmarks.peers import PEERS, REFERENCE
from benchmarks.problems import Case, grid_shape, spread
from benchmarks.workloads import RATES, WORKLOADS, make_problem
from momentum_study.engine.optimizers import RULES

MODULES = sorted({peer.module for peer in PEERS.values()} - {REFERENCE})
NEEDS = {"torch_eager": "torch", "torch_vmap": "torch", "jax_vmap": "jax"}


def final_weights(module, problem):
    prepared = importlib.import_module(f"benchmarks.peers.{module}").prepare(problem)
    return prepared.weights(prepared.train())


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("rule", RATES)
def test_contender_trains_the_networks_that_the_engine_trains(module, rule):
    if module in NEEDS:
        pytest.importorskip(NEEDS[module])
    assert_trains_the_same(module, make_problem(Case("iris", 4, "float64", rule), steps=18))


def test_sklearn_trains_two_classes_with_a_softmax():
    problem = make_problem(Case("breast_cancer", 4, "float64", "momentum"), steps=5)
    assert_trains_the_same("sklearn_loop", problem)


def assert_trains_the_same(module, problem):
    wanted = final_weights("engine", problem)
    own = final_weights(module, problem)
    assert [layer.shape for layer in own] == [layer.shape for layer in wanted]
    assert largest_difference(own, wanted) < 1e-12
    # The cells of the grid differ by far more than that.
    assert np.ptp(wanted[0], axis=0).max() > 1e-6


@pytest.mark.parametrize("module", MODULES)
def test_contender_computes_in_the_type_of_the_data(module):
    if module in NEEDS:
        pytest.importorskip(NEEDS[module])
    problem = make_problem(Case("iris", 1, "float32", "adam"), steps=9)
    assert {layer.dtype for layer in final_weights(module, problem)} == {np.dtype(np.float32)}


def test_training_twice_gives_the_same_weights():
    problem = make_problem(Case("iris", 1, "float64", "momentum"), steps=9)
    for module in ("engine", "numpy_loop", "sklearn_loop"):
        prepared = importlib.import_module(f"benchmarks.peers.{module}").prepare(problem)
        first, second = (prepared.weights(prepared.train()) for _ in range(2))
        assert largest_difference(first, second) == 0


def test_other_results_stop_the_comparison():
    case = Case("iris", 9, "float64", "adam")
    check(case, "jax", 1e-9)
    with pytest.raises(ResultsDifferError, match=r"iris, 9 networks, float64, adam.* jax .*2\.0e"):
        check(case, "jax", 2e-8)
    with pytest.raises(ResultsDifferError, match="nan"):
        check(case, "jax", float("nan"))


def test_grids_and_their_spread_networks():
    assert [grid_shape(n) for n in (9, 27, 81, 2187, 7)] == [
        (3, 3),
        (3, 9),
        (9, 9),
        (27, 81),
        (1, 7),
    ]
    np.testing.assert_array_equal(spread(4), range(4))
    np.testing.assert_array_equal(spread(81), [0, 8, 72, 80])
    np.testing.assert_array_equal(spread(81, 9), [0, 4, 8, 36, 40, 44, 72, 76, 80])


@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("networks", [9, 729])
def test_steps_are_complete_epochs_and_at_least_ten(workload, networks):
    problem = make_problem(Case(workload, networks, "float32", "momentum"))
    assert problem.steps >= 10
    assert len(problem.inputs) % problem.batch == 0
    assert problem.steps * problem.batch % len(problem.inputs) == 0
    assert len(problem.betas) == len(problem.rates) == networks


def test_loops_train_longer_in_complete_epochs():
    problem = make_problem(Case("iris", 9, "float32", "momentum"), steps=18)
    assert problem.lengthen(20).steps == 27
    assert problem.lengthen(9).steps == 18
    assert problem.take(spread(9)).updates == 4 * 18


def test_rules_exist():
    assert set(RATES) <= set(RULES)
