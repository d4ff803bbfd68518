from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import same_color
from matplotlib.figure import Figure

from momentum_study.core.errors import StudyError
from momentum_study.figures import lag, noise_floor, quadratic_rates, stability_plane
from momentum_study.figures.predictions import WRONG, beta_axis, draw_dots, rows_of
from momentum_study.figures.stability_plane import REGIMES, edges
from momentum_study.theory import quadratics, tuning
from tests.figures.drawings import written

FIGURES = {
    module.__name__.rpartition(".")[2]: module
    for module in (quadratic_rates, stability_plane, noise_floor, lag)
}
QUANTITIES = {
    "quadratic_rates": ("best_radius", "tuned_radius", "speed_up", "break_even_kappa"),
    "stability_plane": ("regime",),
    "noise_floor": ("variance", "jitter", "variance_simulated", "jitter_simulated"),
    "lag": ("lag",),
}
MISS = 1e-3  # relative difference between measured and predicted


@pytest.fixture(scope="module")
def table(study):
    """The theory table, but every measured value misses the predicted one by a little."""
    table = study["theory"]
    miss = np.where(table["quantity"].str.endswith("_simulated"), 3 * MISS, MISS)
    miss = np.where(table["quantity"] == "regime", 0.0, miss)
    measured, tolerance = table["predicted"] * (1 - miss), 0.01 * table["predicted"].abs()
    error = measured - table["predicted"]
    return table.assign(measured=measured, error=error, tolerance=tolerance, holds=True)


@pytest.fixture
def theory(table):
    """A theory table, to change at will."""
    return table.copy()


@pytest.fixture(scope="module")
def figures(table):
    return {name: module.draw(table) for name, module in FIGURES.items()}


def marks(axes):
    """Places of all marks that no line joins, rings of wrong ones aside."""
    return np.vstack(
        [
            line.get_xydata()
            for line in axes.lines
            if line.get_linestyle() == "None" and not is_ring(line)
        ]
    )


def is_ring(line):
    return line.get_marker() == "o" and same_color(line.get_markeredgecolor(), WRONG)


def rings(figure):
    """Places of the rings, panel by panel."""
    return [
        np.vstack([np.empty((0, 2)), *(line.get_xydata() for line in axes.lines if is_ring(line))])
        for axes in figure.axes
    ]


def curves(axes):
    """The points of all lines of theory, as ``(n, 2)`` each."""
    lines = [line.get_xydata() for line in axes.lines if line.get_linestyle() != "None"]
    for collection in axes.collections:
        if isinstance(collection, LineCollection) and len(collection.get_segments()) > 10:
            segments = np.array(collection.get_segments())
            lines.append(np.vstack([segments[:, 0], segments[-1:, 1]]))
    return [np.asarray(line) for line in lines if len(line) > 2]


def is_on_a_line(axes, x, y):
    """Whether a line passes within a thousandth of a point: a few hundred straight pieces."""
    return any(
        abs(np.interp(np.log(x), np.log(line[:, 0]), line[:, 1]) / y - 1) < 1e-3
        for line in curves(axes)
        if line[0, 0] <= x * (1 + 1e-9) and x <= line[-1, 0] * (1 + 1e-9)
    )


def has_mark(axes, x, y):
    return bool(np.isclose(marks(axes), [x, y], rtol=1e-9, atol=1e-15).all(axis=1).any())


def expected_places(theory, column):
    """Panel, x and y of what each figure shows of ``predicted`` or ``measured``."""
    for row in rows_of(theory, "best_radius", "gd", "momentum", "nesterov").itertuples():
        yield "quadratic_rates", 0, row.kappa, -1 / np.log10(getattr(row, column))
    for row in rows_of(theory, "tuned_radius", "momentum").itertuples():
        yield "quadratic_rates", 0, row.kappa, -1 / np.log10(getattr(row, column))
    for row in rows_of(theory, "speed_up", "momentum").itertuples():
        yield "quadratic_rates", 1, row.kappa, getattr(row, column)
    for panel, quantity in enumerate(("variance", "jitter")):
        for row in rows_of(theory, quantity, "momentum").itertuples():
            unit = (row.rate / 2, row.rate**2)[panel]
            yield "noise_floor", panel, 1 / (1 - row.beta), getattr(row, column) / unit
    for row in rows_of(theory, "lag", "momentum").itertuples():
        limit = row.beta / (1 - row.beta)
        yield "lag", 0, limit, getattr(row, column)
        yield "lag", 1, row.step, getattr(row, column) / limit


