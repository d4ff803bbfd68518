"""``publish``: copy a finished study's results to `results/published`, in place of what is there.

No rule of the workflow does this: what is published is a decision.
"""

import argparse
import shutil
from pathlib import Path

from momentum_study.core.errors import StudyError
from momentum_study.studies.record import PROVENANCE, configuration, read_provenance
from momentum_study.studies.verify.whole import check_files_complete, expected_files

LIMIT_BYTES = 10 * 10**6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--study", default="paper", help="name of a finished study")
    parser.add_argument("--results", type=Path, default=Path("results"), help="results folder")


def run(options: argparse.Namespace) -> None:
    """Check, copy, then replace."""
    source = options.results / options.study
    study = configuration(read_provenance(source / PROVENANCE))
    check_files_complete(source, study)
    names = [*expected_files(study), PROVENANCE]
    size = sum((source / name).stat().st_size for name in names)
    if size > LIMIT_BYTES:
        raise StudyError(
            f"{source}: {size / 1e6:.1f} MB to publish, more than {LIMIT_BYTES / 1e6:.0f} MB; "
            "publish a study of fewer runs"
        )
    target = options.results / "published"
    fresh = options.results / ".published.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for name in names:
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, fresh / name)
    _replace(fresh, target)
    print(f"{target}: {len(names)} files, {size / 1e6:.1f} MB")


def _replace(fresh: Path, target: Path) -> None:
    """Put a folder in the place of another, by two renames.

    Whenever this is interrupted, one of the two is there whole: as `target`, or between the
    renames beside it.
    """
    former = target.with_name(".published.old")
    shutil.rmtree(former, ignore_errors=True)
    if target.exists():
        target.rename(former)
    fresh.rename(target)
    shutil.rmtree(former, ignore_errors=True)
