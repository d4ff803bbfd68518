"""The page in a browser, drawn of designs with many, few, long or near names and numbers."""

from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from momentum_study.core.rates import is_linear
from momentum_study.figures.compared import best_cell, compared_cells
from tests.documents.explorer.made_designs import (
    GD,
    Design,
    cells_of,
    design_page,
    random_design,
)
from tests.documents.explorer.made_pages import MadePage

# Faults of the layout, in words: text or shapes outside of what contains them, text on text.
FAULTS = """() => {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) found.push(`page is ${root.scrollWidth} wide`);
  const box = (rect) => [rect.left, rect.top, rect.right, rect.bottom];
  const clipped = (node, [left, top, right, bottom]) => {
    for (let one = node; one; one = one.parentElement) {
      if (!/auto|hidden/.test(getComputedStyle(one).overflow)) continue;
      const rect = one.getBoundingClientRect();
      [left, top] = [Math.max(left, rect.left), Math.max(top, rect.top)];
      [right, bottom] = [Math.min(right, rect.right), Math.min(bottom, rect.bottom)];
    }
    return [left, top, right, bottom];
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    const skipped = "script, option, select, noscript, .skip, .unseen";
    if (!walker.currentNode.data.trim() || node.closest(skipped)) continue;
    if (!node.checkVisibility({contentVisibilityAuto: true})) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    for (const rect of range.getClientRects()) {
      const [left, top, right, bottom] = clipped(node, box(rect));
      if (right - left < 1 || bottom - top < 1) continue;
      const text = walker.currentNode.data.trim().slice(0, 30);
      texts.push({left, top, right, bottom, text});
    }
  }
  for (const {left, right, text} of texts)
    if (left < 0 || right > innerWidth) found.push(`outside the page: ${text}`);
  texts.sort((a, b) => a.top - b.top);
  texts.forEach((a, i) => {
    for (let j = i + 1; j < texts.length && texts[j].top < a.bottom - 3; j++) {
      const b = texts[j];
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 3) found.push(`“${a.text}” on “${b.text}”`);
    }
  });
  for (const chart of document.querySelectorAll(".chart svg")) {
    const axes = [...chart.querySelectorAll(".axis")].map((one) => one.getBoundingClientRect());
    const left = Math.min(...axes.map((one) => one.left));
    const right = Math.max(...axes.map((one) => one.right));
    const top = Math.min(...axes.map((one) => one.top));
    const bottom = Math.max(...axes.map((one) => one.bottom));
    for (const node of chart.querySelectorAll(".band, .curve, .open")) {
      const rect = node.getBoundingClientRect();
      const wide = rect.left < left - 2 || rect.right > right + 2;
      if (wide || rect.top < top - 2 || rect.bottom > bottom + 2)
        found.push(`outside the chart: ${node.getAttribute("class")}`);
    }
    const outer = chart.getBoundingClientRect();
    for (const node of chart.querySelectorAll("text")) {
      const rect = node.getBoundingClientRect();
      if (rect.left < outer.left - 1 || rect.right > outer.right + 1 || rect.top < outer.top - 4)
        found.push(`outside the chart: ${node.textContent}`);
    }
  }
  for (const strip of document.querySelectorAll(".strip")) {
    const outer = strip.getBoundingClientRect();
    let end = null;
    const rates = [...strip.querySelectorAll("[data-cell]")].map((one) => one.title.split(";")[0]);
    if (new Set(rates).size < rates.length) found.push(`equal names of cells ${rates}`);
    for (const node of strip.querySelectorAll("[data-cell]")) {
      const rect = node.getBoundingClientRect();
      if (rect.width < 1.9) found.push(`a cell is ${rect.width} wide`);
      const border = parseFloat(getComputedStyle(node).borderRightWidth);
      if (border > rect.width / 6) found.push(`a gap of ${border} after a cell of ${rect.width}`);
      if (rect.left < outer.left - 1 || rect.right > outer.right + 2.1) found.push("cell outside");
      if (end !== null && rect.left > end + 1) found.push(`a gap of ${rect.left - end}`);
      end = rect.right;
    }
    for (const node of strip.querySelectorAll(".stable, .stable-range")) {
      const rect = node.getBoundingClientRect();
      if (rect.left < outer.left - 2 || rect.right > outer.right + 2) found.push("line outside");
    }
  }
  for (const ticks of document.querySelectorAll(".ticks")) {
    const labels = [...ticks.children].map((one) => one.textContent);
    if (!labels.length) found.push("an axis without ticks");
    if (new Set(labels).size < labels.length) found.push(`equal ticks ${labels}`);
    if (labels.some((label) => label.length > 12)) found.push(`a long tick ${labels}`);
  }
  return [...new Set(found)];
}"""

