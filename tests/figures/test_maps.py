import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import same_color
from matplotlib.patches import Rectangle

from momentum_study.figures import maps
from momentum_study.figures.cell_map import NO_VALUE, cell_edges, map_shape
from momentum_study.figures.maps import ALL_DIVERGED, SOME_DIVERGED
from momentum_study.figures.style import NO_BETTER
from momentum_study.tables.files import joined_tables
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.stability import STABILITY
from tests.figures.designs import Design, tables_of
from tests.figures.drawings import LEVEL, written

HEIGHTS = {0.0: 0.0, 0.5: 1.5, 0.9: 2.5}  # plain gradient descent, a gap, then momentum


NO_SHARPNESS = joined_tables([], INITIAL_SHARPNESS)
NO_STABILITY = joined_tables([], STABILITY)


def draw(cells, runs, initial=NO_SHARPNESS, stability=NO_STABILITY):
    return maps.draw(cells, runs, initial, stability, LEVEL)


def panel(figure, name):
    return next(axes for axes in figure.axes if axes.get_title(loc="left") == name)


def cell_at(axes, alpha, beta):
    """The drawn cell around a point."""
    (found,) = (
        patch
        for patch in axes.patches
        if isinstance(patch, Rectangle)
        and patch.get_x() < alpha < patch.get_x() + patch.get_width()
        and patch.get_y() < HEIGHTS[beta] < patch.get_y() + patch.get_height()
    )
    return found


def change(cells, alpha, beta, loss=None, diverged=0):
    """Give one cell of wine another loss, relative to the null loss 2, and number of diverged."""
    row = (cells["dataset"] == "wine") & (cells["alpha"] == alpha) & (cells["beta"] == beta)
    assert row.sum() == 1
    cells.loc[row, "n_diverged"] = diverged
    if loss is not None:
        cells.loc[row, "train_loss_final_median"] = 2 * loss


def test_each_cell_of_the_design_is_drawn_once(cells, runs):
    figure = draw(cells, runs)
    for name in ("digits", "wine"):
        axes = panel(figure, name)
        assert len(axes.patches) == 15
        for alpha in (0.003, 0.03, 0.3, 1.0, 3.0):
            for beta in HEIGHTS:
                cell_at(axes, alpha, beta)


def test_diverged_cells_are_hatched(cells, runs):
    cells["n_diverged"] = 0
    change(cells, 0.03, 0.5, diverged=1)
    change(cells, 0.3, 0.5, np.inf, diverged=2)
    change(cells, 1.0, 0.5, np.inf, diverged=4)
    axes = panel(draw(cells, runs), "wine")
    some, half, every = (cell_at(axes, alpha, 0.5) for alpha in (0.03, 0.3, 1.0))
    assert some.get_hatch() == SOME_DIVERGED
    assert not same_color(some.get_facecolor(), NO_VALUE)
    assert half.get_hatch() == SOME_DIVERGED
    assert same_color(half.get_facecolor(), NO_VALUE)
    assert every.get_hatch() == ALL_DIVERGED
    assert same_color(every.get_facecolor(), NO_VALUE)
    assert sum(bool(patch.get_hatch()) for patch in axes.patches) == 3


def test_a_loss_no_better_than_a_constant_has_its_own_colour(cells, runs):
    change(cells, 0.03, 0.9, 1.0)
    change(cells, 0.3, 0.9, 0.999)
    axes = panel(draw(cells, runs), "wine")
    assert same_color(cell_at(axes, 0.03, 0.9).get_facecolor(), NO_BETTER)
    assert not same_color(cell_at(axes, 0.3, 0.9).get_facecolor(), NO_BETTER)


def marks(axes, marker):
    return {
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for line in axes.lines
        if line.get_marker() == marker
    }


def test_the_best_cell_and_the_best_of_each_row_are_marked(cells, runs):
    wine = cells["dataset"] == "wine"
    cells.loc[wine, "train_loss_final_median"] = 1.0
    change(cells, 0.03, 0.5, 0.2)
    change(cells, 0.3, 0.9, 0.1)
    cells.loc[wine & (cells["beta"] == 0), "train_loss_final_median"] = np.inf
    axes = panel(draw(cells, runs), "wine")
    assert marks(axes, "*") == {(0.3, HEIGHTS[0.9])}
    assert marks(axes, "o") == {(0.03, HEIGHTS[0.5])}  # and none where all diverged


def test_descent_may_have_rates_of_its_own(cells, runs):
    few = cells[(cells["rule"] == "momentum") | cells["alpha"].isin([0.03, 3.0])]
    axes = panel(draw(few, runs), "wine")
    assert len(axes.patches) == 12
    assert cell_at(axes, 0.2, 0.0) is cell_at(axes, 0.01, 0.0)


