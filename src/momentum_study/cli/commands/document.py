"""``document``: write the tables of the pages that show the published study."""

import argparse
from pathlib import Path

from momentum_study.core.markdown import filled
from momentum_study.studies.published import contents

PUBLISHED = Path("results/published")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare no flags: pages and results have fixed places."""


def run(options: argparse.Namespace) -> None:
    """Write the pages anew."""
    for name, tables in contents(PUBLISHED).items():
        page = Path(name)
        page.write_text(filled(page.read_text(encoding="utf-8"), tables), encoding="utf-8")
