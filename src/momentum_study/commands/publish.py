"""``publish``: copy a finished study's results to `results/published`, in place of what is there.

No rule of the workflow does this: what is published is a decision.
"""

import argparse
import shutil
from pathlib import Path

from momentum_study.errors import StudyError

# Not the cells and their curves, which are large and in the explorer; and figures as pictures: the
# drawings beside them are twice as large, and in the paper.
PATTERNS = (
    "tables/runs.parquet",
    "tables/pairs.parquet",
    "tables/*.csv",
    "figures/**/*.png",
    "paper.pdf",
    "explorer.html",
    "provenance.json",
)
# They differ from run to run; `provenance.json` has their sum.
COSTS = "tables/cost.csv"
LIMIT_BYTES = 10 * 10**6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--study", default="paper", help="name of a finished study")
    parser.add_argument("--results", type=Path, default=Path("results"), help="results folder")


def run(options: argparse.Namespace) -> None:
    """Check, then replace."""
    source = options.results / options.study
    if not (source / "provenance.json").is_file():
        raise StudyError(f"{source}: no finished study; run the workflow to its end first")
    found = {path for pattern in PATTERNS for path in source.glob(pattern)}
    files = sorted(found - {source / COSTS})
    size = sum(path.stat().st_size for path in files)
    if size > LIMIT_BYTES:
        raise StudyError(
            f"{source}: {size / 1e6:.1f} MB to publish, more than {LIMIT_BYTES / 1e6:.0f} MB"
        )
    target = options.results / "published"
    fresh = options.results / ".published.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for path in files:
        copy = fresh / path.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    shutil.rmtree(target, ignore_errors=True)
    fresh.replace(target)
    print(f"{target}: {len(files)} files, {size / 1e6:.1f} MB")
