import pandas as pd

from benchmarks import document


def test_the_page_shows_the_measurements_that_are_kept():
    page = document.PAGE.read_text(encoding="utf-8")
    assert all(f"<!-- table: {name} -->" in page for name in document.CONTENTS)
    assert document.filled(page) == page, "run `python -m benchmarks.document`"


def test_a_table_replaces_what_stood_between_its_markers(monkeypatch):
    table = pd.DataFrame({"a": [1, 2], "b": [0.5, None]})
    monkeypatch.setattr(document, "CONTENTS", {"one": lambda: table})
    page = "before\n<!-- table: one -->old<!-- end -->\nafter"
    expected = (
        "before\n<!-- table: one -->\n\n| a | b |\n| --- | --- |\n| 1 | 0.5 |\n| 2 | – |\n\n"
        "<!-- end -->\nafter"
    )
    assert document.filled(page) == expected
    assert document.filled(expected) == expected
