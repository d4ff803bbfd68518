"""``provenance``: record what made the results."""

import argparse
import json
from pathlib import Path

from momentum_study.config.loading import load_study
from momentum_study.core.atomic import replacing
from momentum_study.studies.provenance import describe
from momentum_study.tables.files import read_table
from momentum_study.tables.schemas.cost import COST


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--configfile", type=Path, required=True, help="the study")
    parser.add_argument("--benchmarks", type=Path, required=True, help="folder of timings")
    parser.add_argument("--costs", type=Path, required=True, help="table of costs")
    parser.add_argument("--output", type=Path, required=True, help="file to write (.json)")


def run(options: argparse.Namespace) -> None:
    """Describe and write."""
    costs = read_table(options.costs, COST)
    description = describe(load_study(options.configfile), options.benchmarks, costs)
    with replacing(options.output) as file:
        file.write(json.dumps(description, indent=2, allow_nan=False).encode() + b"\n")
