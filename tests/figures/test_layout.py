import json
import re
from itertools import product
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from momentum_study.figures.files import save_drawing, save_picture
from momentum_study.figures.layout import (
    TALLEST,
    fitted,
    label_outer,
    layout,
    paged,
    shortened,
    side_by_side,
)
from momentum_study.figures.style import NORMAL, PIXELS_PER_INCH, WIDTH, text_width
from tests.figures.drawings import titles

BATCHES = ("16", "full")


@pytest.mark.parametrize(
    ("count", "shape"), [(1, (1, 2)), (3, (1, 6)), (4, (2, 4)), (7, (3, 6)), (11, (4, 6))]
)
def test_blocks_fill_their_rows_evenly(count, shape):
    names = [f"set {number}" for number in range(count)]
    blocks = side_by_side(names, BATCHES)
    assert blocks.shape == shape
    assert blocks.places == [(name, batch) for name in names for batch in BATCHES]
    assert blocks.titles == [title for name in names for title in (name, "")]


def test_the_name_is_above_the_first_panel_with_data():
    present = [("iris", "full"), ("wine", "16"), ("wine", "full")]
    assert side_by_side(("iris", "wine"), BATCHES, present).titles == [None, "iris", "wine", ""]


def test_a_name_with_many_panels_fills_a_row():
    assert side_by_side(("iris", "wine"), range(4), most=3).shape == (2, 4)


def drawn(titles, **keywords):
    sizes = {"height": 0.5, "gaps": (0.1, 0.05), "labels": ("x", "y")}
    return layout("Title", ["A note."], (2, 4), titles, **sizes, **keywords).draw()


def test_tick_labels_are_at_the_edges_of_blocks_and_next_to_empty_places():
    _, panels = drawn([None, "a", "b", "", "c", ""])
    label_outer(panels, 2)
    shown = {
        which: np.array([axis.get_tick_params()[which] for axis in axes])
        for which, axes in (
            ("labelleft", [one.yaxis for one in panels.flat]),
            ("labelbottom", [one.xaxis for one in panels.flat]),
        )
    }
    assert shown["labelleft"][[1, 2, 3, 4, 5]].tolist() == [True, True, False, True, False]
    assert shown["labelbottom"][[1, 2, 3, 4, 5]].tolist() == [False, True, True, True, True]


def test_panels_have_one_width_and_wider_gaps_before_blocks():
    _, panels = drawn([""] * 8, blocks=(2, 0.3), sides=(0.5, 0.2))
    left, right = (
        WIDTH * np.array([getattr(axes.get_position(), end) for axes in panels[0]])
        for end in ("x0", "x1")
    )
    assert np.ptp(right - left) == pytest.approx(0)
    assert left[1:] - right[:-1] == pytest.approx([0.1, 0.4, 0.1])
    assert (left[0], right[-1]) == pytest.approx((0.5, WIDTH - 0.2))


def test_heads_are_above_columns_or_blocks():
    for heads in (["one", "two"], ["one", "two", "three", "four"]):
        figure, panels = drawn([""] * 8, blocks=(2, 0.3), heads=heads)
        places = {text.get_text(): text.get_position()[0] for text in figure.texts}
        starts = panels[0, :: 4 // len(heads)]
        expected = [axes.get_position().x0 for axes in starts]
        assert [places[head] for head in heads] == pytest.approx(expected)


@pytest.mark.parametrize(
    "names",
    [
        [
            "household_incomes_and_expenditures_wave_00",
            "household_incomes_and_expenditures_wave_01",
        ],
        ["a" + "x" * 58, "b" + "x" * 58],
        ["x" * 29 + "a" + "x" * 29, "x" * 29 + "b" + "x" * 29],
        ["x" * 40, "x" * 41, "iris"],
        ["".join(letters) for letters in product("ab", repeat=6)],
    ],
)
@pytest.mark.parametrize("most", [60, 20, 7])
def test_shortened_names_stay_different(names, most):
    texts = shortened(names, most)
    assert list(texts) == names
    assert len(set(texts.values())) == len(names)
    assert all(len(text) <= most for text in texts.values())
    assert all(text == name or "…" in text for name, text in texts.items() if len(name) > most)
    assert all(texts[name] == name for name in names if len(name) <= most)


def test_fitted_names_are_as_wide_and_high_as_asked():
    names = ["iris", "W" * 60, "survey of household incomes and expenditures wave 00"]
    for inches, lines in ((1.0, 1), (0.9, 3), (2.0, 2)):
        for text in fitted(dict.fromkeys(names, inches), lines).values():
            assert text.count("\n") < lines
            assert all(text_width(line, NORMAL) <= inches for line in text.split("\n"))


def rows_of_panels(some, fill=lambda *_: None):
    """A page with a panel for each name."""
    sizes = {"height": 0.6, "gaps": (0, 0.2), "labels": ("", "")}
    return layout("T", [], (len(some), 1), some, **sizes), fill


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (7, 1), (8, 2), (15, 3), (40, 6)])
def test_figures_taller_than_a_page_are_continued(count, pages):
    names = [f"set {place}" for place in range(count)]

    figure = paged(names, rows_of_panels)
    assert len(figure.pages) == pages
    assert all(page.get_figheight() <= TALLEST for page in figure.pages)
    assert [title for page in figure.pages for title in titles(page)] == names
    assert max(len(page.axes) for page in figure.pages) - len(figure.pages[-1].axes) < pages


