from pathlib import Path

import pytest

from benchmarks.document import PAGES
from momentum_study.core.markdown import filled


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_shows_the_recorded_measurements(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    assert filled(page, PAGES[path]) == page, "run `python -m benchmarks.document`"
