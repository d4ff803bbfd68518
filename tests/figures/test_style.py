import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import rgb_to_hsv, to_rgb

from momentum_study.core.errors import StudyError
from momentum_study.figures.compared import best_cell, compared_cells, held_fixed
from momentum_study.figures.layout import sheet
from momentum_study.figures.rules import Series
from momentum_study.figures.style import FLOOR, log_ticks, power_label, rate_axis

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
    [(0.001, "0.001"), (1.0, "1"), (1000.0, "1000"), (1e-4, "10⁻⁴"), (1e5, "10⁵"), (0.2, "0.2")],
)
def test_power_label(value, text):
    assert power_label(value) == text


def test_ticks_are_powers_of_ten_with_room_between():
    assert log_ticks(1e-3, 1e3, 3) == pytest.approx([1e-3, 1, 1e3])
    assert log_ticks(1e-3, 1e3, 7) == pytest.approx([10.0**n for n in range(-3, 4)])


def test_ticks_within_a_decade():
    assert log_ticks(0.15, 1.2, 4) == pytest.approx([0.2, 0.5, 1])


def test_a_single_rate_has_a_tick(cells, runs):
    _, panels = sheet("", [], (1, 1), ["a"], height=1.0, gaps=(0, 0), labels=("x", "y"))
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
    _, panels = sheet("", [], (1, 4), [name] * 4, height=1.0, gaps=(0.1, 0), labels=("x", "y"))
    title = panels[0, 0].get_title(loc="left")
    assert "\n" in title
    assert title.replace("\n", " ") == name
