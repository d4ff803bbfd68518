"""``document``: write the tables of the pages that show the published study."""

from dataclasses import dataclass
from pathlib import Path

from momentum_study.core.markdown import filled
from momentum_study.studies.published import contents

PUBLISHED = Path("results/published")


@dataclass(frozen=True)
class Options:
    """No options: pages and results have fixed places."""


def run(options: Options) -> None:
    """Update the tables in the pages."""
    for name, tables in contents(PUBLISHED).items():
        page = Path(name)
        page.write_text(filled(page.read_text(encoding="utf-8"), tables), encoding="utf-8")
