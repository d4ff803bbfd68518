"""Tables in pages are replaced by current ones."""

import pandas as pd
import pytest

from momentum_study.core.markdown import filled


def test_a_table_replaces_the_text_between_its_markers() -> None:
    contents = {"one": lambda: pd.DataFrame({"a": [1, 2], "b": [0.5, None]})}
    page = "before\n<!-- table: one -->old<!-- end -->\nafter"
    expected = (
        "before\n<!-- table: one -->\n\n| a | b |\n| --- | --- |\n| 1 | 0.5 |\n| 2 | – |\n\n"
        "<!-- end -->\nafter"
    )
    assert filled(page, contents) == expected
    assert filled(expected, contents) == expected


def test_a_table_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="one"):
        filled("no marker", {"one": pd.DataFrame})


def test_markers_of_an_unknown_table_are_refused() -> None:
    with pytest.raises(KeyError):
        filled("<!-- table: two --><!-- end -->", {})
