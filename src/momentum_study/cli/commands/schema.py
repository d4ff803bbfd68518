"""``schema``: write the schema of the configuration and the tables of its keys."""

from dataclasses import dataclass
from pathlib import Path

from momentum_study.config.schema_docs import schema_json, with_key_tables

SCHEMA = Path("workflow/schemas/config.schema.json")
README = Path("config/README.md")


@dataclass(frozen=True)
class Options:
    """No options: the files have fixed places."""


def run(options: Options) -> None:
    """Write both files."""
    SCHEMA.write_text(schema_json(), encoding="utf-8")
    README.write_text(with_key_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
