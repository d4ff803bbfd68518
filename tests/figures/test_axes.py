import numpy as np
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import same_color

from momentum_study.figures import axes as axes_figure
from momentum_study.figures import isolation
from momentum_study.figures.compared import compared_cells, draw_lines
from momentum_study.figures.layout import layout
from momentum_study.figures.rules import Series
from momentum_study.figures.style import loss_axis, rate_axis
from tests.figures.drawings import LEVEL, bold

DESCENT, HALF, NINE = Series(False, 0.0), Series(True, 0.5), Series(True, 0.9)


def line_of(axes, series):
    (found,) = (
        line
        for line in axes.lines
        if line.get_marker() == series.line["marker"] and same_color(line.get_color(), series.color)
    )
    return found


def crosses(axes, series):
    return [
        point
        for line in axes.lines
        if line.get_marker() == "x" and same_color(line.get_color(), series.color)
        for point in zip(line.get_xdata(), line.get_ydata(), strict=True)
    ]


def drawn(cells, runs, **keywords):
    """One panel with the cells of wine over α, after the given relative losses of β = 0.9."""
    compared = compared_cells(cells[cells["dataset"] == "wine"], runs)
    _, panels = layout("", [], (1, 1), ["wine"], height=1.0, gaps=(0, 0), labels=("x", "y")).draw()
    axes = panels[0, 0]
    rate_axis(axes, compared["alpha"], 1)
    loss_axis(axes, compared["loss"])
    draw_lines(axes, compared, "alpha", **keywords)
    return axes


def set_losses(cells, losses, beta=0.9):
    row = (cells["dataset"] == "wine") & (cells["beta"] == beta)
    assert list(cells.loc[row, "alpha"]) == [0.003, 0.03, 0.3, 1.0, 3.0]
    cells.loc[row, "train_loss_final_median"] = 2.0 * np.array(losses)


def test_all_three_panels_of_a_data_set_show_the_same_runs(full_batch):
    initial = full_batch["initial_sharpness"]
    figure = axes_figure.draw(full_batch["cells"], full_batch["runs"], initial)
    grid = np.reshape(figure.axes, (2, 3))
    assert [axes.get_xlabel() for axes in grid.flat] == ["α", "η = (1−β)α", "αλₘₐₓ"] * 2
    for row, name in zip(grid, ("digits", "wine"), strict=True):
        assert [axes.get_title(loc="left") for axes in row] == [name, "", ""]
        assert len({axes.get_ylim() for axes in row}) == 1
        sharpness = initial.loc[initial["dataset"] == name, "lambda_max"].median()
        for series, gain in ((DESCENT, 1.0), (HALF, 0.5), (NINE, 0.1)):
            alpha, eta, scaled = (line_of(axes, series) for axes in row)
            rates = np.array(alpha.get_xdata())
            assert np.allclose(eta.get_xdata(), gain * rates)
            assert np.allclose(scaled.get_xdata(), sharpness * rates)
            for other in (eta, scaled):
                assert np.array_equal(other.get_ydata(), alpha.get_ydata(), equal_nan=True)


def test_limits_of_theory_are_marked_on_the_axis_that_they_are_about(full_batch):
    tables = (full_batch[name] for name in ("cells", "runs", "initial_sharpness"))
    for place, axes in enumerate(axes_figure.draw(*tables).axes):
        limits = {
            line.get_xdata()[0]: line.get_color()
            for line in axes.lines
            if len(line.get_xdata()) == 2 and line.get_xdata()[0] == line.get_xdata()[1]
        }
        expected = {2.0: DESCENT.color, 6.0: HALF.color, 38.0: NINE.color}
        assert {round(limit, 9): color for limit, color in limits.items()} == (
            expected if place % 3 == 2 else {}
        )


def test_without_a_constant_rate_there_is_no_scaled_axis(full_batch):
    cells = full_batch["cells"].assign(schedule="cosine")
    figure = axes_figure.draw(cells, full_batch["runs"], full_batch["initial_sharpness"])
    assert [axes.get_xlabel() for axes in figure.axes] == ["α", "η = (1−β)α"] * 2