def test_all_diverged(cells, runs):
    cells["n_diverged"], cells["train_loss_final_median"] = 4, np.inf
    axes = panel(draw(cells, runs), "wine")
    assert {patch.get_hatch() for patch in axes.patches} == {ALL_DIVERGED}
    assert not marks(axes, "*")
    assert not marks(axes, "o")


@pytest.mark.parametrize(
    ("count", "shape"), [(1, (1, 2)), (3, (1, 4)), (4, (2, 3)), (7, (2, 4)), (8, (3, 3))]
)
def test_any_number_of_data_sets(cells, runs, count, shape):
    assert map_shape(count) == shape
    wine = [table[table["dataset"] == "wine"] for table in (cells, runs)]
    names = [f"set_{number}" for number in range(count)]
    copies = [pd.concat([table.assign(dataset=name) for name in names]) for table in wine]
    figure = draw(*copies)
    drawn = [axes for axes in figure.axes if axes.patches and axes.get_title(loc="left")]
    assert [axes.get_title(loc="left") for axes in drawn] == [
        name.replace("_", " ") for name in names
    ]


def test_one_beta_and_one_rate(cells, runs):
    few = cells[cells["beta"].isin([0.0, 0.9]) & (cells["alpha"] == 0.3)]
    axes = panel(draw(few, runs), "wine")
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0.3"]
    assert len(axes.patches) == 2


@pytest.mark.parametrize("rates", [[0.01, 0.1, 1.0], [0.01, 0.1, 10.0]])
def test_edges_are_between_rates(rates):
    edges = cell_edges(np.array(rates))
    assert len(edges) == 4
    assert edges[1:-1] == pytest.approx(np.sqrt(np.multiply(rates[1:], rates[:-1])))
    assert np.all(edges[:-1] < rates)
    assert np.all(edges[1:] > rates)


def red_lines(axes):
    """Places of the stability line, by its height."""
    lines = [line for line in axes.lines if line.get_color() == "#c1121f"]
    return {float(np.mean(line.get_ydata())): line.get_xdata()[0] for line in lines}


def test_the_stability_line_is_at_the_limit_of_each_beta(full_batch):
    initial = full_batch["initial_sharpness"]
    figure = draw(full_batch["cells"], full_batch["runs"], initial, full_batch["stability"])
    for name in ("digits", "wine"):
        top = initial.loc[initial["dataset"] == name, "lambda_max"].median()
        lines = red_lines(panel(figure, name))
        assert lines.keys() == set(HEIGHTS.values())
        for beta, height in HEIGHTS.items():
            assert lines[height] == pytest.approx(2 * (1 + beta) / (1 - beta) / top)


def test_the_accuracy_of_the_line_is_above_its_panel(full_batch):
    stability = full_batch["stability"].copy()
    chosen = (stability["dataset"] == "wine") & (stability["outcome"] == "diverged")
    stability.loc[chosen, ["accuracy", "accuracy_low", "accuracy_high"]] = 0.5, 0.25, 0.75
    figure = draw(
        full_batch["cells"], full_batch["runs"], full_batch["initial_sharpness"], stability
    )
    texts = [text.get_text() for text in panel(figure, "wine").texts]
    assert texts == ["predicted: 50% [25%, 75%]"]


def test_no_line_for_a_learning_rate_that_decays(full_batch):
    cells = full_batch["cells"].assign(schedule="cosine")
    figure = draw(
        cells, full_batch["runs"], full_batch["initial_sharpness"], full_batch["stability"]
    )
    assert not red_lines(panel(figure, "wine"))


@pytest.mark.parametrize(
    ("rates", "scale"),
    [
        (np.arange(1, 61) / 50, "linear"),
        (np.arange(1, 13) * 0.25, "linear"),
        (np.geomspace(0.001, 10, 40), "log"),
    ],
)
def test_cells_have_one_width_and_marks_are_whole(rates, scale):
    design = Design(("iris", "wine"), tuple(rates.tolist()), batches=("full",), stable=1.0)
    tables = tables_of(design, np.random.default_rng(0))
    figure = draw(tables["cells"], tables["runs"])
    for name in design.names:
        axes = panel(figure, name)
        assert axes.get_xscale() == scale
        cells = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in axes.patches]
        assert len(cells) == 3 * len(rates)
        ends = np.log(cells) if scale == "log" else np.array(cells)
        assert np.allclose(np.ptp(ends, axis=1), np.ptp(ends[0]), rtol=1e-3)
        assert axes.get_xlim() == pytest.approx((min(cells)[0], max(cells)[1]))
        symbols = [line for line in axes.lines if line.get_marker() in ("*", "o")]
        assert len(symbols) == 3
        assert not any(line.get_clip_on() for line in symbols)
    label = "learning rate α" + (" (log scale)" if scale == "log" else "")
    assert label in written(figure)
