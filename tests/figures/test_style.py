import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import rgb_to_hsv, to_rgb

from momentum_study.core.errors import StudyError
from momentum_study.figures.compared import best_cell, compared_cells, held_fixed
from momentum_study.figures.layout import layout
from momentum_study.figures.rules import Series
from momentum_study.figures.style import FLOOR, log_ticks, power_label, rate_axis, tick_labels
from tests.figures.drawings import assert_readable

DESCENT = Series(False, 0.0)


def luminance(color):
    return float(np.dot(to_rgb(color), (0.2126, 0.7152, 0.0722)))


def test_a_higher_beta_is_lighter_also_in_grey():
    betas = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99)
    shades = [luminance(Series(True, beta).color) for beta in betas]
    assert shades == sorted(shades)
    assert shades[-1] < 0.75  # visible on white


def test_plain_gradient_descent_is_black_and_dashed():
    assert rgb_to_hsv(to_rgb(DESCENT.color))[2] == 0
    assert "linestyle" in DESCENT.line
    assert "linestyle" not in Series(True, 0.9).line


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.001, "0.001"),
        (1.0, "1"),
        (1000.0, "1000"),
        (1e-4, "10⁻⁴"),
        (1e5, "10⁵"),
        (0.2, "0.2"),
        (0, "0"),
        (-0.05, "-0.05"),
        (20_000, "20000"),
        (18_300_000_000, "1.83×10¹⁰"),
        (0.00000125, "1.25×10⁻⁶"),
    ],
)
def test_power_label(value, text):
    assert power_label(value) == text


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([0.1, 0.10000001], ["0.1", "0.10000001"]),
        ([1e9, 1e10], ["10⁹", "10¹⁰"]),
        ([1e4, 1e4 + 1e-6], ["10⁴", "10000.000001"]),
        ([0.9, 0.9999, 0.99999], ["0.9", "0.9999", "0.99999"]),
        ([0.1 + 0.2, 0.3333333], ["0.3", "0.333"]),
        ([1.0, 1.0], ["1", "1"]),
    ],
)
def test_labels_have_the_fewest_digits_that_distinguish_them(values, texts):
    assert tick_labels(values) == texts


@pytest.mark.parametrize(
    ("low", "high"),
    [(0.62, 1.05), (0.95, 1.05), (0.9999, 1.0001), (0.03, 0.04), (1, 6), (2e7, 3e7)],
)
@pytest.mark.parametrize("most", [2, 4])
def test_a_narrow_range_has_at_least_two_ticks(low, high, most):
    ticks = log_ticks(low, high, most)
    assert len(ticks) >= 2
    assert low <= ticks[0] < ticks[-1] <= high


def test_three_decades_have_at_least_two_ticks():
    assert log_ticks(0.09, 11, 2) == pytest.approx([0.1, 10])


def axis_of(rates, columns, **keywords):
    figure, panels = layout(
        "", [], (1, columns), ["a"] * columns, height=1.0, gaps=(0.1, 0), labels=("x", "y")
    ).draw()
    for axes in panels.flat:
        rate_axis(axes, rates, columns, **keywords)
    assert_readable(figure)
    return panels[0, -1]


@pytest.mark.parametrize("columns", [1, 4, 6])
@pytest.mark.parametrize(
    "rates",
    [[1e9, 1e10], [0.1, 0.10000001], [0.3, 0.31, 0.32], np.geomspace(0.001, 10, 40), [2e-7, 3e5]],
)
def test_axes_of_rates_are_readable_in_wide_and_narrow_panels(rates, columns):
    axes = axis_of(rates, columns)
    assert len(axes.get_xticks()) >= (2 if columns < 6 else 1)
    low, high = axes.get_xlim()
    assert low < min(rates)
    assert max(rates) < high


def test_evenly_spaced_rates_have_a_linear_axis():
    axes = axis_of(np.arange(1, 61) * 0.02, 2, linear=True)
    assert axes.get_xscale() == "linear"
    assert np.allclose(np.diff(axes.get_xticks(), n=2), 0)
    assert len(axes.get_xticks()) > 2


