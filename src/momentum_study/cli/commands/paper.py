"""``paper``: typeset the paper from its text, the tables and the figures."""

import argparse
import json
import os
from pathlib import Path

from momentum_study.config.verdicts import Verdicts
from momentum_study.core.atomic import replacing
from momentum_study.documents.paper.facts import COLUMNS, StudyFacts, facts
from momentum_study.documents.paper.parts import TABLES
from momentum_study.documents.paper.typesetting import typeset
from momentum_study.tables.files import read_table
from momentum_study.tables.schema import load_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--source", type=Path, required=True, help="main file of the text (.typ)")
    parser.add_argument("--tables", type=Path, required=True, help="folder of the tables")
    parser.add_argument("--figures", type=Path, required=True, help="folder of the figures")
    parser.add_argument(
        "--plates", type=json.loads, required=True, help="kind: path of the figure shown, as JSON"
    )
    parser.add_argument("--study", required=True, help="name of the study")
    parser.add_argument("--description", required=True, help="of the study")
    parser.add_argument("--verdicts", required=True, help="of the configuration, as JSON")
    parser.add_argument("--confidence", type=float, required=True, help="level of intervals")
    parser.add_argument("--resamples", type=int, required=True, help="bootstrap resamples")
    parser.add_argument("--targets", type=float, nargs="+", required=True, help="of the losses")
    parser.add_argument("--loss-limit", type=float, required=True, help="of a divergence")
    parser.add_argument("--output", type=Path, required=True, help="paper to write (.pdf)")


def run(options: argparse.Namespace) -> None:
    """Read, typeset, write."""
    tables = {
        name: read_table(options.tables / name, load_table(name), COLUMNS.get(name))
        for name in TABLES
    }
    study = StudyFacts(
        options.study,
        options.description,
        Verdicts.model_validate_json(options.verdicts),
        options.confidence,
        options.resamples,
        tuple(options.targets),
        options.loss_limit,
        options.plates,
    )
    # Typst reads files below one folder only.
    root = Path(os.path.commonpath([options.source.resolve(), options.figures.resolve()]))
    folder = "/" + options.figures.resolve().relative_to(root).as_posix()
    inputs = {
        "facts": facts(tables, study),
        "plates": {kind: f"{folder}/{path}" for kind, path in options.plates.items()},
    }
    pdf = typeset(options.source, root, inputs)
    with replacing(options.output) as file:
        file.write(pdf)
