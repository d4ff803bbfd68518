"""``prepare``: split and scale a data set for a block of replicates."""

import argparse
import json
from pathlib import Path

from momentum_study.datasets.files import save_prepared
from momentum_study.datasets.preparation import prepare


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--name", required=True, help="the data set's name in the study")
    parser.add_argument("--source", required=True, help="a built-in source")
    parser.add_argument("--parameters", type=json.loads, default={}, help="JSON object")
    parser.add_argument("--scaling", choices=("standard", "center", "none"))
    parser.add_argument("--seed", type=int, required=True, help="the study's seed")
    parser.add_argument("--first", type=int, required=True, help="first replicate")
    parser.add_argument("--last", type=int, required=True, help="last replicate, included")
    parser.add_argument("--output", type=Path, required=True, help="file to write (.npz)")


def run(options: argparse.Namespace) -> None:
    """Prepare and write."""
    prepared = prepare(
        options.name,
        options.source,
        options.parameters,
        options.scaling,
        options.seed,
        range(options.first, options.last + 1),
    )
    save_prepared(options.output, prepared)
    rows, features = prepared.raw.features.shape
    print(f"{options.output}: {rows} rows, {features} features, {prepared.raw.task}")
    for repair in prepared.repairs:
        print(f"repaired: {repair}")