def test_ticks_are_powers_of_ten_with_room_between():
    assert log_ticks(1e-3, 1e3, 3) == pytest.approx([1e-3, 1, 1e3])
    assert log_ticks(1e-3, 1e3, 7) == pytest.approx([10.0**n for n in range(-3, 4)])


def test_ticks_within_a_decade():
    assert log_ticks(0.15, 1.2, 4) == pytest.approx([0.2, 0.5, 1])


def test_a_single_rate_has_a_tick(cells, runs):
    _, panels = layout("", [], (1, 1), ["a"], height=1.0, gaps=(0, 0), labels=("x", "y")).draw()
    rate_axis(panels[0, 0], [0.3, 0.3], 1)
    assert list(panels[0, 0].get_xticks()) == [0.3]


def test_losses_are_over_the_loss_of_the_best_constant(cells, runs):
    compared = compared_cells(cells, runs.assign(null_loss=4.0))
    assert np.array_equal(compared["loss"], cells["train_loss_final_median"] / 4)
    assert np.array_equal(compared["loss_low"], cells["train_loss_final_median_low"] / 4)
    assert np.array_equal(compared["loss_high"], cells["train_loss_final_median_high"] / 4)


def test_other_rules_are_left_out(cells, runs):
    with_adam = pd.concat([cells, cells.iloc[:3].assign(rule="adam")])
    assert len(compared_cells(with_adam, runs)) == len(cells)


@pytest.mark.parametrize("rule", ["gd", "momentum"])
def test_both_rules_are_required(cells, runs, rule):
    with pytest.raises(StudyError, match=f"expected cells of the rules gd and.*found {rule}"):
        compared_cells(cells[cells["rule"] == rule], runs)


def test_no_cell_is_an_error(cells, runs):
    with pytest.raises(StudyError, match="found no cell at all"):
        compared_cells(cells[:0], runs[:0])


def test_panels_are_named_by_network_and_schedule_if_they_vary(cells, runs):
    one = compared_cells(cells.assign(dataset="breast_cancer"), runs)
    assert set(one["panel"]) == {"breast cancer"}
    two = pd.concat([cells, cells.assign(network="wide_one", schedule="cosine")])
    assert set(compared_cells(two, runs)["panel"]) == {
        "digits, 32, constant",
        "digits, wide one, cosine",
        "wine, 32, constant",
        "wine, wide one, cosine",
    }


def test_what_is_held_fixed(cells, study):
    assert held_fixed(cells) == (
        "Held fixed: full batch (400 rows), 200 updates, network “32”, constant schedule. "
        "Replicates per cell: 4."
    )
    assert held_fixed(study["cells"], "and more") == (
        "Held fixed: 200 updates, network “32”, constant schedule, and more. "
        "Replicates per cell: 4."
    )
    varied = cells.assign(batch_size=[90] * 15 + [300] * 15, network=["a"] * 15 + ["b"] * 15)
    assert "full batch (90 to 300 rows), 200 updates, constant" in held_fixed(varied)


@pytest.mark.parametrize(
    ("losses", "expected"),
    [
        ([0.3, 0.2, 0.1, np.inf], 2),
        ([0.3, 0.1, 0.1, 0.1], 2),  # equal: the smaller α
        ([FLOOR / 2, 0.0, FLOOR / 9, np.inf], 2),  # below the floor: equal
        ([np.inf] * 4, 2),
    ],
)
def test_best_cell(losses, expected):
    cells = pd.DataFrame(
        {"loss": losses, "alpha": [3.0, 1.0, 0.3, 0.3], "beta": [0.5, 0.5, 0.5, 0.9]}
    ).assign(rule="momentum")
    assert best_cell(cells).name == expected


def test_a_long_title_is_broken_into_lines():
    name = "a data set with a very long name for a panel so narrow"
    _, panels = layout(
        "", [], (1, 4), [name] * 4, height=1.0, gaps=(0.1, 0), labels=("x", "y")
    ).draw()
    title = panels[0, 0].get_title(loc="left")
    assert "\n" in title
    assert title.replace("\n", " ") == name
