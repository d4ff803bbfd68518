import numpy as np
import pytest

from momentum_study.figures import edge_of_stability
from tests.figures.drawings import bold


def lines(axes, style):
    return [line for line in axes.lines if line.get_linestyle() == style]


def test_a_line_for_each_run_and_a_limit_for_each_rate(study):
    figure = edge_of_stability.draw(study["sharpness"])
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["digits", "", "wine", ""]
    assert bold(figure) == ["plain gradient descent", "momentum β = 0.9"] * 2
    for axes, beta in zip(figure.axes, (0.0, 0.9, 0.0, 0.9), strict=True):
        assert len(lines(axes, "-")) == 4  # two rates, two replicates
        limits = {2 * (1 + beta) / (1 - beta) / alpha for alpha in (0.03, 0.3)}
        descent = {2 / alpha for alpha in (0.03, 0.3)}
        drawn = [line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == "--"]
        assert sorted(drawn) == pytest.approx(sorted(limits | descent))


def test_a_run_and_its_limit_have_one_colour(study):
    axes = edge_of_stability.draw(study["sharpness"]).axes[0]
    of_limit = {line.get_ydata()[0]: line.get_color() for line in lines(axes, "--")}
    for line in lines(axes, "-"):
        last = line.get_ydata()[-1]
        assert of_limit[min(of_limit, key=lambda limit: abs(limit - last))] == line.get_color()


def test_a_panel_without_a_run_states_that_all_diverged(study):
    rows = study["sharpness"]
    gone = (rows["dataset"] == "wine") & (rows["rule"] == "gd") & (rows["step"] > 0)
    rows = rows.assign(lambda_max=rows["lambda_max"].where(~gone, np.nan))
    wine = edge_of_stability.draw(rows).axes[2]
    assert wine.texts[-1].get_text() == "all runs diverged"


def test_limits_are_labelled_in_a_single_row(study):
    digits = edge_of_stability.draw(study["sharpness"]).axes[0]
    low, high = digits.get_ylim()
    named = {text.get_text(): text.xy[1] for text in digits.texts}
    assert named == {
        f"limit of α = {alpha}": pytest.approx(2 / alpha)
        for alpha in (0.03, 0.3)
        if low < 2 / alpha < high
    }
    assert named
