from benchmarks import document
from momentum_study.pages import filled


def test_the_page_shows_the_measurements_that_are_kept():
    page = document.PAGE.read_text(encoding="utf-8")
    assert all(f"<!-- table: {name} -->" in page for name in document.CONTENTS)
    assert filled(page, document.CONTENTS) == page, "run `python -m benchmarks.document`"