TICKS = "#maps .panel:first-child > .ticks span"
WIDTHS = [1280, pytest.param(390, marks=pytest.mark.slow)]
STARS = """() => [...document.querySelectorAll("#maps .best, #legend .best")].map((node) => {
  const {left, right, top, bottom} = node.getBoundingClientRect();
  return [(left + right) / 2, (top + bottom) / 2];
})"""


@pytest.fixture
def drawn(opened, tmp_path):
    """Open the page of a design: ``drawn(design, address, **context)``."""

    def draw(design: Design, address: str = "", **settings):
        path, cells = design_page(tmp_path, design)
        return opened(MadePage(path, cells, cells), address, **settings), cells

    return draw


def address(cell: pd.Series, **others: str) -> str:
    parts = [cell["dataset"], cell["rule"], *map(str, (cell["beta"], cell["learning_rate"]))]
    words = [f"{key}={value}" for key, value in others.items()]
    return "#" + "&".join([f"grid={cell['grid']}", *words, *(f"cell={part}" for part in parts)])


# --- Every design --------------------------------------------------------------------------------


SEEDS = [*range(4), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 64))]


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_of_a_page_overlaps_or_leaves_its_place(opened, tmp_path, seed):
    random = np.random.default_rng(seed)
    path, cells = design_page(tmp_path, random_design(seed))
    cell = cells.iloc[random.integers(len(cells))]
    where = address(
        cell,
        axis=random.choice(["alpha", "eta"]),
        metric=random.choice(["train_loss_final", "steps_to_0.1", "update_cosine"]),
        view=random.choice(["maps", "maps", "table"]),
    )
    for width in (1280, 390):
        one = opened(MadePage(path, cells, cells), where, viewport={"width": width, "height": 900})
        assert one.page.locator(".chart").count() == 1
        assert one.page.evaluate(FAULTS) == []
        assert one.errors == []


# --- Infinite losses -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("diverged", "marks", "text"),
    [(0, 0, ""), (1, 1, "1 of its 4 runs diverged"), (3, 1, "at least half"), (4, 1, "Cross")],
)
def test_infinite_quartiles_end_at_the_edge_of_the_chart(drawn, diverged, marks, text):
    # No gradient descent: the only line is that of the cell.
    design = Design({"main": [0.3, 1.0, 5.0]}, [("momentum", 0.9)], diverged=[diverged])
    one, _ = drawn(design, address(cells_of(design).iloc[0]))
    assert one.page.evaluate(FAULTS) == []
    assert one.page.locator(".chart .band").count() == 1
    assert one.page.locator(".chart .open").count() == marks
    assert text in one.text(".series")
    assert ("upper quartile is infinite" in one.text("#details")) == bool(marks)


def test_a_stability_line_beyond_the_rates_is_not_in_the_legend(drawn):
    text = "stability line"
    assert text in drawn(Design({"main": [0.01, 0.1, 1.0]}))[0].text("#legend")
    one, _ = drawn(Design({"main": [1e9, 1e10]}, seed=1))
    assert text not in one.text("#legend")
    assert one.page.locator("#maps .stable-range").count() == 0


# --- Learning rates ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rates",
    [
        np.round(0.02 * np.arange(1, 61), 2),
        0.05 * np.arange(1, 41),
        np.geomspace(1e-3, 1e2, 60),
        np.geomspace(0.01, 30, 200),
        np.append(0.01 * np.arange(1, 41), 10.0),
    ],
    ids=["60 linear", "40 linear", "60 log", "200 log", "another far away"],
)
@pytest.mark.parametrize("width", WIDTHS)
def test_narrow_cells_have_no_gaps_and_whole_stars(drawn, rates, width):
    design = Design({"main": rates}, diverged=[0], losses=(0.01, 0.9))
    # Twice as many pixels, to count those of the stars.
    size = {"width": width, "height": 900}
    one, _ = drawn(design, viewport=size, device_scale_factor=2)
    assert one.page.evaluate(FAULTS) == []
    scale = "linear" if is_linear(rates) else "log"
    assert f"on a {scale} scale" in one.text("#reading")
    picture = Image.open(BytesIO(one.page.screenshot(full_page=True))).convert("L")
    pixels = np.asarray(picture)
    legend, *stars = (
        (pixels[int(2 * y) - 14 : int(2 * y) + 14, int(2 * x) - 14 : int(2 * x) + 14] > 250).sum()
        for x, y in one.page.evaluate(STARS)
    )
    assert len(stars) == 2
    assert min(stars) > 0.8 * legend


