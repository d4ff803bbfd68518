"""The figures that compare rules: what they draw, and the styles of arms and batch sizes."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import same_color, to_rgb
from matplotlib.path import Path

from momentum_study.analysis.comparison.budget import trials_until_it_pays
from momentum_study.core.errors import StudyError
from momentum_study.figures import (
    best_of_k,
    condition,
    intervention,
    performance,
    speed_up,
    verdicts,
)
from momentum_study.figures.effects import draw_effects, problem_names, tuned_speed
from momentum_study.figures.layout import layout
from momentum_study.figures.rules import (
    RULE_STYLES,
    RuleStyle,
    Series,
    arm_style,
    arms_in_order,
    batch_styles,
    contrasted,
    rule_style,
)
from momentum_study.figures.style import ratio_axis, ratio_ticks
from momentum_study.figures.verdicts import lay_out
from momentum_study.tables.keys import batches_in_order
from tests import comparison_tables as made
from tests.arms import arm_key, labels
from tests.figures.drawings import LEVEL, bold, draw, titles, written

DATASETS = tuple(made.CONDITION)
LONG = DATASETS[-1]
FIGURES = {
    module.__name__.rpartition(".")[2]: module
    for module in (speed_up, condition, best_of_k, performance, intervention, verdicts)
}


@pytest.fixture(scope="module")
def tables():
    """The tables of each figure, of all data sets and batch sizes."""
    claims, cases = made.claims_and_cases()
    return {
        "speed_up": {"contrasts": made.contrasts()},
        "condition": {
            "contrasts": made.contrasts(),
            "theory": made.theory(),
            "datasets": made.datasets(),
        },
        "best_of_k": {"budget": made.budget(DATASETS)},
        "performance": {"profiles": made.profiles()},
        "intervention": {"advice": made.advice(DATASETS)},
        "verdicts": {"claims": claims, "claim_cases": cases},
    }


@pytest.fixture(scope="module")
def figures(tables):
    return {name: draw(name, own) for name, own in tables.items()}


def panel_of(figure, title):
    (found,) = (axes for axes in figure.axes if axes.get_title(loc="left") == title)
    return found


def panel_to_the_right(figure, title, steps):
    """The panel so many places right of one with a title."""
    return figure.axes[figure.axes.index(panel_of(figure, title)) + steps]


def marks(axes, *, finite=True):
    """Places ``(n, 2)`` of effects: of finite ones, or of infinite ones, which are open."""
    drawn = [
        line
        for line in axes.lines
        if line.get_linestyle() == "None" and line.get_marker() != "x" and not is_arrow(line)
    ]
    chosen = [line for line in drawn if (line.get_markerfacecolor() != "white") == finite]
    return np.vstack([np.empty((0, 2)), *(line.get_xydata() for line in chosen)])


def is_arrow(line):
    return isinstance(line.get_marker(), Path)


def arrows(axes, x, y):
    """Places of the arrows that point into one direction."""
    chosen = [
        line.get_xydata()
        for line in axes.lines
        if is_arrow(line) and np.allclose(line.get_marker().vertices[1], (x, y))
    ]
    return np.vstack([np.empty((0, 2)), *chosen])


def crosses(axes):
    """Places of the crosses."""
    chosen = [line.get_xydata() for line in axes.lines if line.get_marker() == "x"]
    return np.vstack([np.empty((0, 2)), *chosen])


def bars(axes):
    """Ends of all bars, ``(n, 2, 2)``."""
    segments = [
        segment
        for lines in axes.collections
        if isinstance(lines, LineCollection)
        for segment in lines.get_segments()
        if len(segment) == 2
    ]
    return np.array(segments)


def curves(axes):
    """Points of every line that joins some."""
    return [line.get_xydata() for line in axes.lines if line.get_linestyle() != "None"]


def rows_equal(some, others):
    """Whether two arrays have the same rows, in any order."""
    return np.allclose(sorted(map(tuple, some)), sorted(map(tuple, others)), rtol=1e-9)


@pytest.mark.parametrize("name", FIGURES)
def test_an_empty_table_gives_one_sentence_and_no_panel(name, tables):
    empty = {key: table[:0] for key, table in tables[name].items()}
    figure = draw(name, empty)
    title, sentence = sorted(written(figure), key=lambda text: text != FIGURES[name].TITLE)
    assert title == FIGURES[name].TITLE
    assert re.fullmatch(r"(No|This study) .+[^.]\.", sentence)
    assert not any(axes.axison for axes in figure.axes)


# --- speed-up


def test_speed_ups_are_drawn_where_the_table_has_them(figures, tables):
    contrasts = tables["speed_up"]["contrasts"]
    figure = figures["speed_up"]
    assert sorted(titles(figure)) == sorted(name.replace("_", " ") for name in DATASETS)
    asked = (
        (contrasts["comparison"] == "tuned")
        & (contrasts["criterion"] == "speed")
        & (contrasts["arm_rule"] == "momentum")
        & (contrasts["arm_schedule"] == "constant")
        & (contrasts["gradient_noise"] == 0)
    )
    settings = [*(str(beta) for beta in made.BETAS), "tuned"]
    assert sum(axes.xaxis.get_tick_params()["labelbottom"] for axes in figure.axes) == 4
    for dataset in DATASETS:
        axes = panel_of(figure, dataset.replace("_", " "))
        if axes.xaxis.get_tick_params()["labelbottom"]:
            assert [label.get_text() for label in axes.get_xticklabels()] == settings
        rows = contrasts[asked & (contrasts["dataset"] == dataset)]
        place = labels(rows).str.split().str[1].map(settings.index)
        x = place + rows["batch"].map({"16": -0.2, "64": 0.0, "full": 0.2})
        finite = np.isfinite(rows["effect"])
        assert rows_equal(marks(axes), np.column_stack([x, np.exp(rows["effect"])])[finite])
        bottom, top = axes.get_ylim()
        ends = rows.loc[finite, ["low", "high"]]
        ends = np.exp(ends.where(np.isfinite(ends), rows["effect"], axis=0))
        drawn = [bar[:, 1] for bar in bars(axes) if bottom < bar[0, 1] and bar[1, 1] < top]
        assert rows_equal(drawn, ends.to_numpy())


def test_infinite_speed_ups_are_open_marks_on_the_edge(figures, tables):
    contrasts = tables["speed_up"]["contrasts"]
    for dataset, infinite in (("moons", -np.inf), ("breast_cancer", np.inf)):
        axes = panel_of(figures["speed_up"], dataset.replace("_", " "))
        edge = axes.get_ylim()[0 if infinite < 0 else 1]
        count = (contrasts["dataset"].eq(dataset) & contrasts["effect"].eq(infinite)).sum()
        assert count > 0
        assert marks(axes, finite=False)[:, 1] == pytest.approx([edge] * count)
        for curve in curves(axes):
            assert edge not in curve[:, 1]


def test_an_unbounded_interval_has_an_arrow_and_a_missing_effect_a_cross(figures, tables):
    contrasts = tables["speed_up"]["contrasts"]
    axes = panel_of(figures["speed_up"], "diabetes")
    endless = contrasts["dataset"].eq("diabetes") & contrasts["low"].eq(-np.inf)
    rows = contrasts[endless & np.isfinite(contrasts["effect"])]
    assert len(arrows(axes, 0, -1)) == len(rows) > 0
    assert len(arrows(axes, 0, 1)) == 0
    # An arrow starts at its mark, and no bar goes where it points.
    assert sorted(arrows(axes, 0, -1)[:, 1]) == pytest.approx(sorted(np.exp(rows["effect"])))
    edge = axes.get_ylim()[0]
    assert not [bar for bar in bars(axes)[:, :, 1].tolist() if bar[0] == edge < bar[1]]
    axes = panel_of(figures["speed_up"], "breast cancer")
    assert crosses(axes) == pytest.approx(np.array([[-0.2, axes.get_ylim()[0]]]))


def test_a_line_of_speed_ups_is_broken_where_an_arm_was_not_run(figures):
    axes = panel_of(figures["speed_up"], LONG.replace("_", " "))
    (line,) = (one for one in curves(axes) if len(one) == len(made.BETAS) and one[0, 0] == 0)
    assert list(np.isnan(line[:, 1])) == [beta == 0.98 for beta in made.BETAS]


def test_panels_are_named_by_network_if_a_data_set_has_several():
    contrasts = made.contrasts(("iris", "wine"), ("16",), ("medium", "wide_one"))
    contrasts = contrasts[(contrasts["dataset"] != "wine") | (contrasts["network"] == "medium")]
    assert titles(speed_up.draw(contrasts, LEVEL)) == ["iris, medium", "iris, wide one", "wine"]
    two = pd.concat([contrasts, contrasts[contrasts["dataset"] == "wine"].assign(family="other")])
    assert set(problem_names(two)) == {
        "iris, medium",
        "iris, wide one",
        "wine, momentum",
        "wine, other",
    }


# --- condition number


def test_points_are_at_their_condition_number(figures, tables):
    contrasts = tables["condition"]["contrasts"]
    settings = ("0.5", "0.8", "0.9", "0.95", "tuned")
    for title, batch in (
        ("full batch: no noise", "full"),
        ("batch size 16: minibatch noise", "16"),
    ):
        rows = tuned_speed(contrasts)
        rows = rows[(rows["batch"] == batch) & rows["setting"].isin(settings)]
        rows = rows[np.isfinite(rows["effect"])]
        aside = 1.1 ** (rows["setting"].map(settings.index) - 2)
        x = rows["dataset"].map(made.CONDITION) * aside
        drawn = marks(panel_of(figures["condition"], title))
        assert rows_equal(drawn, np.column_stack([x, np.exp(rows["effect"])]))
    assert titles(figures["condition"]) == [
        "full batch: no noise",
        "batch size 16: minibatch noise",
    ]


def test_lines_of_theory_pass_through_what_the_table_predicts(figures, tables):
    theory = tables["condition"]["theory"]
    for axes in figures["condition"].axes:
        for beta in (0.5, 0.8, 0.9, 0.95):
            line = next(
                one.get_xydata()
                for one in axes.lines
                if len(one.get_xdata()) > 100 and same_color(one.get_color(), color_of(beta))
            )
            rows = theory[theory["beta"] == beta]
            heights = np.exp(np.interp(np.log(rows["kappa"]), *np.log(line).T))
            assert heights == pytest.approx(rows["predicted"].to_numpy(), rel=1e-2)


def color_of(beta):
    return Series(True, beta).color


def test_a_beta_without_a_line_has_no_points(tables):
    contrasts = tables["condition"]["contrasts"]
    others = contrasts[labels(contrasts).isin(["momentum 0.7", "momentum 0.99"])]
    figure = condition.draw(others, made.theory(), made.datasets(), LEVEL)
    assert "No comparison of momentum at a β of theory" in " ".join(written(figure))


def test_data_sets_without_a_finite_condition_number_are_left_out(tables):
    known = made.datasets().replace({"condition_number": {made.CONDITION["digits"]: np.inf}})
    figure = condition.draw(tables["condition"]["contrasts"], made.theory(), known, LEVEL)
    (kappas,) = (note for note in figure.notes if note.startswith("κ: "))
    assert kappas.startswith("κ: 20 moons, 40 diabetes, 60 iris, 300 conditioned, 400 wine")


def test_a_theory_table_without_speed_ups_is_an_error(tables):
    contrasts = tables["condition"]["contrasts"]
    with pytest.raises(StudyError, match="no row of the quantity 'speed_up'"):
        condition.draw(contrasts, made.theory()[:0], made.datasets(), LEVEL)


# --- best of k


def test_lines_are_the_expected_test_losses(figures, tables):
    budget = tables["best_of_k"]["budget"]
    figure = figures["best_of_k"]
    assert len(titles(figure)) == len(DATASETS)
    assert sum(axes.axison for axes in figure.axes) == 2 * len(DATASETS)
    assert [text for text in written(figure) if "batch" in text and len(text) < 20] == [
        "batch size 16",
        "full batch",
    ] * 3
    for dataset, batch in (("iris", "16"), ("wine", "full")):
        axes = panel_to_the_right(figure, dataset, ("16", "full").index(batch))
        rows = budget[(budget["dataset"] == dataset) & (budget["batch"] == batch)]
        drawn = {line.get_color(): line.get_xydata() for line in axes.lines if joins(line)}
        for arm, own in rows.groupby(labels(rows)):
            line = drawn[style_of(arm).color]
            assert line == pytest.approx(own[["trials", "test_loss"]].to_numpy())


def joins(line):
    """Whether it is the line of an arm: not a mark, not the rest of a line, not the loss 1."""
    return line.get_linestyle() != "None" and len(line.get_xdata()) > 2


def test_the_first_number_of_trials_that_pays_is_marked(figures, tables):
    budget = tables["best_of_k"]["budget"]
    pays = trials_until_it_pays(budget)
    for dataset, batch in (("iris", "16"), ("wine", "full")):
        axes = panel_to_the_right(figures["best_of_k"], dataset, ("16", "full").index(batch))
        expected = pays.loc[(pays["dataset"] == dataset) & (pays["batch"] == batch), "trials"]
        assert sorted(marks(axes)[:, 0]) == sorted(k for k in expected if np.isfinite(k))


def test_an_arm_that_never_pays_has_no_mark():
    budget = made.budget(("iris",), ("16",)).assign(advantage_low=-0.1)
    (axes,) = best_of_k.draw(budget, LEVEL).axes
    assert len(marks(axes)) == 0


def test_the_line_of_plain_gradient_descent_continues_after_its_grid(figures, tables):
    budget = tables["best_of_k"]["budget"]
    descent = budget[
        (budget["arm_rule"] == "gd")
        & (budget["dataset"] == "iris")
        & (budget["batch"] == "16")
        & (budget["trials"] == 14)
    ]
    axes = panel_of(figures["best_of_k"], "iris")
    rests = [one.tolist() for one in curves(axes) if len(one) == 2 and one[0, 0] == 14]
    loss = descent["test_loss"].iloc[0]
    assert rests == [[[14.0, loss], [112.0, loss]]]


def test_intervals_are_those_of_descent_and_of_the_most_tuned_momentum(figures, tables):
    budget = tables["best_of_k"]["budget"]
    axes = panel_of(figures["best_of_k"], "iris")
    bands = [one for one in axes.collections if not isinstance(one, LineCollection)]
    assert len(bands) == 2
    for band, arm in zip(bands, ("gd", "momentum tuned"), strict=True):
        rows = budget[(budget["dataset"] == "iris") & (budget["batch"] == "16")]
        rows = rows[labels(rows) == arm]
        heights = band.get_paths()[0].vertices[:, 1]
        assert heights.min() == pytest.approx(rows["test_loss_low"].min())
        assert heights.max() == pytest.approx(rows["test_loss_high"].max())


def test_a_missing_batch_size_of_a_data_set_leaves_its_place_empty():
    budget = made.budget(("iris", "wine"), ("16", "full"))
    budget = budget[(budget["dataset"] != "iris") | (budget["batch"] == "full")]
    figure = best_of_k.draw(budget, LEVEL)
    assert titles(figure) == ["iris", "wine"]
    assert [axes.axison for axes in figure.axes] == [False, True, True, True]
    assert panel_of(figure, "iris") is figure.axes[1]
    assert not figure.axes[0].lines
    assert [axes.yaxis.get_tick_params()["labelleft"] for axes in figure.axes[1:]] == [
        True,
        True,
        False,
    ]


# --- performance profiles


def test_profiles_are_steps_through_the_shares(figures, tables):
    profiles = tables["performance"]["profiles"]
    figure = figures["performance"]
    assert titles(figure) == ["updates to the target, 21 problems", "test loss, 21 problems"]
    for axes, criterion in zip(figure.axes, ("speed", "test_loss"), strict=True):
        own = profiles[profiles["criterion"] == criterion]
        drawn = {line.get_color(): line for line in axes.lines}
        assert len(drawn) == len(set(labels(own)))
        for arm, rows in own.groupby(labels(own)):
            line = drawn[style_of(arm).color]
            assert line.get_drawstyle() == "steps-post"
            assert line.get_xydata() == pytest.approx(rows[["ratio", "share"]].to_numpy())
        assert len(axes.collections) == 2  # bands


def test_families_are_named_where_there_are_several_and_one_problem_is_no_profile():
    two = made.profiles(("speed",), ("momentum", "other_one"))
    assert titles(performance.draw(two, LEVEL)) == [
        "updates to the target, momentum, 21 problems",
        "updates to the target, other one, 21 problems",
    ]
    two.loc[two["family"] == "other_one", "n_problems"] = 1
    assert titles(performance.draw(two, LEVEL)) == ["updates to the target, 21 problems"]


# --- changes during training


def test_gains_of_changes_are_drawn_where_the_table_has_them(figures, tables):
    advice = tables["intervention"]["advice"]
    figure = figures["intervention"]
    grid = np.array(figure.axes).reshape(3, 6)
    names = sorted(name.replace("_", " ") for name in DATASETS)
    assert bold(figure) == [
        "β up,\naverage",
        "β up,\nheavy ball",
        "β down,\naverage",
        "β down,\nheavy ball",
        "α up",
        "α down",
    ]
    assert [axes.get_ylabel() for axes in grid[:, 0]] == ["slow", "oscillating", "neither"]
    for row, column, state, schedule, rule in (
        (0, 0, "slow", "beta_up", "momentum"),
        (0, 1, "slow", "beta_up", "heavy_ball"),
        (1, 5, "oscillating", "rate_down", "momentum"),
        (2, 2, "monotone", "beta_down", "momentum"),
    ):
        axes = grid[row, column]
        rows = advice[(advice["state"] == state) & (advice["arm_schedule"] == schedule)]
        rows = rows[rows["arm_rule"] == rule]
        places = rows["dataset"].str.replace("_", " ").map(names.index)
        places += rows["batch"].map({"16": -0.24, "64": 0.0, "full": 0.24})
        assert rows_equal(marks(axes), np.column_stack([np.exp(rows["effect"]), places]))


def test_numbers_of_pairs_are_at_the_right_for_all_changes(figures, tables):
    advice = tables["intervention"]["advice"]
    grid = np.array(figures["intervention"].axes).reshape(3, 6)
    for row, state in enumerate(("slow", "oscillating", "monotone")):
        counts = {text.get_text() for text in grid[row, -1].texts}
        for dataset, own in advice[advice["state"] == state].groupby("dataset"):
            expected = []
            for batch in ("16", "64", "full"):
                found = own.loc[own["batch"] == batch, "n_pairs"]
                low, high = found.min(), found.max()
                several = f"{low}–{high}" if low < high else f"{low}"
                expected.append("–" if found.empty else several)
            assert " / ".join(expected) in counts, dataset


def test_runs_that_diverged_before_the_change_are_left_out(tables):
    advice = tables["intervention"]["advice"]
    figure = intervention.draw(advice[advice["state"] == "diverged"], LEVEL)
    assert "No grid of this study changes β or α during training." in written(figure)


def test_advised_changes_have_a_bold_frame(figures):
    widths = [axes.spines["top"].get_linewidth() for axes in figures["intervention"].axes]
    bold = np.reshape(widths, (3, 6)) > 1
    assert np.argwhere(bold).tolist() == [[0, 0], [0, 1], [1, 2], [1, 3]]


def is_bold(text):
    return text.get_weight() == "bold"


# --- verdicts


def test_every_case_that_votes_and_every_headline_is_drawn_once(figures, tables):
    cases = tables["verdicts"]["claim_cases"]
    shown_cases = cases[cases["headline"] | cases["votes"]]
    panels = [axes for axes in figures["verdicts"].axes if axes.axison]
    assert [axes.get_title(loc="left") for axes in panels] == [
        "ratio (log scale)",
        "share",
        "arrays",
    ]
    for axes, unit in zip(panels, ("log_ratio", "share", "arrays"), strict=True):
        own = shown_cases.loc[shown_cases["unit"] == unit, "effect"]
        expected = np.exp(own) if unit == "log_ratio" else own
        assert sorted(marks(axes)[:, 0]) == pytest.approx(sorted(expected[np.isfinite(own)]))
        assert len(marks(axes, finite=False)) == np.isinf(own).sum()
        assert len(crosses(axes)) == own.isna().sum()
    assert np.isinf(shown_cases["effect"]).any()
    assert shown_cases["effect"].isna().any()
    assert not np.isclose(marks(panels[0])[:, 0], np.exp(9.0)).any()  # does not vote


def test_cases_fill_the_room_of_their_group_the_smallest_effect_first(tables):
    blocks = lay_out(*tables["verdicts"].values())
    for block in blocks:
        top = block.top
        for group in block.groups:
            assert group.top >= top
            top = group.top + group.height
            count = len(group.cases)
            expected = group.top + (np.arange(count) + 0.5) * group.height / count
            assert group.cases["y"].to_numpy() == pytest.approx(expected)
            assert group.cases["effect"].is_monotonic_increasing or group.headline
        assert top <= block.top + block.height
    assert [group.headline for group in blocks[0].groups] == [True, False, False, False]


def test_many_cases_have_smaller_rows_and_fit_a_page(figures, tables):
    claims, cases = tables["verdicts"].values()
    again = cases[cases["votes"]].assign(case=lambda table: table["case"] + ", again")
    many = pd.concat([cases, again[::2]], ignore_index=True)
    figure = verdicts.draw(claims, many, LEVEL)
    assert many["votes"].sum() > 220
    assert figure.get_figheight() <= 9.3  # inches of a page
    assert "each tuned (18)" in written(figure)


def test_claims_are_in_order_each_with_its_verdict(figures, tables):
    claims = tables["verdicts"]["claims"].set_index("claim")
    canvas = figures["verdicts"].axes[0]
    heavy = [text for text in canvas.texts if is_bold(text)]
    heavy.sort(key=lambda text: text.get_position()[::-1])
    names = [text.get_text() for text in heavy if text.get_position()[0] < 1]
    assert names == [f"C{number}" for number in range(1, 13)]
    tops = {text.get_text(): text.get_position()[1] for text in heavy}
    for name in names:
        verdict = next(
            text.get_text()
            for text in heavy
            if text.get_position()[1] == tops[name] and text.get_position()[0] > 1
        )
        assert verdict == claims.loc[name, "verdict"].replace("_", " ")
    text = column(canvas, "Momentum converges")
    assert text == " ".join(claims["words"])
    counts = column(canvas, "9 for, 8 against")
    assert counts.startswith("9 for, 8 against of 18 cases ")
    assert counts.endswith(" 6 for, 0 against of 6 cases default rule: depends")


def column(canvas, start):
    """Read the lines at and below the one with this start."""
    (first,) = (text for text in canvas.texts if text.get_text().startswith(start))
    x = first.get_position()[0]
    below = [text for text in canvas.texts if text.get_position()[0] == x and not is_bold(text)]
    return " ".join(
        text.get_text() for text in sorted(below, key=lambda one: one.get_position()[1])
    )


def test_the_band_is_as_wide_as_the_margin(figures, tables):
    cases = tables["verdicts"]["claim_cases"]
    (shares,) = (one for one in figures["verdicts"].axes if "share" in one.get_title(loc="left"))
    (margin,) = set(cases.loc[cases["unit"] == "share", "margin"])
    assert {(band.get_x(), band.get_width()) for band in shares.patches} == {(-margin, 2 * margin)}


def test_a_claim_without_a_case_is_shown(tables):
    claims, cases = tables["verdicts"].values()
    words = written(verdicts.draw(claims, cases[cases["claim"] != "C4"], LEVEL))
    assert "no case" in words
    assert "C4" in words
    assert "no case" in written(verdicts.draw(claims, cases[:0], LEVEL))


def test_outcomes_differ_by_mark_and_by_more_than_red_from_green():
    assert len({style.marker for style in verdicts.OUTCOMES.values()}) == 4
    red, _, blue = to_rgb(verdicts.OUTCOMES["for"].color)
    assert blue - red > 0.5
    red, _, blue = to_rgb(verdicts.OUTCOMES["against"].color)
    assert red - blue > 0.5


# --- styles and helpers


def style_of(label):
    return arm_style(arm_key(label))


@pytest.mark.parametrize(
    ("arm", "label"),
    [
        ("gd", "plain gradient descent"),
        ("momentum 0.9", "momentum"),
        ("momentum 0.5", "momentum, β = 0.5"),
        ("momentum_corrected tuned", "bias-corrected, β tuned"),
        ("nesterov 0.9, cosine", "Nesterov, cosine"),
        ("best rule 0.9", "best rule 0.9"),
        ("quasi_hyperbolic 0.5, cosine", "quasi hyperbolic, β = 0.5, cosine"),
    ],
)
def test_labels_of_arms(arm, label):
    assert style_of(arm).label == label


def test_lines_and_colours_of_arms():
    assert style_of("momentum 0.9").color == RULE_STYLES["momentum"].color
    assert style_of("momentum 0.5").color == Series(True, 0.5).color
    for rule in ("momentum", "quasi_hyperbolic"):
        usual, tuned = style_of(f"{rule} 0.9"), style_of(f"{rule} tuned")
        assert tuned.line["linewidth"] > usual.line["linewidth"]
        assert usual.marker == tuned.marker == rule_style(rule).marker


def test_arms_are_in_the_order_of_rules():
    labels = [
        *("gd", "momentum 0.5", "momentum 0.9", "momentum tuned", "adam 0.9"),
        *("a_rule 0.9", "a_rule tuned", "other", "best rule 0.9"),
    ]
    ordered = [arm_key(label) for label in labels]
    assert arms_in_order(ordered[::-1]) == ordered
    assert contrasted(ordered) == {ordered[0], ordered[3]}
    assert contrasted(ordered[:3]) == {ordered[0], ordered[2]}


def test_batch_sizes_are_in_order_and_the_larger_the_darker():
    assert batches_in_order(["full", "64", "128", "8", "8"]) == ["8", "64", "128", "full"]
    styles = batch_styles(["full", "64", "8"])
    shades = [sum(to_rgb(style.color)) for style in styles.values()]
    assert shades == sorted(shades, reverse=True)
    assert len({style.marker for style in styles.values()}) == 3


def panel():
    _, panels = layout("", [], (1, 1), ["a"], height=1.0, gaps=(0, 0), labels=("", "")).draw()
    return panels[0, 0]


@pytest.mark.parametrize("ratios", [[], [np.inf, np.nan, 0.0], [0.5, 30.0]])
def test_an_axis_of_ratios_includes_one_and_all_finite_ratios(ratios):
    axes = panel()
    ratio_axis(axes, "x", ratios, 5)
    low, high = axes.get_xlim()
    inside = [1.0, *(ratio for ratio in ratios if 0 < ratio < np.inf)]
    assert low < min(inside)
    assert max(inside) < high
    assert 1.0 in axes.get_xticks()


def test_ticks_of_ratios_are_as_many_as_there_is_room_for():
    assert ratio_ticks(0.9, 10.0, 5) == pytest.approx([1, 2, 5, 10])
    assert ratio_ticks(0.2, 40.0, 5) == pytest.approx([0.3, 1, 3, 10, 30])
    assert ratio_ticks(0.01, 1000.0, 6) == pytest.approx([0.01, 0.1, 1, 10, 100, 1000])


@pytest.mark.parametrize(("which", "column"), [("x", 0), ("y", 1)])
def test_shares_are_drawn_as_they_are_on_either_axis(which, column):
    axes = panel()
    axes.set(xlim=(-1, 1), ylim=(-1, 1))
    rows = pd.DataFrame(
        {
            "unit": "share",
            "effect": [0.2, -np.inf, np.nan],
            "low": [0.1, -np.inf, np.nan],
            "high": [np.inf, -0.3, np.nan],
        }
    )
    draw_effects(axes, which, [0.0, 0.4, 0.8], rows, RuleStyle("", "black", "-", "o"))
    assert marks(axes)[0, column] == 0.2
    assert marks(axes, finite=False)[0, column] == -1.0
    assert crosses(axes)[0, [column, 1 - column]].tolist() == [-1.0, 0.8]
    (arrow,) = arrows(axes, *((1, 0) if which == "x" else (0, 1)))
    assert arrow[column] == 0.2
    assert sorted(bars(axes)[:, :, column].tolist()) == [[-1.0, -0.3], [0.1, 0.2]]
