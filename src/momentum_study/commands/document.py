"""``document``: write the tables of docs/findings.md from the published study."""

import argparse
from pathlib import Path

from momentum_study.pages import filled
from momentum_study.published import contents

PAGE = Path("docs/findings.md")
PUBLISHED = Path("results/published")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare no flags: page and results have fixed places."""


def run(options: argparse.Namespace) -> None:
    """Write the page anew."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(filled(page, contents(PUBLISHED)), encoding="utf-8")
