"""The page of findings shows the published tables, and its pictures are there."""

import re
from pathlib import Path

import pytest

from momentum_study.commands.document import PAGE, PUBLISHED
from momentum_study.pages import filled
from momentum_study.published import contents

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / PAGE).read_text(encoding="utf-8")


def test_tables_are_those_that_are_published(page: str) -> None:
    tables = contents(ROOT / PUBLISHED)
    assert all(f"<!-- table: {name} -->" in page for name in tables)
    assert filled(page, tables) == page, "run `python -m momentum_study document`"


def test_links_and_pictures_exist(page: str) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", page)
    assert len(targets) > 8
    assert [target for target in targets if not (ROOT / "docs" / target).exists()] == []
