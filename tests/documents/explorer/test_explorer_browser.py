"""The page in a real browser."""

import numpy as np
import pandas as pd
import pytest

from momentum_study.tables.keys import CELL_KEYS
from tests.documents.explorer.made_designs import Design, curves_of, design_page
from tests.documents.explorer.made_pages import MadePage

MAPS = "#maps [role='gridcell']"
TRAIN_LOSS = [f"train_loss_{part}" for part in ("median", "q25", "q75")]

# Contrast of every text with its background; marks on cells are not text.
CONTRASTS = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = (color) => {
    const [r, g, b] = rgba(color).slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor;
      if (rgba(color)[3] === 255) return color;
    }
    return "white";
  };
  const found = [];
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    if (!own || node.closest(".cell, script, option, noscript")) continue;
    if (!node.checkVisibility()) continue;
    const style = getComputedStyle(node);
    const color = node instanceof SVGElement ? style.fill : style.color;
    const [high, low] = [light(color), light(ground(node))].sort((a, b) => b - a);
    found.push([(high + 0.05) / (low + 0.05), node.textContent.trim().slice(0, 40)]);
  }
  return found;
}"""


def choose(page, control, value):
    """Set a control, a list or radio buttons."""
    if page.locator(f"select#{control}").count():
        page.select_option(f"select#{control}", value)
    else:
        page.locator(f"#{control} label", has=page.locator(f"[value='{value}']")).click()


def loss_text(relative):
    text = f"loss {relative:.3g}".rstrip("0") if np.isfinite(relative) else "no median"
    return text.removesuffix(".")


def curves_table(opened):
    """Columns of the table of curves: updates; median and quartiles of the selected cell."""
    opened.page.click("#details summary")
    opened.page.wait_for_selector("#details details tbody tr")
    rows = opened.page.locator("#details details tbody tr").all_inner_texts()
    words = [row.replace(",", "").replace(" to ", " ").split()[:4] for row in rows]
    return np.array(words, dtype=np.float64).T


def polylines(opened):
    nodes = opened.page.locator("#details polyline")
    return nodes.evaluate_all("nodes => nodes.map((node) => node.getAttribute('points'))")


def test_it_opens_from_disk_without_error_and_asks_for_nothing_else(opened, study):
    one = opened(study)
    one.page.locator(MAPS).first.click()
    choose(one.page, "view", "table")
    assert one.errors == []
    assert {url.partition("#")[0] for url in one.requests} == {study.path.as_uri()}


def test_there_is_a_map_for_each_data_set_and_a_cell_for_each_cell(opened, study, cells):
    one = opened(study)
    shown = cells[(cells["grid"] == "main") & (cells["batch"] == "full")]
    assert one.page.locator("#maps [role='grid']").count() == shown["dataset"].nunique()
    assert one.page.locator(MAPS).count() == len(shown)
    for row in shown.itertuples():
        label = one.cell(row.dataset, row.beta, row.alpha).get_attribute("aria-label")
        assert loss_text(row.train_loss_final_median / 2.0) in label
        diverged = f"{row.n_diverged} of" if row.n_diverged else "none of"
        assert f"{diverged} {row.n_runs} runs diverged" in label


def test_the_best_cell_is_the_one_of_the_lowest_loss(opened, study, cells):
    one = opened(study)
    for name, own in cells[(cells["grid"] == "main") & (cells["batch"] == "full")].groupby(
        "dataset"
    ):
        order = own.sort_values(["train_loss_final_median", "alpha", "beta"])
        best = one.page.locator(f'[data-dataset="{name}"] .best')
        assert best.count() == 1
        assert f"α = {order['alpha'].iloc[0]:g};" in best.get_attribute("aria-label")


def test_divergence_has_three_styles(opened, study, cells):
    one = opened(study, "#metric=divergence_rate")
    shown = cells[(cells["grid"] == "main") & (cells["batch"] == "full")]
    rate = shown["divergence_rate"]
    for look, which in (
        ("some", (rate > 0) & (rate < 0.5)),
        ("half", (rate >= 0.5) & (rate < 1)),
        ("all", rate == 1),
    ):
        assert one.page.locator(f"{MAPS}.{look}").count() == which.sum()
    assert (rate == 1).any()


def test_a_missed_target_looks_different_from_divergence(opened, study, cells):
    one = opened(study, "#metric=steps_to_0.1")
    shown = cells[(cells["grid"] == "main") & (cells["batch"] == "full")]
    censored = np.isinf(shown["steps_to_0.1_median"]) & (shown["divergence_rate"] < 0.5)
    assert censored.any()
    missed = one.page.locator(f"{MAPS}.missed")
    assert missed.count() == censored.sum()
    assert "target missed by half" in missed.first.get_attribute("aria-label")


def test_a_click_chooses_a_cell_and_draws_its_curves(opened, study):
    one = opened(study)
    assert polylines(one) == []
    one.cell("wine", 0.9, 0.3).click()
    assert "wine: momentum, β = 0.9, α = 0.3" in one.text("#details h2")
    first = polylines(one)
    assert len(first) >= 2
    assert one.cell("wine", 0.9, 0.3).get_attribute("aria-selected") == "true"
    one.cell("wine", 0.5, 0.03).click()
    assert polylines(one) != first
    assert one.page.locator(f"{MAPS}[aria-selected='true']").count() == 1


def test_curves_are_those_of_the_table(opened, study):
    one = opened(study, "#cell=wine&cell=momentum&cell=0.9&cell=0.3")
    table = study.cell_curves
    own = table[
        (table["grid"] == "main")
        & (table["batch"] == "full")
        & (table["dataset"] == "wine")
        & (table["beta"] == 0.9)
        & (table["learning_rate"] == 0.3)
    ]
    steps, *losses = curves_table(one)
    assert steps.tolist() == own["step"].tolist()
    assert losses == [pytest.approx(own[name], rel=0.06) for name in TRAIN_LOSS]


def test_plain_gradient_descent_is_compared_at_the_same_rate_and_tuned(opened, study, cells):
    one = opened(study, "#cell=wine&cell=momentum&cell=0.9&cell=3")
    text = one.text(".series")
    own = cells[(cells["grid"] == "main") & (cells["batch"] == "full") & (cells["rule"] == "gd")]
    own = own[own["dataset"] == "wine"]
    tuned = own.loc[own["train_loss_final_median"].idxmin(), "alpha"]
    assert "plain gradient descent at the same α" in text
    assert f"plain gradient descent tuned, α = {tuned:g}: the α with the lowest" in text


def test_plain_gradient_descent_of_another_grid_is_named(opened, study):
    one = opened(study, "#grid=others&schedule=cosine&cell=wine&cell=adam&cell=0.9&cell=0.3")
    assert "(of grid “main”, with a constant schedule)" in one.text(".series")


def test_numbers_of_the_selected_cell(opened, study, cells):
    one = opened(study, "#cell=wine&cell=momentum&cell=0.9&cell=0.3")
    keys = {"grid": "main", "batch": "full", "dataset": "wine", "rule": "momentum", "beta": 0.9}
    keys["learning_rate"] = 0.3
    cell = cells[(cells[list(keys)] == pd.Series(keys)).all(axis="columns")].iloc[0]
    own = one.page.locator(".numbers [data-metric='update_cosine']")
    assert "cosine of consecutive updates" in own.locator("th").inner_text()
    value, interval = own.locator("td").first.inner_text().split("\n")
    assert float(value) == pytest.approx(cell["update_cosine_median"], rel=1e-3)
    low, high = map(float, interval.split(" to "))
    assert low == pytest.approx(cell["update_cosine_median_low"], rel=1e-2)
    assert high == pytest.approx(cell["update_cosine_median_high"], rel=1e-2)
    assert f"{cell['n_diverged']} of {cell['n_runs']} runs diverged" in one.text(".runs")


def test_data_of_other_data_sets_are_decoded_when_these_are_chosen(opened, tmp_path):
    rates = [place / 1000 for place in range(1, 21)]
    design = Design({"main": rates}, datasets=[f"data_{place:02}" for place in range(40)])
    path, cells = design_page(tmp_path, design)
    curves = curves_of(design, cells)
    one = opened(MadePage(path, cells, curves))
    unread = """() => [...document.querySelectorAll("script[type='text/plain']")]
        .filter((node) => node.textContent).map((node) => node.id)"""
    assert one.page.evaluate(unread) == ["numbers-1", "curves-0", "curves-1"]
    assert "data sets 1 to 24 of 40" in one.text("#summary")
    one.page.select_option("#from", "data_24")
    assert "data sets 25 to 40 of 40" in one.text("#summary")
    assert one.page.evaluate(unread) == ["curves-0", "curves-1"]
    one.page.fill("#find", "Data 39")
    one.page.press("#find", "Enter")
    assert "one data set with “Data 39”" in one.text("#summary")
    assert one.page.evaluate("document.activeElement.id") == "find"
    own = cells[cells["dataset"] == "data_39"]
    assert one.page.locator(MAPS).count() == len(own)
    for row in own.itertuples():
        label = one.cell("data_39", row.beta, row.alpha).get_attribute("aria-label")
        assert loss_text(row.train_loss_final_median) in label
    cell = own[own["n_diverged"] == 0].iloc[-1]
    one.cell("data_39", cell["beta"], cell["alpha"]).click()
    steps, *losses = curves_table(one)
    expected = curves[(curves[list(CELL_KEYS)] == cell[list(CELL_KEYS)]).all(axis="columns")]
    assert steps.tolist() == expected["step"].tolist()
    assert losses == [pytest.approx(expected[name], rel=0.06) for name in TRAIN_LOSS]
    assert one.page.evaluate(unread) == ["curves-0"]
    one.page.fill("#find", "none such")
    one.page.press("#find", "Enter")
    assert "data sets 25 to 40 of 40, none with “none such”" in one.text("#summary")
    one.page.go_back()
    one.page.wait_for_function("() => document.querySelector('#find').value === 'Data 39'")
    assert "β = 0.9" in one.text("#details h2")
    assert one.errors == []


def test_keys_move_within_a_map_select_and_clear(opened, study):
    one = opened(study)
    keyboard = one.page.keyboard
    one.cell("digits", 0.9, 0.003).focus()
    focused = "document.activeElement.getAttribute('aria-label')"
    for key, expected in (
        ("ArrowRight", "β = 0.9, α = 0.03"),
        ("ArrowDown", "β = 0.5, α = 0.03"),
        ("ArrowDown", "plain gradient descent, α = 0.03"),
        ("ArrowDown", "plain gradient descent, α = 0.03"),
        ("End", "plain gradient descent, α = 3"),
        ("Control+Home", "β = 0.9, α = 0.003"),
        ("ArrowLeft", "β = 0.9, α = 0.003"),
    ):
        keyboard.press(key)
        assert expected in one.page.evaluate(focused)
    keyboard.press("Enter")
    assert "digits: momentum, β = 0.9, α = 0.003" in one.text("#details h2")
    keyboard.press("ArrowRight")
    keyboard.press(" ")
    assert "digits: momentum, β = 0.9, α = 0.03" in one.text("#details h2")
    assert len(polylines(one)) >= 2
    keyboard.press("Escape")
    assert one.text("#details h2") == "Learning curves"
    assert "α = 0.03" in one.page.evaluate(focused)


def test_tab_goes_from_map_to_map(opened, study):
    one = opened(study)
    assert one.page.locator(f"{MAPS}[tabindex='0']").count() == 2
    one.page.locator(f"[data-dataset='digits'] {MAPS.split()[1]}[tabindex='0']").focus()
    one.page.keyboard.press("Tab")
    panel = "document.activeElement.closest('.panel').dataset.dataset"
    assert one.page.evaluate(panel) == "wine"
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert one.page.evaluate(outline) == "solid"


@pytest.mark.parametrize(
    ("start", "control", "value"),
    [
        ("", "grid", "others"),
        ("", "batch", "8"),
        ("", "metric", "update_cosine"),
        ("", "axis", "eta"),
        ("", "view", "table"),
        ("#grid=others", "schedule", "cosine"),
        ("#grid=others", "rule", "adam"),
    ],
)
def test_each_control_changes_the_page(opened, study, start, control, value):
    one = opened(study, start)
    said, address = one.text("#summary"), one.page.url
    assert one.page.locator("#summary[aria-live='polite']").count() == 1
    choose(one.page, control, value)
    assert one.text("#summary") != said
    assert f"{control}={value}" in one.page.url
    one.page.go_back()
    one.page.wait_for_function(
        "said => document.querySelector('#summary').innerText === said", arg=said
    )
    assert one.page.url == address
    assert one.errors == []


def test_test_curves_differ_from_training_curves(opened, study):
    one = opened(study, "#cell=wine&cell=momentum&cell=0.9&cell=0.3")
    before = polylines(one)
    choose(one.page, "details-curve", "test_loss")
    assert "Median test loss" in one.text("#details")
    assert polylines(one) != before


def test_controls_without_a_choice_are_not_there(opened, study):
    one = opened(study)
    assert one.page.locator("select").evaluate_all("nodes => nodes.map((one) => one.id)") == [
        "grid",
        "batch",
        "metric",
    ]


def test_the_address_restores_the_view(opened, study):
    one = opened(study)
    choose(one.page, "batch", "64")
    choose(one.page, "axis", "eta")
    choose(one.page, "metric", "test_score_at_best")
    one.page.locator(MAPS).nth(3).click()
    choose(one.page, "details-curve", "test_loss")
    address = "#" + one.page.url.partition("#")[2]
    again = opened(study, address)
    for selector in ("#summary", "#details", "#maps"):
        assert again.text(selector) == one.text(selector)
    assert polylines(again) == polylines(one)


def test_the_way_back_and_forth(opened, study):
    one = opened(study)
    one.cell("wine", 0.9, 0.3).click()
    choose(one.page, "batch", "8")
    title = one.text("#details h2")
    assert "wine" in title  # the cell stays selected with another batch size
    one.page.go_back()
    one.page.wait_for_function("() => document.querySelector('#batch').value === 'full'")
    one.page.go_back()
    one.page.wait_for_selector("#details .hint")
    one.page.go_forward()
    one.page.go_forward()
    one.page.wait_for_function("() => document.querySelector('#batch').value === '8'")
    assert one.text("#details h2") == title


@pytest.mark.parametrize(
    "address",
    ["#grid=none&batch=x&metric=constructor&axis=z&view=y&cell=a", "#%E0%A4%A", "#cell=1&cell=2"],
)
def test_an_address_of_something_else_shows_the_first_view(opened, study, address):
    one = opened(study, address)
    assert one.text("#summary") == opened(study).text("#summary")
    assert one.errors == []


# Contrast depends on scheme and view, overflow on width and view: every such pair.
@pytest.mark.parametrize(
    ("view", "scheme", "width"),
    [
        *(("maps", "light", 1280), ("maps", "dark", 800), ("maps", "light", 400)),
        *(("table", "dark", 1280), ("table", "light", 800), ("table", "dark", 400)),
    ],
)
def test_every_width_and_theme_is_readable_without_overflow(opened, study, width, scheme, view):
    address = f"#view={view}&metric=steps_to_0.1&cell=wine&cell=momentum&cell=0.9&cell=3"
    size = {"width": width, "height": 900}
    one = opened(study, address, viewport=size, color_scheme=scheme)
    one.page.click("#details summary")
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
    found = one.page.evaluate(CONTRASTS)
    assert len(found) > 50
    assert [text for ratio, text in found if ratio < 4.5] == []


def test_the_theme_follows_the_system_until_it_is_chosen(opened, study):
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = opened(study, color_scheme="light")
    dark = opened(study, color_scheme="dark")
    colors = light.page.evaluate(ground), dark.page.evaluate(ground)
    assert colors[0] != colors[1]
    light.page.get_by_role("button", name="Dark theme").click()
    assert light.page.evaluate(ground) == colors[1]
    assert "theme=dark" in light.page.url
    light.page.get_by_role("button", name="Light theme").click()
    assert light.page.evaluate(ground) == colors[0]


def test_a_narrow_screen_shows_the_details_of_a_cell_that_is_clicked(opened, study):
    one = opened(study, viewport={"width": 400, "height": 800})
    one.cell("digits", 0.9, 0.3).click()
    one.page.wait_for_function(
        "() => document.querySelector('#details h2').getBoundingClientRect().top < innerHeight"
    )
    one.page.get_by_role("button", name="Back to map").click()
    assert "β = 0.9, α = 0.3" in one.page.evaluate("document.activeElement.ariaLabel")


@pytest.mark.parametrize(
    ("grid", "batch", "metric"),
    [
        ("main", "8", "train_loss_final"),
        ("main", "8", "steps_to_0.2"),
        ("main", "64", "divergence_rate"),
        ("others", "full", "update_cosine"),
    ],
)
def test_the_csv_is_the_table_of_cells(opened, study, cells, grid, batch, metric):
    one = opened(study, f"#grid={grid}&batch={batch}&view=table&metric={metric}")
    with one.page.expect_download() as waiting:
        one.page.click("#download")
    text = waiting.value.path().read_text(encoding="utf-8")
    columns = text.split("\n", 1)[0].split(",")
    value = metric if metric == "divergence_rate" else f"{metric}_median"
    assert {"dataset", "beta", "eta", "n_runs", "n_diverged", value, f"{value}_low"} < set(columns)
    shown = cells[(cells["grid"] == grid) & (cells["batch"] == batch)]
    shown = shown[shown["schedule"] == "constant"]
    assert text == shown[columns].to_csv(index=False, lineterminator="\n")
    assert waiting.value.suggested_filename == f"made_{grid}_{batch}_32_constant_{metric}.csv"


def test_the_table_can_be_sorted_and_leads_to_cells_and_back(opened, study, cells):
    one = opened(study, "#view=table&batch=full")
    rows = one.page.locator("#table tbody tr")
    assert rows.count() == ((cells["grid"] == "main") & (cells["batch"] == "full")).sum()
    head = one.page.locator("#table th", has_text="α")
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    rates = rows.locator("td:nth-child(4)").all_text_contents()
    assert [float(rate) for rate in rates] == sorted(map(float, rates))
    head.get_by_role("button").click()
    assert rows.locator("td:nth-child(4)").all_text_contents() == rates[::-1]
    rows.first.get_by_role("link").click()
    one.page.wait_for_selector("#details .runs")
    assert "α = 3" in one.text("#details h2")
    one.page.get_by_role("link", name="Back to the maps").click()
    one.page.wait_for_selector("#maps [aria-selected='true']")


def test_hostile_names_are_harmless_and_shown(opened, hostile):
    one = opened(hostile)
    assert one.page.locator("#maps .panel").count() == 2
    assert "<script>alert(1)</script>" in one.text("#maps")
    assert "</script></style><script>alert(3)</script>" in one.text(".lead")
    for place in (0, -1):
        one.page.locator(MAPS).nth(place).click()
        assert one.page.locator("#details polyline").count()
    address = "#" + one.page.url.partition("#")[2]
    assert opened(hostile, address).text("#details h2") == one.text("#details h2")
    choose(one.page, "view", "table")
    with one.page.expect_download() as waiting:
        one.page.click("#download")
    frame = pd.read_csv(waiting.value.path())
    assert set(frame["dataset"]) == set(hostile.cells["dataset"])
    assert one.page.locator("img").count() == 0
    assert one.errors == []


def test_a_study_without_plain_descent(opened, without_descent):
    one = opened(without_descent)
    one.page.locator(MAPS).first.click()
    assert "no plain gradient descent on this problem" in one.text(".series")
    assert len(polylines(one)) == 1
    assert "plain gradient descent" not in one.text("#reading")
    assert one.errors == []


def test_a_data_set_of_which_every_run_diverged(opened, diverged):
    one = opened(diverged)
    panel = one.page.locator("[data-dataset='wine']")
    assert panel.locator(".cell.all").count() == panel.locator(".cell").count() > 0
    assert panel.locator(".best, .best-of-row").count() == 0
    panel.locator(".cell").first.click()
    assert "4 of 4 runs diverged" in one.text(".runs")
    assert "at least half of its runs have diverged" in one.text(".series")
    for metric in ("steps_to_0.1", "test_score_at_best", "path_ratio", "divergence_rate"):
        choose(one.page, "metric", metric)
    assert one.errors == []
