"""The two figures of the landscapes, and the styles of rules."""

from itertools import combinations, product

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.legend import Legend

from momentum_study.core.errors import StudyError
from momentum_study.engine.optimizers import RULES
from momentum_study.experiments.landscapes.functions import HEIGHTS, all_landscapes
from momentum_study.figures import exit_times, trajectories
from momentum_study.figures.rules import RULE_STYLES, rule_style
from momentum_study.figures.style import DESCENT
from momentum_study.tables.arms import COMPARISONS
from tests.figures.drawings import LEVEL


@pytest.fixture(scope="module")
def tables(study):
    return study


def panels(figure, kind):
    shape = {"trajectories": (len(trajectories.PICTURES), 3), "exit_times": (3, 6)}[kind]
    return np.array(figure.axes).reshape(shape)


def test_every_panel_has_its_paths_each_once_and_with_their_numbers(figures, tables):
    landscapes, paths = tables["landscapes"], tables["trajectories"]
    grid = panels(figures["trajectories"], "trajectories")
    for row, name in zip(grid, trajectories.PICTURES, strict=True):
        for axes, comparison in zip(row, COMPARISONS, strict=True):
            here = paths[(paths["landscape"] == name) & (paths["comparison"] == comparison)]
            rules = set(here["rule"])
            same_as_descent = set(here.loc[here["beta"] == 0, "rule"]) - {"gd"}
            colors = [line.get_color() for line in axes.lines if line.get_marker() == "None"]
            assert sorted(colors) == sorted(
                RULE_STYLES[rule].color for rule in rules - same_as_descent
            )
            (legend,) = axes.findobj(Legend)
            labels = [text.get_text() for text in legend.get_texts()]
            assert len(labels) == len(rules)
            assert labels.count("β = 0") == len(same_as_descent)
            rows = landscapes[
                (landscapes["landscape"] == name)
                & (landscapes["comparison"] == comparison)
                & (landscapes["rule"] == "gd")
                & (landscapes["height"].isna() | (landscapes["height"] == max(HEIGHTS)))
            ]
            if np.isfinite(rows["median_steps"].iloc[0]):
                assert labels[0] == f"{rows['median_steps'].iloc[0]:.0f}"
            else:
                assert labels[0].endswith("%")


def test_a_diverging_path_is_labelled(figures):
    same_eta = panels(figures["trajectories"], "trajectories")[0, 1]
    (legend,) = same_eta.findobj(Legend)
    assert [text.get_text() for text in legend.get_texts()][-1] == "diverges"


def test_starts_minima_and_windows_are_those_of_the_landscape(figures):
    landscapes = {one.name: one for one in all_landscapes() if one.drawn}
    grid = panels(figures["trajectories"], "trajectories")
    for row, name in zip(grid, trajectories.PICTURES, strict=True):
        landscape = landscapes[name]
        for axes in row:
            np.testing.assert_allclose([axes.get_xlim(), axes.get_ylim()], landscape.window)
            marks = {(line.get_marker(), *line.get_xydata()[0]) for line in axes.lines}
            assert ("o", *landscape.start) in marks
            assert {("*", *point) for point in landscape.minima} <= marks
            assert {("x", *point) for point in landscape.saddles} <= marks


def marks_of(axes, filled):
    """Number of marks, filled for known medians or open for those beyond the budget."""
    lines = [line for line in axes.lines if line.get_marker() not in ("None", "|", "_", "")]
    chosen = [line for line in lines if (line.get_markerfacecolor() != "white") == filled]
    return sum(int(np.isfinite(line.get_ydata()).sum()) for line in chosen)


