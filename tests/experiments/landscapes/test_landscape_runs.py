from dataclasses import replace
from math import log

import numpy as np
import pytest
from scipy.stats import norm

from momentum_study.engine.optimizers import get_rule
from momentum_study.experiments.landscapes.functions import (
    HOLD,
    all_landscapes,
    beale,
    double_well,
    monkey_saddle,
    ravine,
    saddle,
)
from momentum_study.experiments.landscapes.runs import (
    FAR,
    TUNED_RATES,
    draw_noise,
    event_times,
    fixed_settings,
    follow,
    tune,
    tuned_settings,
)

SEED = 20260101
GD, MOMENTUM = (get_rule(name) for name in ("gd", "momentum"))


def settings_of(landscape, comparison):
    return {
        setting.rule.name: setting
        for name, setting in fixed_settings(landscape, 0.9)
        if name == comparison
    }


def times_of(landscape, comparison, draws):
    noise = draw_noise(landscape, draws, SEED, "test")
    return {
        name: event_times(landscape, setting.rule, setting.beta, setting.rate, noise)[0]
        for name, setting in settings_of(landscape, comparison).items()
    }


def counted(inside, hold):
    """First update of the first `hold` in a row that are inside, one by one."""
    row = 0
    for update, within in enumerate(inside, 1):
        row = row + 1 if within else 0
        if row == hold:
            return update - hold + 1
    return np.inf


@pytest.mark.parametrize("landscape", [ravine(noise=0.05), saddle()], ids=["hold 20", "hold 1"])
def test_times_are_those_of_single_updates(landscape):
    landscape = replace(landscape, budget=180)
    noise = draw_noise(landscape, 12, SEED, "test")
    setting = settings_of(landscape, "same_alpha")["momentum"]
    times, diverged = event_times(landscape, setting.rule, setting.beta, setting.rate, noise)
    paths = [follow(landscape, setting, noise[:, draw], 180) for draw in range(12)]
    expected = [counted(landscape.inside(path[1:]), landscape.hold) for path in paths]
    np.testing.assert_array_equal(times, expected)
    assert np.isfinite(times).any()
    assert np.isinf(times).any()
    assert not diverged.any()


def test_settings_side_by_side_have_the_times_they_have_alone():
    landscape = monkey_saddle()
    noise = draw_noise(landscape, 5, SEED, "test")
    beta, rate = np.array([0.0, 0.5, 0.9]), np.array([0.05, 0.2, 0.4])
    together, _ = event_times(
        landscape, MOMENTUM, beta[:, np.newaxis, np.newaxis], rate[:, np.newaxis, np.newaxis], noise
    )
    alone = [
        event_times(landscape, MOMENTUM, b, r, noise)[0] for b, r in zip(beta, rate, strict=True)
    ]
    np.testing.assert_array_equal(together, alone)


def test_diverged_runs_differ_from_late_ones():
    landscape = ravine()
    noise = draw_noise(landscape, 1, SEED, "test")
    for rate, gone in ((2.1, True), (0.01, False)):
        times, diverged = event_times(landscape, GD, 0.0, rate, noise)
        assert np.isinf(times).all()
        assert diverged.all() == gone
    nesterov = settings_of(landscape, "same_eta")["nesterov"]
    path = follow(landscape, nesterov, noise[:, 0], landscape.budget)
    assert len(path) < landscape.budget
    assert np.abs(path).max() < FAR


def test_comparisons_hold_fixed_what_they_say():
    for landscape in all_landscapes():
        for comparison, setting in fixed_settings(landscape, 0.9):
            alpha = setting.rule.effective_rate(setting.rate, setting.beta)
            held = alpha if comparison == "same_alpha" else setting.rate
            assert held == pytest.approx(landscape.rate, rel=1e-12)
        names = [
            (comparison, setting.rule.name)
            for comparison, setting in fixed_settings(landscape, 0.9)
        ]
        assert ("same_alpha", "heavy_ball") not in names
        assert ("same_eta", "momentum") not in names


def test_noise_is_the_same_for_all_heights_and_different_for_tuning_and_landscapes():
    low, high = (draw_noise(double_well(height), 4, SEED, "measured") for height in (0.1, 1.6))
    np.testing.assert_array_equal(low, high)
    assert low.std() == pytest.approx(double_well(0.1).noise, rel=0.02)
    assert not np.any(low == draw_noise(double_well(0.1), 4, SEED, "tuning"))
    assert not np.any(low == draw_noise(double_well(0.1, slope=True), 4, SEED, "measured"))
    still = draw_noise(beale(), 4, SEED, "measured")
    assert still.shape == (beale().budget, 1, 2)
    assert not still.any()


def predicted_median(setting, curvature, noise, distance=1.0):
    """Median exit time from a saddle by theory, on the side of curvature −γ.

    x_n is the sum of the noise so far, each draw multiplied by η z₁ⁿ/(z₁ − z₂), where z₁ is the
    dominant root of z² − (1 + β + (1−β)αγ)z + β.
    """
    beta = setting.beta
    eta = setting.rule.heavy_ball_rate(setting.rate, beta)
    slow, fast = np.sort(np.roots([1.0, -(1.0 + beta + eta * curvature), beta]))
    spread = eta * noise * fast / ((fast - slow) * np.sqrt(fast**2 - 1))
    return log(distance / (norm.ppf(0.75) * spread)) / log(fast)