def test_lines_of_theory_pass_through_what_the_table_predicts(table, figures):
    places = list(expected_places(table, "predicted"))
    assert len(places) > 300
    for name, panel, x, y in places:
        assert is_on_a_line(figures[name].axes[panel], x, y), (name, panel, x, y)


def test_dots_are_where_the_table_measured(table, figures):
    for name, panel, x, y in expected_places(table, "measured"):
        assert has_mark(figures[name].axes[panel], x, y), (name, panel, x, y)
    for name, panel, x, y in expected_places(table, "predicted"):
        assert not has_mark(figures[name].axes[panel], x, y)


def test_speed_up_of_a_fully_tuned_rule_is_over_the_measured_descent(theory, figures):
    radii = rows_of(theory, "best_radius", "gd", "momentum", "nesterov").set_index(
        ["form", "kappa"]
    )["measured"]
    for form, kappa in radii.drop("gd").index:
        gain = np.log(radii[form, kappa]) / np.log(radii["gd", kappa])
        assert has_mark(figures["quadratic_rates"].axes[1], kappa, gain)


def test_a_momentum_lag_with_bias_correction_is_drawn_at_zero(figures):
    for axes, places in zip(
        figures["lag"].axes, ([1.0, 9.0, 99.0], [1.0, 10.0, 100.0]), strict=True
    ):
        for x in places:
            assert has_mark(axes, x, 0.0)


def test_bars_are_three_standard_errors_around_the_simulated_value(table, figures):
    simulated = rows_of(table, "variance_simulated", "gd", "momentum")
    bars = [
        np.array(segment)
        for collection in figures["noise_floor"].axes[0].collections
        for segment in collection.get_segments()
        if len(segment) == 2
    ]
    assert len(bars) == len(simulated) > 10
    ends = sorted(tuple(bar[:, 1]) for bar in bars)
    floor = simulated["rate"] / 2
    low = (simulated["measured"] - simulated["tolerance"]) / floor
    high = (simulated["measured"] + simulated["tolerance"]) / floor
    assert np.allclose(ends, sorted(zip(low, high, strict=True)))


@pytest.mark.parametrize("name", FIGURES)
def test_no_rings_if_all_measurements_agree(name, figures):
    assert not any(map(len, rings(figures[name])))
    assert any("agree with theory within tolerance" in note for note in figures[name].notes)


@pytest.mark.parametrize(
    ("name", "quantity"), [(name, one) for name in FIGURES for one in QUANTITIES[name]]
)
def test_a_row_that_disagrees_is_ringed_and_counted(name, quantity, theory):
    drawn = theory["beta"].isna() | (theory["beta"] == 0.9)
    wrong = rows_of(theory[drawn], quantity, "momentum").index[-1]
    theory.loc[wrong, "holds"] = False
    figure = FIGURES[name].draw(theory)
    found = rings(figure)
    assert sum(map(len, found)) == (2 if quantity in {"lag", "best_radius"} else 1)  # panels
    for axes, places in zip(figure.axes, found, strict=True):
        for x, y in places:
            assert has_mark(axes, x, y)
    assert any("red rings mark the others" in note for note in figure.notes)


def test_a_wrong_regime_has_the_mark_of_the_measured_regime_and_a_ring(theory):
    rows = rows_of(theory, "regime", "momentum")
    wrong = rows.index[(rows["beta"] == 0.9) & (rows["measured"] == quadratics.OSCILLATING)][0]
    theory.loc[wrong, ["measured", "holds"]] = [float(quadratics.DIVERGING), False]
    figure = stability_plane.draw(theory)
    place = (rows.loc[wrong, "rate"], 10.0)
    assert rings(figure)[0] == pytest.approx(np.array([place]))
    (diverging,) = (line.get_xydata() for line in figure.axes[0].lines if line.get_marker() == "x")
    assert np.isclose(diverging, place).all(axis=1).any()