def test_cells_of_linear_rates_are_equally_wide(drawn):
    widths = "nodes => nodes.map((node) => node.getBoundingClientRect().width)"
    for rates, equal in ((0.02 * np.arange(1, 61), True), ([0.01, 0.02, 0.05, 0.1], False)):
        one, _ = drawn(Design({"main": rates}))
        found = one.page.locator("#maps .strip").first.locator(".cell").evaluate_all(widths)
        assert (np.ptp(found) < 0.1) == equal


@pytest.mark.parametrize(
    ("rates", "ticks"),
    [
        ([1e9, 1e10], ["10⁹", "10¹⁰"]),
        ([0.1], ["0.1"]),
        ([0.1, 0.10000001], ["0.1", "0.10000001"]),
        ([0.1, 0.2, 0.4], ["0.1", "0.2", "0.4"]),
        (0.02 * np.arange(1, 61), ["0.2", "0.4", "0.6", "0.8", "1", "1.2"]),
        (np.geomspace(1e-12, 1e12, 9), ["10⁻¹²", "10⁻⁶", "1", "10⁶", "10¹²"]),
        ([1.2, 1.3, 1.5, 1.7, 1.8], ["1.2", "1.4", "1.6", "1.8"]),
    ],
)
@pytest.mark.parametrize("width", WIDTHS)
def test_ticks_are_short_and_different(drawn, rates, ticks, width):
    design = Design({"main": rates})
    size = {"width": width, "height": 900}
    one, _ = drawn(design, address(cells_of(design).iloc[0]), viewport=size)
    assert one.page.locator(TICKS).all_text_contents() == ticks
    assert one.page.evaluate(FAULTS) == []


# --- Names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grids", "datasets"),
    [
        (["main"], [f"data{place}" for place in range(12)]),
        (
            [f"grid_of_all_the_learning_rates_and_all_the_coefficients_{i:04}" for i in range(6)],
            [f"survey_of_household_incomes_and_expenditures_wave_{i:02}" for i in range(20)],
        ),
        (["grid" + "x" * 56], [f"{i:02}" + "abcdefghij" * 5 + "12345678" for i in range(40)]),
    ],
    ids=["12 short", "20 long", "40 unbroken"],
)
@pytest.mark.parametrize("width", [1280, 390])
def test_many_and_long_names_fit(drawn, grids, datasets, width):
    design = Design({grid: [0.01, 0.1, 1.0] for grid in grids}, datasets=datasets)
    cell = cells_of(design).iloc[-1]
    size = {"width": width, "height": 900}
    for view in ("maps", "table"):
        one, _ = drawn(design, address(cell, view=view), viewport=size)
        assert one.page.evaluate(FAULTS) == []
    one, _ = drawn(design, viewport=size)
    titles = []
    for page in range(one.page.locator("#from option").count() or 1):
        if page:
            one.page.select_option("#from", index=page)
        titles += one.page.locator("#maps h2").evaluate_all(
            "nodes => nodes.map((one) => one.firstChild.data)"
        )
    assert titles == [name.replace("_", " ") for name in sorted(datasets)]


# --- Equal cells ---------------------------------------------------------------------------------


@pytest.mark.parametrize("distinct", [1, 2, 3])
@pytest.mark.parametrize("arms", [(0.0,), (0.0, 0.5), (0.0, 0.5, 0.9)])
def test_the_best_of_equal_cells_is_that_of_the_figures(drawn, arms, distinct):
    design = Design(
        {"main": [0.01, 0.1, 1.0]},
        [("momentum", beta) for beta in arms] + [GD],
        ["a", "b", "c"],
        distinct=distinct,
        diverged=[0, 0, 0, 4],
        seed=distinct,
    )
    one, cells = drawn(design)
    runs = pd.DataFrame({"dataset": design.datasets, "null_loss": 1.0})
    compared = compared_cells(cells, runs)
    place = "nodes => nodes.map((node) => Number(node.dataset.cell))"
    for dataset, own in compared.groupby("dataset"):
        panel = one.page.locator(f'[data-dataset="{dataset}"]')
        best = best_cell(own).name
        assert panel.locator(".best").evaluate_all(place) == [best]
        rows = [best_cell(row) for _, row in own.groupby(["rule", "beta"])]
        dots = {row.name for row in rows if np.isfinite(row["loss"])} - {best}
        assert set(panel.locator(".best-of-row").evaluate_all(place)) == dots


def test_plain_gradient_descent_is_the_first_of_equal_cells(drawn):
    design = Design(
        {"main": [0.1, 1.0]}, [("momentum", 0.0), ("adam", 0.0), GD], distinct=1, diverged=[0]
    )
    one, cells = drawn(design)
    assert cells["rule"].iloc[0] == "adam"
    best = one.page.locator("#maps .best").first
    assert best.get_attribute("title").startswith("plain gradient descent, α = 0.1")
