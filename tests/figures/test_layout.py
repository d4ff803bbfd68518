import numpy as np
import pytest

from momentum_study.figures.layout import label_outer, sheet, side_by_side
from momentum_study.figures.style import WIDTH

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
    return sheet("Title", ["A note."], (2, 4), titles, **sizes, **keywords)


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
