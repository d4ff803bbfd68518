"""Pages point at what is there; the page on reliability at every test that shows a promise."""

import re
from pathlib import Path

import pytest

from tests.projects import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "config/README.md"])


def linked(page: Path) -> set[Path]:
    """Files of the project that a page links to."""
    targets = re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    return {(page.parent / target).resolve() for target in targets if "://" not in target}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_links_to_exists(page: Path) -> None:
    assert [str(path) for path in linked(page) if not path.exists()] == []


def test_every_test_of_reliability_is_on_its_page() -> None:
    found = {
        path
        for folder in ("bad_input", "faults", "progress", "same_bytes", "slurm")
        for path in (ROOT / "tests" / folder).glob("test_*.py")
    }
    page = linked(ROOT / "docs/reliability.md")
    assert [path.name for path in sorted(found) if not {path, path.parent} & page] == []