def test_medians_are_drawn_filled_and_those_beyond_the_budget_open_at_its_end(figures, tables):
    landscapes = tables["landscapes"]
    grid = panels(figures["exit_times"], "exit_times")
    for number, well in enumerate(exit_times.WELLS):
        for axes, comparison in zip(grid[2, number::2], COMPARISONS, strict=True):
            rows = landscapes[
                (landscapes["landscape"] == well) & (landscapes["comparison"] == comparison)
            ]
            known = np.isfinite(rows["median_steps"])
            assert marks_of(axes, filled=True) == known.sum()
            assert marks_of(axes, filled=False) == (~known).sum()
            for line in axes.lines:
                if line.get_markerfacecolor() == "white":
                    assert set(line.get_ydata()) <= set(rows["budget"])
    assert marks_of(grid[2, 0], filled=False) > 0


def test_shares_have_a_mark_for_each_height_and_saddles_one_for_each_rule(figures, tables):
    landscapes = tables["landscapes"]
    grid = panels(figures["exit_times"], "exit_times")
    for number, comparison in enumerate(COMPARISONS):
        rows = landscapes[landscapes["comparison"] == comparison]
        block = grid[:2, 2 * number : 2 * number + 2]
        for row, names in zip(block, (exit_times.SADDLES, exit_times.WELLS), strict=True):
            for axes, name in zip(row, names, strict=True):
                assert marks_of(axes, filled=True) == np.sum(rows["landscape"] == name)


@pytest.mark.parametrize("beta", [0.5, 0.8, 0.9])
def test_the_captions_name_the_fixed_beta_of_the_table(tables, beta):
    landscapes = tables["landscapes"]
    fixed = (landscapes["beta"] > 0) & landscapes["comparison"].isin(["same_alpha", "same_eta"])
    other = landscapes.assign(beta=landscapes["beta"].mask(fixed, beta))
    for sheet in (
        exit_times.draw(other, LEVEL),
        trajectories.draw(other, tables["trajectories"]),
    ):
        text = " ".join(sheet.notes)
        assert f"β = {beta} " in text
        assert f" {1 / (1 - beta):.0f} times as" in text


def test_a_missing_landscape_is_an_error(tables):
    with pytest.raises(StudyError, match="no rows of monkey_saddle"):
        exit_times.draw(
            tables["landscapes"][tables["landscapes"]["landscape"] != "monkey_saddle"], LEVEL
        )
    paths = tables["trajectories"]
    with pytest.raises(StudyError, match="no path on beale"):
        trajectories.draw(tables["landscapes"], paths[paths["landscape"] != "beale"])


def test_every_rule_has_its_own_style_and_plain_gradient_descent_is_black():
    assert set(RULE_STYLES) == set(RULES)
    assert RULE_STYLES["gd"].color == DESCENT
    for attribute in ("label", "color", "marker"):
        assert len({getattr(style, attribute) for style in RULE_STYLES.values()}) == len(RULES)


# Enough names for every style of a user-defined rule.
ADDED_STYLES = {
    (style.color, style.marker): style
    for style in (rule_style(f"rule_{number}") for number in range(100))
}


def test_user_defined_rules_have_their_own_styles():
    assert len(ADDED_STYLES) == 12
    for added, known in product(ADDED_STYLES.values(), RULE_STYLES.values()):
        assert added.marker != known.marker
        assert added.linestyle != known.linestyle
    assert rule_style("my_rule").label == "my rule"
    assert rule_style("adam") is RULE_STYLES["adam"]


# Machado, Oliveira & Fernandes (2009), severity 1.0.
SEEN = {
    "by most": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(color, eye):
    """CIELAB of a colour, as an eye sees it."""
    rgb = np.array(to_rgb(color))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    xyz = to_xyz @ np.clip(eye @ linear, 0.0, 1.0) / [0.9505, 1.0, 1.089]
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eye", SEEN)
def test_colours_differ_for_every_kind_of_colour_vision_and_equal_lines_in_grey(eye):
    for one, other in combinations([*RULE_STYLES.values(), *ADDED_STYLES.values()], 2):
        if one.color == other.color:
            # Two user-defined rules.
            assert one.linestyle != other.linestyle
            continue
        first, second = (lab(style.color, np.array(SEEN[eye])) for style in (one, other))
        assert np.linalg.norm(first - second) > 20
        if one.linestyle == other.linestyle:
            assert abs(first[0] - second[0]) > 15
