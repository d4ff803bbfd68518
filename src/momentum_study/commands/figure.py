"""``figure``: draw one figure from the tables."""

import argparse
import importlib
from pathlib import Path

from momentum_study.figures.catalogue import KINDS, FigureJob
from momentum_study.figures.files import save_drawing, save_picture
from momentum_study.figures.style import apply_style
from momentum_study.keys import RUN_KEYS
from momentum_study.tables import (
    ADVICE,
    BUDGET,
    CASES,
    CELL_CURVES,
    CELLS,
    CLAIMS,
    CONTRASTS,
    DATASETS,
    INITIAL_SHARPNESS,
    LANDSCAPES,
    PROFILES,
    RUNS,
    SHARPNESS,
    STABILITY,
    THEORY,
    TRAJECTORIES,
    read_table,
)

# Schema, and the columns that figures draw from: of large tables not more than these are read.
SOURCES = {
    "cells.parquet": (CELLS, None),
    "runs.parquet": (RUNS, [*RUN_KEYS, "null_loss"]),
    "cell_curves.parquet": (CELL_CURVES, None),
    "initial_sharpness.csv": (INITIAL_SHARPNESS, None),
    "stability.csv": (STABILITY, None),
    "sharpness.csv": (SHARPNESS, None),
    "theory.csv": (THEORY, None),
    "landscapes.csv": (LANDSCAPES, None),
    "trajectories.csv": (TRAJECTORIES, None),
    "contrasts.csv": (CONTRASTS, None),
    "datasets.csv": (DATASETS, None),
    "budget.csv": (BUDGET, None),
    "profiles.csv": (PROFILES, None),
    "advice.csv": (ADVICE, None),
    "claims.csv": (CLAIMS, None),
    "claim_cases.csv": (CASES, None),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--kind", choices=KINDS, required=True, help="which figure")
    parser.add_argument("--grid", default=None, help="of which grid")
    parser.add_argument("--batch", default=None, help="of which batch size")
    parser.add_argument("--tables", type=Path, required=True, help="folder of the tables")
    parser.add_argument("--svg", type=Path, required=True, help="drawing to write")
    parser.add_argument("--png", type=Path, required=True, help="picture to write")
    parser.add_argument("--words", type=Path, required=True, help="words to write, as JSON")


def run(options: argparse.Namespace) -> None:
    """Read the rows of the grid and batch, draw, write."""
    tables = {}
    for name in KINDS[options.kind].tables:
        table = read_table(options.tables / name, *SOURCES[name])
        for key, value in (("grid", options.grid), ("batch", options.batch)):
            if value is not None and key in table:
                table = table[table[key] == value]
        tables[Path(name).stem] = table.reset_index(drop=True)
    apply_style()
    module = importlib.import_module(f"momentum_study.figures.{options.kind}")
    sheet = module.draw(**tables)
    save_picture(sheet, options.png)
    job = FigureJob(options.kind, options.grid, options.batch)
    save_drawing(sheet, options.svg, options.words, job.alt)