@pytest.mark.parametrize(
    ("comparison", "rule"),
    [("same_alpha", "gd"), ("same_alpha", "momentum"), ("same_eta", "heavy_ball")],
)
def test_exit_times_of_the_saddle_are_those_of_theory(comparison, rule):
    landscape = saddle()
    times = times_of(landscape, comparison, 1000)[rule]
    setting = settings_of(landscape, comparison)[rule]
    expected = predicted_median(setting, 1.0, landscape.noise)
    # Whole updates, and the error of a median of 1000: about 1.25 × the spread / √1000.
    assert np.median(times) == pytest.approx(expected + 0.5, abs=1.0 + 0.08 * times.std())


@pytest.mark.parametrize("landscape", [saddle(), monkey_saddle()], ids=lambda one: one.name)
def test_momentum_leaves_a_saddle_later_at_the_same_alpha_and_sooner_at_the_same_eta(landscape):
    same_alpha, same_eta = (times_of(landscape, name, 400) for name in ("same_alpha", "same_eta"))
    for rule in ("momentum", "momentum_corrected", "nesterov"):
        # Were neither later as a rule, half of the pairs would be, give or take 0.025.
        assert np.mean(same_alpha[rule] > same_alpha["gd"]) > 0.6
        assert np.median(same_alpha[rule]) > 1.05 * np.median(same_alpha["gd"])
    for rule in ("heavy_ball", "nesterov"):
        assert np.all(same_eta[rule] < same_eta["gd"])


def shares(landscape, comparison):
    return {
        rule: np.isfinite(times).mean()
        for rule, times in times_of(landscape, comparison, 500).items()
    }


def test_noise_carries_momentum_over_a_barrier_less_often_at_the_same_alpha():
    # Standard error of a difference of two shares of 500: at most 0.032.
    same_alpha, same_eta = (shares(double_well(0.4), name) for name in ("same_alpha", "same_eta"))
    assert 0.15 < same_alpha["gd"] < 0.35
    for rule in ("momentum", "momentum_corrected", "nesterov"):
        assert 0.02 < same_alpha[rule] < same_alpha["gd"] - 0.03
    for rule in ("heavy_ball", "nesterov"):
        assert same_eta[rule] > 0.98


def test_from_a_slope_momentum_crosses_a_barrier_that_stops_gradient_descent():
    same_alpha = shares(double_well(1.6, slope=True), "same_alpha")
    assert same_alpha["gd"] < 0.02
    assert same_alpha["momentum"] > 0.7
    # It is speed that carries it, not noise: without any it happens as well.
    landscape = replace(double_well(1.6, slope=True), noise=0.0)
    still = times_of(landscape, "same_alpha", 1)
    assert np.isfinite(still["momentum"])
    assert np.isinf(still["gd"])


@pytest.mark.parametrize("landscape", [ravine(), monkey_saddle()], ids=lambda one: one.name)
def test_tuning_finds_the_best_setting_of_the_grid(landscape):
    noise = draw_noise(landscape, 9, SEED, "tuning")
    best = tune(landscape, GD, noise)
    medians = {}
    for rate in TUNED_RATES / landscape.curvature:
        if rate * landscape.curvature < 2:
            medians[rate] = np.median(event_times(landscape, GD, 0.0, rate, noise)[0])
    assert medians[best.rate] == min(medians.values())
    assert not best.on_edge


def test_tuning_stays_within_stability_and_says_when_it_ends_on_an_edge():
    landscape = replace(saddle(), budget=60)
    noise = draw_noise(landscape, 9, SEED, "tuning")
    best = tune(landscape, GD, noise)
    # A faster descent always leaves a saddle sooner: the last stable rate wins.
    stable = TUNED_RATES[TUNED_RATES < 2].max() / landscape.curvature
    assert best.rate == pytest.approx(stable)
    assert not best.on_edge
    # In units of a curvature that is 90 times too small only the smallest rate of the grid is
    # below 2, where descent is stable in truth.
    wrong = replace(ravine(), curvature=TUNED_RATES[0] / 1.8)
    edge = tune(wrong, GD, draw_noise(wrong, 1, SEED, "tuning"))
    assert edge.rate == pytest.approx(1.8)
    assert edge.on_edge


def test_tuned_rules_are_no_slower_than_tuned_descent():
    landscape = ravine()
    noise = draw_noise(landscape, 1, SEED, "measured")
    times = {
        setting.rule.name: float(
            event_times(landscape, setting.rule, setting.beta, setting.rate, noise)[0][0]
        )
        for _, setting in tuned_settings(landscape, SEED)
    }
    assert set(times) == {"gd", "momentum", "nesterov", "adam"}
    # β = 0 is on the grid of the two that have it, and tuned momentum gains at κ = 100.
    assert times["momentum"] < times["gd"] / 3
    assert times["nesterov"] < times["gd"] / 3
    # At 2/(L + μ) gradient descent needs the number of updates of theory: 100 times nearer.
    rho = max(
        abs(1 - setting.rate / 100)
        for _, setting in tuned_settings(landscape, SEED)
        if setting.rule is GD
    )
    assert times["gd"] == pytest.approx(log(100) / -log(rho), abs=HOLD)


def test_adam_is_raced_to_minima_only():
    assert "adam" not in {setting.rule.name for _, setting in tuned_settings(saddle(), SEED)}
