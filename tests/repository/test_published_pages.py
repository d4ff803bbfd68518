"""The pages that show the published tables show them as they are, and their pictures are there."""

import re
from pathlib import Path

import pytest

from momentum_study.cli.commands.document import PUBLISHED
from momentum_study.core.markdown import filled
from momentum_study.studies.published import contents
from tests.projects import ROOT

PAGES = contents(ROOT / PUBLISHED)


@pytest.fixture(params=PAGES)
def page(request) -> Path:
    return ROOT / request.param


def test_tables_are_those_that_are_published(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    tables = PAGES[str(page.relative_to(ROOT))]
    assert filled(text, tables) == text, "run `python -m momentum_study document`"


def test_links_and_pictures_exist(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert targets
    assert [target for target in targets if not (page.parent / target).exists()] == []
