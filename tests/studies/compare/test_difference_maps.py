"""Maps of differences: what they show, their fit on the page, their bytes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from momentum_study.figures.cell_map import NO_VALUE
from momentum_study.figures.layout import Sheet
from momentum_study.figures.style import apply_style
from momentum_study.studies.compare import maps
from momentum_study.studies.compare.cells import compared_cells
from tests.figures.drawings import assert_readable, titles
from tests.studies.compare.made_studies import (
    MADE,
    changed,
    compared_studies,
    made_runs,
    write_study,
)

LONG = "a-very-long-name-that-somebody-gave-to-a-study-of-theirs-x.grid"


@pytest.fixture(scope="module")
def cells(results: Path) -> pd.DataFrame:
    apply_style()
    runs = made_runs(factor=0.5)
    grid = {"learning_rates": [0.03, 0.3, 1.0, 3.0]}
    tree = changed(MADE, grid, study="narrower")
    write_study(results / "narrower", tree, runs[runs["learning_rate"] > 0.003])
    _, settings, pairs = compared_studies(results, "made", "narrower")
    assert settings.paired
    return compared_cells(pairs, settings)


def several_panels(cells: pd.DataFrame, count: int, name: str = "set {}") -> pd.DataFrame:
    """The cells of one data set under several names."""
    own = cells[cells["dataset"] == "digits"]
    parts = [own.assign(dataset=name.format(number)) for number in range(count)]
    return pd.concat(parts, ignore_index=True)


def drawn(cells: pd.DataFrame, names: tuple[str, str] = ("made", "narrower")) -> Sheet:
    (which, *_) = [one for one in maps.maps_of(cells) if one.batch == "full"]
    return maps.draw(which, cells, names, maps.limit_of(cells), "5 %")


def of_a_panel(sheet: Sheet) -> list[Rectangle]:
    return [one for one in sheet.axes[0].patches if isinstance(one, Rectangle)]


def test_there_is_a_sheet_for_each_batch_size_in_which_something_differs(cells) -> None:
    assert [one.path for one in maps.maps_of(cells)] == [
        f"main/difference_batch{batch}" for batch in ("8", "64", "full")
    ]
    same = cells.assign(outcome=cells["outcome"].where(cells["batch"] == "8", "same"))
    assert [one.batch for one in maps.maps_of(same)] == ["8"]
    assert maps.maps_of(cells.assign(outcome="same")) == []
    assert maps.maps_of(cells[cells["side"] != "both"]) == []


def test_every_cell_is_drawn_and_only_those_of_both_are_coloured(cells) -> None:
    own = cells[(cells["metric"] == maps.METRIC) & (cells["batch"] == "full")]
    digits = own[own["dataset"] == "digits"]
    patches = of_a_panel(drawn(cells))
    assert len(patches) == len(digits) == 15
    grey = [patch for patch in patches if patch.get_facecolor()[:3] == to_rgb(NO_VALUE)]
    assert len(grey) == (digits["side"] != "both").sum() == 3
    assert {patch.get_hatch() for patch in grey} == {maps.HATCHES["baseline"]}
    undecided = (digits["outcome"] == "undecided").sum()
    hatched = [patch for patch in patches if patch.get_hatch() == maps.HATCHES["undecided"]]
    assert len(hatched) == undecided


def test_blue_is_better_and_the_scale_is_symmetric(cells) -> None:
    colors = {}
    for effect in (-0.7, 0.0, 0.7):
        one_color = cells.assign(effect=effect, kind="loss", outcome="better", side="both")
        colors[effect] = of_a_panel(drawn(one_color))[0].get_facecolor()
    red, _, blue, _ = colors[0.7]
    assert blue > red
    red, _, blue, _ = colors[-0.7]
    assert red > blue
    assert min(colors[0.0][:3]) > 0.9


@pytest.mark.parametrize(
    ("effects", "limit"), [([0.0, 0.01], 1.1), ([-0.5], np.exp(0.5)), ([50.0, -1.0], 10.0)]
)
def test_the_limit_is_that_of_the_largest_effect_within_bounds(cells, effects, limit) -> None:
    rows = cells[cells["metric"] == maps.METRIC].head(len(effects)).assign(kind="loss")
    assert np.exp(maps.limit_of(rows.assign(effect=effects))) == pytest.approx(limit)


def test_data_sets_of_one_side_have_no_panel(cells) -> None:
    only = cells.copy()
    alone = only["dataset"] == "wine"
    only.loc[alone, ["side", "outcome", "matched_by"]] = ["baseline", "", ""]
    shown = titles(drawn(only))
    assert "digits" in shown
    assert "wine" not in shown


@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize("long", [False, True])
def test_words_stay_on_the_page_and_off_each_other(cells, count: int, long: bool) -> None:
    table = several_panels(cells, count)
    names = ("made", "narrower")
    if long:
        name = "a_data_set_with_quite_a_long_name_{}"
        table = several_panels(cells, count, name).replace(
            {"rule": {"momentum": "somebodys_own_rule_with_a_name_that_goes_on"}}
        )
        names = (LONG, LONG.replace("study", "other"))
    assert_readable(drawn(table, names))
