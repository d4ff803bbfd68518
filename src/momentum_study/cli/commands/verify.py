"""``verify``: hold a finished study against the published one."""

import argparse
from pathlib import Path

from momentum_study.core.atomic import replacing
from momentum_study.studies.verify.report import report_lines, to_json
from momentum_study.studies.verify.study import compare_studies


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--study", default="paper", help="name of a finished study")
    parser.add_argument("--results", type=Path, default=Path("results"), help="results folder")
    parser.add_argument(
        "--published", type=Path, help="published study (default: `published` in the results)"
    )


def run(options: argparse.Namespace) -> int:
    """Compare, write ``verify.json`` beside the results, report; return 1 if not reproduced."""
    here = options.results / options.study
    published = options.published or options.results / "published"
    reproduction = compare_studies(here, published)
    with replacing(here / "verify.json") as file:
        file.write(to_json(reproduction).encode())
    print("\n".join(report_lines(reproduction, str(here), str(published))))
    return 0 if reproduction.reproduced else 1