def test_a_row_without_a_measurement_is_ringed_on_the_edge_of_its_panel(theory):
    row = theory.index[theory["quantity"] == "speed_up"][2]
    theory.loc[row, ["measured", "holds"]] = [np.nan, False]
    figure = quadratic_rates.draw(theory)
    low, _ = figure.axes[1].get_ylim()
    assert rings(figure)[1] == pytest.approx(np.array([[theory.loc[row, "kappa"], low]]))


@pytest.mark.parametrize(("name", "rows"), QUANTITIES.items())
def test_missing_rows_are_an_error(name, rows, theory):
    for quantity in rows:
        with pytest.raises(StudyError, match=f"no row of the quantity '{quantity}' for .*momentum"):
            FIGURES[name].draw(theory[theory["quantity"] != quantity])


def test_each_regime_has_its_own_mark_at_every_case(table, figures):
    for axes, form in zip(
        figures["stability_plane"].axes, ("momentum", "heavy_ball", "nesterov"), strict=True
    ):
        rows = rows_of(table, "regime", form)
        drawn = [line for line in axes.lines if line.get_linestyle() == "None"]
        assert len({(line.get_marker(), line.get_fillstyle()) for line in drawn}) == 4
        for number, line in zip(REGIMES, drawn, strict=True):
            of_regime = rows[rows["measured"] == number]
            assert list(line.get_xdata()) == list(of_regime["rate"])
            assert line.get_ydata() == pytest.approx(1 / (1 - of_regime["beta"].to_numpy()))


@pytest.mark.parametrize("rule", ["momentum", "heavy_ball", "nesterov"])
def test_regions_end_at_the_closed_forms(rule):
    betas = np.array([0.2, 0.5, 0.9, 0.99])
    bounds = edges(rule, betas, 1e-6, 1e4)
    assert (np.diff(bounds, axis=0) >= 0).all()
    for place, beta in enumerate(betas):
        for number, (low, high) in enumerate(pairwise(bounds[:, place])):
            inside = np.geomspace(low * 1.003, high / 1.003, 9) if high > low * 1.01 else []
            assert set(quadratics.regime(rule, beta, inside)) <= {number}
    assert bounds[3] == pytest.approx(quadratics.stability_limit(rule, betas), rel=2.5e-3)


def test_break_even_points_and_limits_are_those_of_the_literature(figures):
    texts = written(figures["quadratic_rates"])
    assert {"κ = 17.9", "κ = 38", "κ = 78", "→ 9", "→ 19", "→ 39"} <= set(texts)


def test_break_even_points_of_other_betas_are_left_out(theory, figures):
    other = rows_of(theory, "break_even_kappa", "momentum")[:1]
    other = other.assign(beta=0.3, predicted=tuning.break_even_kappa(0.3))
    more = pd.concat([theory, other], ignore_index=True)
    assert written(quadratic_rates.draw(more)) == written(figures["quadratic_rates"])


def panel(**limits):
    axes = Figure().subplots()
    axes.set(**limits)
    return axes


def test_the_axis_of_beta_is_stretched_towards_one():
    axes = panel()
    beta_axis(axes, "y", [0.9, 0.0, 0.99, 0.3, 0.9], 2.0)
    assert axes.get_yscale() == "log"
    assert axes.get_ylim() == pytest.approx((0.5, 200))
    assert axes.get_yticks() == pytest.approx([1, 1 / 0.7, 10, 100])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["0", "0.3", "0.9", "0.99"]


def test_labels_of_beta_do_not_overlap():
    axes = panel()
    beta_axis(axes, "x", [0.0, 0.3, 0.5, 0.9], 1.1, apart=0.2)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "", "0.5", "0.9"]


def test_rings_stay_within_their_panel():
    axes = panel(xlim=(0, 1), ylim=(0, 1))
    draw_dots(axes, [0.1, 0.2, 0.3, 0.4], [0.5, 9.0, -9.0, np.nan], [True, False, False, False])
    (ring,) = (line for line in axes.lines if is_ring(line))
    assert ring.get_xydata().tolist() == [[0.2, 1.0], [0.3, 0.0], [0.4, 0.0]]
