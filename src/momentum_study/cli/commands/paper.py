"""``paper``: typeset the paper from text, tables and figures."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import pyarrow

from momentum_study.core.atomic import replacing
from momentum_study.documents.paper.facts import COLUMNS, StudyFacts, facts
from momentum_study.documents.paper.parts import TABLES
from momentum_study.documents.paper.typesetting import typeset
from momentum_study.tables.files import read_table
from momentum_study.tables.schema import load_table


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    source: Annotated[Path, "main file of the text (.typ)"]
    tables: Annotated[Path, "folder of the tables"]
    figures: Annotated[Path, "folder of the figures"]
    study: StudyFacts
    output: Annotated[Path, "paper to write (.pdf)"]


def run(options: Options) -> None:
    """Typeset the paper and write it."""
    # Typst reads files below one folder only.
    root = Path(os.path.commonpath([options.source.resolve(), options.figures.resolve()]))
    folder = "/" + options.figures.resolve().relative_to(root).as_posix()
    inputs = {
        "facts": _facts(options),
        "plates": {kind: f"{folder}/{path}" for kind, path in options.study.plates.items()},
    }
    # Arrow keeps the memory of tables that are gone; Typst needs it for a paper of many pages.
    pyarrow.default_memory_pool().release_unused()
    pdf = typeset(options.source, root, inputs)
    with replacing(options.output) as file:
        file.write(pdf)


def _facts(options: Options) -> dict[str, Any]:
    tables = {
        name: read_table(options.tables / name, load_table(name), COLUMNS.get(name))
        for name in TABLES
    }
    return facts(tables, options.study)
