"""``schema``: write the configuration's schema and the table of its keys."""

import argparse
from pathlib import Path

from momentum_study.config.schema_docs import schema_json, with_key_tables

SCHEMA = Path("workflow/schemas/config.schema.json")
README = Path("config/README.md")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare no flags: the files have fixed places."""


def run(options: argparse.Namespace) -> None:
    """Write both."""
    SCHEMA.write_text(schema_json(), encoding="utf-8")
    README.write_text(with_key_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