def test_each_panel_is_drawn_once_however_many_pages_there_are():
    drawn = []

    def page(some):
        return rows_of_panels(
            some, lambda _, panels: drawn.extend(zip(panels.flat, some, strict=True))
        )

    figure = paged([f"set {place}" for place in range(40)], page)
    assert [axes for axes, _ in drawn] == [axes for page in figure.pages for axes in page.axes]
    assert [name for _, name in drawn] == [f"set {place}" for place in range(40)]


@pytest.mark.parametrize("key_last", [False, True])
def test_the_label_of_the_x_axes_is_centred_on_panels(key_last):
    sizes = {"height": 0.5, "gaps": (0.1, 0.05), "labels": ("rate", "y")}
    figure, panels = layout(
        "T", [], (2, 4), ["a", "b", "c", "d", "e", "f"], key_last=key_last, **sizes
    ).draw()
    (label,) = (text for text in figure.texts if text.get_text() == "rate")
    last = panels[1, 1] if key_last else panels[0, 3]
    ends = panels[0, 0].get_position().x0, last.get_position().x1
    assert label.get_position()[0] == pytest.approx(sum(ends) / 2)


def test_the_drawings_of_all_pages_are_below_each_other_and_complete(tmp_path):
    names = [f"set {place}" for place in range(30)]

    figure = paged(names, rows_of_panels)
    svg, words, png = (tmp_path / f"figure.{suffix}" for suffix in ("svg", "json", "png"))
    save_drawing(figure, svg, words, "alt")
    save_picture(figure, png)
    whole = ElementTree.fromstring(svg.read_bytes())
    inner = [child for child in whole if child.tag.endswith("svg")]
    assert len(inner) == len(figure.pages) > 1
    tops = [float(child.get("y")) for child in inner]
    ends = [top + float(child.get("height")) for top, child in zip(tops, inner, strict=True)]
    assert [*tops[1:], float(whole.get("viewBox").split()[-1])] == pytest.approx(ends)
    assert 72 * json.loads(words.read_text())["height"] == pytest.approx(ends[-1])
    pieces = svg.read_text().split("<!-- page -->")[1:-1]
    assert [len(re.findall("set [0-9]+<", piece)) for piece in pieces] == [
        len(page.axes) for page in figure.pages
    ]
    for piece in pieces:
        ElementTree.fromstring(piece)
    with Image.open(png) as picture:
        height = picture.height
    assert height == sum(int(page.get_figheight() * PIXELS_PER_INCH) for page in figure.pages)


def test_each_sheet_of_a_picture_keeps_its_colors(tmp_path):
    names = [f"set {place}" for place in range(20)]
    colors = {name: (12 * place, 90, 200 - 9 * place) for place, name in enumerate(names)}

    def page(some):
        def fill(_, panels):
            for axes, name in zip(panels.flat, some, strict=True):
                axes.set_facecolor(np.divide(colors[name], 255))

        return rows_of_panels(some, fill)

    save_picture(paged(names, page), tmp_path / "figure.png")
    with Image.open(tmp_path / "figure.png") as picture:
        middle = np.asarray(picture.convert("RGB"))[:, picture.width // 2 + 3].astype(int)
        assert picture.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    for color in colors.values():
        assert (np.abs(middle - color).max(axis=1) <= 2).sum() > 20