def test_a_line_ends_with_a_cross_where_half_of_the_runs_diverge(cells, runs):
    set_losses(cells, [0.9, 0.5, 0.2, np.inf, np.inf])
    axes = drawn(cells, runs)
    heights = line_of(axes, NINE).get_ydata()
    assert heights[:3] == pytest.approx([0.9, 0.5, 0.2])
    assert np.isnan(heights[3:]).all()
    assert crosses(axes, NINE) == [pytest.approx((0.3, 0.2))]


def test_a_gap_is_marked_and_a_whole_line_has_no_cross(cells, runs):
    set_losses(cells, [0.9, np.inf, 0.2, 0.1, 0.3])
    set_losses(cells, [0.9, 0.8, 0.2, 0.1, 0.3], beta=0.5)
    axes = drawn(cells, runs)
    assert crosses(axes, NINE) == [pytest.approx((0.003, 0.9))]
    assert crosses(axes, HALF) == []


def test_if_no_run_completed_a_cross_is_on_the_upper_edge(cells, runs):
    set_losses(cells, [np.inf] * 5)
    axes = drawn(cells, runs)
    assert crosses(axes, NINE) == [pytest.approx((0.003, axes.get_ylim()[1]))]


def test_a_series_that_completes_later_has_both_crosses(cells, runs):
    set_losses(cells, [np.inf, 0.5, 0.4, np.inf, np.inf])
    axes = drawn(cells, runs)
    top = axes.get_ylim()[1]
    assert crosses(axes, NINE) == [pytest.approx((0.3, 0.4)), pytest.approx((0.003, top))]


def test_losses_are_cut_off_at_the_floor_and_marked_at_the_top(cells, runs):
    set_losses(cells, [0.9, 0.0, 1e-9, 500.0, np.inf])
    axes = drawn(cells, runs)
    assert line_of(axes, NINE).get_ydata()[1:4] == pytest.approx([1e-6, 1e-6, 500])
    low, top = axes.get_ylim()
    assert low < 1e-6
    assert 10 < top < 100
    assert crosses(axes, NINE) == [pytest.approx((1.0, top))]


def test_intervals_are_those_of_the_table(cells, runs):
    set_losses(cells, [0.9, 0.5, 0.2, np.inf, np.inf])
    row = (cells["dataset"] == "wine") & (cells["beta"] == 0.9)
    cells.loc[row, "train_loss_final_median_low"] = [1.6, 0.8, 0.2, 0.2, np.inf]
    cells.loc[row, "train_loss_final_median_high"] = [2.0, 1.2, np.inf, np.inf, np.inf]
    axes = drawn(cells, runs, intervals=True)
    (band,) = (
        one
        for one in axes.collections
        if isinstance(one, PolyCollection) and same_color(one.get_facecolor()[0][:3], NINE.color)
    )
    corners = {tuple(point) for path in band.get_paths() for point in path.vertices.round(6)}
    assert {(0.003, 0.8), (0.003, 1.0), (0.03, 0.4), (0.03, 0.6), (0.3, 0.1)} <= corners
    assert max(y for x, y in corners if x == 0.3) > axes.get_ylim()[1]  # no upper end
    assert max(x for x, _ in corners) == 0.3


def test_isolation_has_a_panel_for_each_data_set_and_batch_size(study):
    figure = isolation.draw(study["cells"], study["runs"], LEVEL)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["digits", "", "", "wine", "", ""]
    assert bold(figure) == ["batch size 8", "batch size 64", "full batch"] * 2
    rows = [figure.axes[:3], figure.axes[3:]]
    for row in rows:
        assert len({axes.get_ylim() for axes in row}) == 1
        assert all(len(axes.collections) == 3 for axes in row)  # an interval for each series
    assert rows[0][0].get_ylim() != rows[1][0].get_ylim()


def test_isolation_shows_each_batch_size_its_own_runs(study):
    figure = isolation.draw(study["cells"], study["runs"], LEVEL)
    compared = compared_cells(study["cells"], study["runs"])
    for axes, batch in zip(figure.axes[3:], ("8", "64", "full"), strict=True):
        rows = compared[
            (compared["dataset"] == "wine")
            & (compared["batch"] == batch)
            & (compared["series"] == NINE)
        ].sort_values("alpha")
        assert np.allclose(line_of(axes, NINE).get_ydata(), rows["loss"])
