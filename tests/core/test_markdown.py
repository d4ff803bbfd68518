"""Tables in pages are those of today."""

import pandas as pd
import pytest

from momentum_study.core.markdown import filled


def test_a_table_replaces_what_stood_between_its_markers() -> None:
    contents = {"one": lambda: pd.DataFrame({"a": [1, 2], "b": [0.5, None]})}
    page = "before\n<!-- table: one -->old<!-- end -->\nafter"
    expected = (
        "before\n<!-- table: one -->\n\n| a | b |\n| --- | --- |\n| 1 | 0.5 |\n| 2 | – |\n\n"
        "<!-- end -->\nafter"
    )
    assert filled(page, contents) == expected
    assert filled(expected, contents) == expected


def test_a_table_without_a_place_is_no_silent_loss() -> None:
    with pytest.raises(ValueError, match="one"):
        filled("no marker", {"one": pd.DataFrame})


def test_a_name_that_nothing_makes_is_no_empty_table() -> None:
    with pytest.raises(KeyError):
        filled("<!-- table: two --><!-- end -->", {})
