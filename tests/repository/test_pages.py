"""Links of pages exist, published tables are current, and reliability tests are documented."""

import re
from pathlib import Path

import pytest

from momentum_study.cli.commands.document import PUBLISHED
from momentum_study.core.markdown import filled
from momentum_study.studies.published import contents
from tests.projects import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "config/README.md"])
TABLES = contents(ROOT / PUBLISHED)


def linked(page: Path) -> set[Path]:
    """Return the files of the project that a page links to or shows."""
    targets = re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    return {(page.parent / target).resolve() for target in targets if "://" not in target}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_linked_files_exist(page: Path) -> None:
    assert [str(path) for path in linked(page) if not path.exists()] == []


@pytest.mark.parametrize("name", TABLES)
def test_tables_of_pages_are_the_published_ones(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert filled(text, TABLES[name]) == text, "run `python -m momentum_study document`"


def test_every_reliability_test_is_documented() -> None:
    found = {
        path
        for folder in ("bad_input", "faults", "progress", "same_bytes", "slurm")
        for path in (ROOT / "tests" / folder).glob("test_*.py")
    }
    page = linked(ROOT / "docs/reliability.md")
    assert [path.name for path in sorted(found) if not {path, path.parent} & page] == []
