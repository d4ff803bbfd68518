import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import same_color

from momentum_study.figures import learning_curves
from momentum_study.figures.layout import layout
from momentum_study.figures.learning_curves import (
    comparisons,
    curve_of_cell,
    draw_curve,
    usual_series,
)
from momentum_study.figures.rules import Series
from momentum_study.figures.style import loss_axis, step_axis
from momentum_study.tables.keys import CELL_KEYS
from tests.figures.drawings import bold

INF = np.inf
DESCENT = Series(False, 0.0)


def hand_made(beta, descent, momentum):
    """Cells of one panel from {α: loss}."""
    rows = [
        {"rule": rule, "beta": b, "alpha": alpha, "eta": (1 - b) * alpha, "loss": loss}
        for rule, b, losses in (("gd", 0.0, descent), ("momentum", beta, momentum))
        for alpha, loss in losses.items()
    ]
    return pd.DataFrame(rows)


def chosen(cells):
    return {one.title: (one.descent["alpha"], one.momentum["alpha"]) for one in comparisons(cells)}


def test_same_alpha_same_eta_and_each_tuned():
    rates = [0.1, 1.0, 10.0, 100.0]
    cells = hand_made(
        0.9,
        dict(zip(rates, [0.5, 0.1, 0.2, INF], strict=True)),
        dict(zip(rates, [0.5, 0.1, 0.3, 0.05], strict=True)),
    )
    assert chosen(cells) == {"same α": (1, 1), "same η": (1, 10), "each tuned": (1, 100)}


def test_if_the_grid_lacks_a_rate_the_nearest_in_log_distance_is_used_and_named():
    # η = 1 asks for α = 1/(1−0.9) = 10: 4 is off by the factor 2.5, 27 by 2.7.
    cells = hand_made(0.9, {1.0: 0.1}, {0.5: 0.2, 4.0: 0.3, 27.0: 0.4})
    assert chosen(cells) == {"nearest α": (1, 0.5), "nearest η": (1, 4), "each tuned": (1, 0.5)}


def test_of_two_equally_near_rates_the_smaller_is_used():
    cells = hand_made(0.9, {10.0: 0.1}, {1000.0: 0.2, 10.0: 0.3})
    assert chosen(cells)["nearest η"] == (10, 10)


def test_if_all_diverged_there_is_still_a_choice():
    cells = hand_made(0.5, {0.1: INF, 1.0: INF}, {0.1: INF, 0.2: INF})
    assert chosen(cells) == {"same α": (0.1, 0.1), "same η": (0.1, 0.2), "each tuned": (0.1, 0.1)}


@pytest.mark.parametrize(
    ("betas", "expected"),
    [([0.5, 0.9, 0.99], 0.9), ([0.5, 0.8], 0.8), ([0.85, 0.95], 0.85), ([0.3], 0.3)],
)
def test_the_beta_nearest_to_the_usual_one(betas, expected):
    cells = pd.DataFrame({"series": [Series(True, beta) for beta in betas] + [DESCENT]})
    assert usual_series(cells) == (DESCENT, Series(True, expected))


def test_a_cell_has_its_own_curve_in_the_order_of_steps(cells, cell_curves):
    cell = cells[(cells["dataset"] == "wine") & (cells["beta"] == 0.9) & (cells["alpha"] == 0.3)]
    cell_curves = cell_curves.sample(frac=1, random_state=0)
    places = cell_curves.groupby(list(CELL_KEYS)).indices
    curve = curve_of_cell(cell.iloc[0], cell_curves, places)
    assert list(curve["step"]) == list(range(0, 201, 20))
    assert set(curve["dataset"]) == {"wine"}
    assert set(curve["beta"]) == {0.9}
    assert set(curve["learning_rate"]) == {0.3}


def curve_panel(cell, curve):
    _, panels = layout("", [], (1, 1), ["a"], height=1.0, gaps=(0, 0), labels=("x", "y")).draw()
    loss_axis(panels[0, 0], curve["train_loss_median"])
    step_axis(panels[0, 0], 40)
    draw_curve(panels[0, 0], cell, curve)
    return panels[0, 0]


def test_a_median_ends_with_a_cross_and_is_not_padded():
    curve = pd.DataFrame(
        {
            "step": [0, 1, 20, 40],
            "train_loss_q25": [1.0, 0.55, 0.5, INF],
            "train_loss_median": [1.0, 0.6, 0.6, INF],
            "train_loss_q75": [1.0, 0.65, INF, INF],
        }
    )
    axes = curve_panel(pd.Series({"series": DESCENT}), curve)
    line = next(one for one in axes.lines if len(one.get_xdata()) == 4)
    assert line.get_ydata()[:3] == pytest.approx([1, 0.6, 0.6])
    assert np.isnan(line.get_ydata()[3])
    (cross,) = (one for one in axes.lines if one.get_marker() == "x")
    assert (cross.get_xdata()[0], cross.get_ydata()[0]) == (20, 0.6)


def texts(axes):
    return {text.get_text(): text.get_color() for text in axes.texts}


def test_rates_and_diverged_runs_are_written_in_the_panel(cells, runs, cell_curves):
    # Plain gradient descent tuned, and momentum at the same η with 3 of 4 runs diverged.
    rows = (cells["dataset"] == "wine") & cells["beta"].isin([0.0, 0.9])
    cells = cells[rows].copy()
    cells["train_loss_final_median"] = np.where(cells["alpha"] == 0.3, 0.1, 1.0)
    cells["n_diverged"] = np.where((cells["beta"] == 0.9) & (cells["alpha"] == 3.0), 3, 0)
    figure = learning_curves.draw(cells, runs, cell_curves)
    first, second, third = figure.axes
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["wine", "", ""]
    assert bold(figure) == ["same α", "same η", "each tuned"]
    assert set(texts(first)) == set(texts(third)) == {"α = 0.3"}
    assert set(texts(second)) == {"α = 0.3", "α = 3, η = 0.3", "3 of 4 diverged"}
    assert same_color(texts(second)["3 of 4 diverged"], Series(True, 0.9).color)


def test_a_nearest_rate_is_labelled(cells, runs, cell_curves):
    cells = cells[(cells["dataset"] == "wine") & cells["beta"].isin([0.0, 0.9])].copy()
    cells["train_loss_final_median"] = np.where(cells["alpha"] == 0.3, 0.1, 1.0)
    cells = cells[(cells["rule"] == "gd") | (cells["alpha"] != 0.3)]
    same_alpha, same_eta, _ = learning_curves.draw(cells, runs, cell_curves).axes
    assert list(texts(same_alpha)) == ["nearest: α = 1", "α = 0.3"]
    assert list(texts(same_eta)) == ["α = 3, η = 0.3", "α = 0.3"]


def test_a_row_of_panels_for_each_data_set_with_a_common_scale(full_batch):
    tables = {name: full_batch[name] for name in ("cells", "runs", "cell_curves")}
    figure = learning_curves.draw(**tables)
    assert len(figure.axes) == 6
    for row in (figure.axes[:3], figure.axes[3:]):
        assert len({axes.get_ylim() for axes in row}) == 1
