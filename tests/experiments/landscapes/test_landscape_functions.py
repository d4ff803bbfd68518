import numpy as np
import pytest
from scipy.optimize import approx_fprime, check_grad, rosen, rosen_der

from momentum_study.core.seeds import generator
from momentum_study.experiments.landscapes.functions import (
    CROSSED,
    HEIGHTS,
    LEFT,
    MINIMUM,
    all_landscapes,
    beale,
    double_well,
    monkey_saddle,
    ravine,
    rosenbrock,
    saddle,
)

LANDSCAPES = all_landscapes()
IDS = [f"{one.name}-{one.height}" for one in LANDSCAPES]

each = pytest.mark.parametrize("landscape", LANDSCAPES, ids=IDS)


def window_points(landscape, n):
    source = generator(0, "landscape points", landscape.name)
    low, high = np.transpose(landscape.window)
    return source.uniform(low, high, (n, 2))


def curvatures(landscape, point):
    """Eigenvalues of the Hessian, from differences of the gradient."""
    hessian = approx_fprime(np.array(point), landscape.gradient, 1e-6)
    np.testing.assert_allclose(hessian, hessian.T, atol=1e-3)
    return np.linalg.eigvalsh((hessian + hessian.T) / 2)


@each
def test_gradients_are_those_of_the_values(landscape):
    points = window_points(landscape, 20)
    largest = np.abs(landscape.gradient(points)).max()
    for point in points:
        assert check_grad(landscape.value, landscape.gradient, point) < 1e-6 * (1 + largest)


@each
def test_arrays_of_points_are_taken_point_by_point(landscape):
    points = window_points(landscape, 6).reshape(2, 3, 2)
    assert landscape.value(points).shape == landscape.inside(points).shape == (2, 3)
    assert landscape.gradient(points).shape == points.shape
    for place in np.ndindex(2, 3):
        assert landscape.value(points)[place] == landscape.value(points[place])
        np.testing.assert_array_equal(
            landscape.gradient(points)[place], landscape.gradient(points[place])
        )
        assert landscape.inside(points)[place] == landscape.inside(points[place])


@each
def test_minima_and_saddles_are_that(landscape):
    for point in landscape.minima + landscape.saddles:
        np.testing.assert_allclose(landscape.gradient(np.array(point)), 0.0, atol=1e-12)
    for point in landscape.minima:
        assert landscape.value(np.array(point)) == pytest.approx(0.0, abs=1e-15)
        assert curvatures(landscape, point).min() > 0
        assert np.all(landscape.value(window_points(landscape, 500)) >= 0)
    for point in landscape.saddles:
        if landscape.name != "monkey_saddle":
            low, high = curvatures(landscape, point)
            assert low < 0 < high


@each
def test_the_unit_of_tuned_rates_is_the_largest_curvature(landscape):
    points = [landscape.start] if landscape.event == LEFT else landscape.minima
    if landscape.name == "monkey_saddle":
        points = [(-1.0, 0.0)]  # where the landscape counts as left
    largest = max(np.abs(curvatures(landscape, point)).max() for point in points)
    assert largest == pytest.approx(landscape.curvature, rel=0.03)


@each
def test_runs_start_within_the_window_but_not_at_the_goal(landscape):
    start = np.array(landscape.start)
    (left, right), (low, high) = landscape.window
    assert left < start[0] < right
    assert low < start[1] < high
    assert not landscape.inside(start)


@each
def test_goals_are_at_a_minimum_or_below_a_saddle(landscape):
    goals = {
        MINIMUM: [landscape.minima[-1]] if landscape.minima else [],
        CROSSED: [landscape.minima[-1]] if landscape.minima else [],
        LEFT: [(-1.0, 0.0)],
    }
    for goal in goals[landscape.event]:
        assert landscape.inside(np.array(goal))
    for other in landscape.minima[:-1] + landscape.saddles:
        assert not landscape.inside(np.array(other))


def test_rosenbrock_is_that_of_scipy():
    points = window_points(rosenbrock(), 50)
    np.testing.assert_allclose(rosenbrock().value(points), rosen(points.T), rtol=1e-12)
    np.testing.assert_allclose(
        rosenbrock().gradient(points), rosen_der(points.T).T, rtol=1e-9, atol=1e-9
    )
    assert rosenbrock().value(np.array(rosenbrock().start)) == pytest.approx(24.2)


def test_beale_has_the_known_values():
    # At (1, 1) the three terms are the squares of 1.5, 2.25 and 2.625, as at (0, 0).
    assert beale().value(np.array([1.0, 1.0])) == pytest.approx(14.203125)
    assert beale().value(np.array([0.0, 0.0])) == pytest.approx(14.203125)
    assert beale().value(np.array([3.0, 0.5])) == 0


@pytest.mark.parametrize("kappa", [4.0, 100.0, 1000.0])
def test_the_condition_number_of_the_ravine_is_kappa(kappa):
    low, high = curvatures(ravine(kappa), (0.0, 0.0))
    assert high / low == pytest.approx(kappa, rel=1e-4)


@pytest.mark.parametrize("height", HEIGHTS)
def test_the_barrier_is_as_high_as_said_and_the_slope_five_times(height):
    bottom, slope = double_well(height), double_well(height, slope=True)
    top = bottom.value(np.array(bottom.saddles[0]))
    assert top == pytest.approx(height)
    assert top == bottom.height
    assert bottom.value(np.array(bottom.start)) == 0
    x = np.array([slope.start[0], 0.0])
    assert slope.value(x) / height == pytest.approx(5.0, rel=0.01)


def test_nothing_leads_away_from_the_ridge_of_the_saddle_but_noise():
    along, _ = saddle().gradient(np.array(saddle().start))
    assert along == 0
    np.testing.assert_allclose(curvatures(saddle(), saddle().start), [-1, 4], atol=1e-6)


def test_the_monkey_saddle_is_the_same_after_a_third_of_a_turn_and_flat_at_its_middle():
    landscape = monkey_saddle()
    angle = 2 * np.pi / 3
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = window_points(landscape, 20)
    np.testing.assert_allclose(
        landscape.value(points @ turn.T), landscape.value(points), atol=1e-12
    )
    np.testing.assert_allclose(curvatures(landscape, (0.0, 0.0)), 0.0, atol=1e-5)


def test_double_wells_have_one_picture_and_the_other_landscapes_theirs():
    drawn = [one.name for one in LANDSCAPES if one.drawn]
    assert sorted(drawn) == sorted({one.name for one in LANDSCAPES} - {"double_well"})
