"""``publish``: copy the results of a finished study to `results/published`.

No rule of the workflow does this: publishing is a decision. An earlier published study is replaced.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.core.errors import StudyError
from momentum_study.studies.record import PROVENANCE, configuration, read_provenance
from momentum_study.studies.verify.files import check_files_complete, expected_files

LIMIT_BYTES = 10 * 10**6


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    study: Annotated[str, "name of a finished study"] = "paper"
    results: Annotated[Path, "folder of results"] = Path("results")


def run(options: Options) -> None:
    """Check that all files exist, copy them, then replace the published folder."""
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
    """Replace a folder with another one by two renames.

    An interruption leaves one of the two complete: as `target`, or, between the renames, in the
    same parent folder.
    """
    former = target.with_name(".published.old")
    shutil.rmtree(former, ignore_errors=True)
    if target.exists():
        target.rename(former)
    fresh.rename(target)
    shutil.rmtree(former, ignore_errors=True)
