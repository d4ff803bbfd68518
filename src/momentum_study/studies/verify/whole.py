"""Whether the files of a study that are published are all there, and whole."""

from pathlib import Path

import pandas as pd

from momentum_study.config.study import Study
from momentum_study.core.errors import RESTORE, StudyError
from momentum_study.figures.jobs import figure_jobs
from momentum_study.runs.design import shards
from momentum_study.studies.verify.files import COSTS, PATTERNS
from momentum_study.studies.verify.pages import read_explorer
from momentum_study.studies.verify.pictures import read_pixels
from momentum_study.tables.catalogue import SCHEMAS
from momentum_study.tables.files import read_table
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.validation import check_complete


def expected_files(study: Study) -> list[str]:
    """Return the paths, within its folder, of what a finished study has to publish."""
    tables = [Path("tables", name) for name in SCHEMAS]
    published = [str(path) for path in tables if any(path.match(name) for name in PATTERNS)]
    figures = [f"figures/{job.path}.png" for job in figure_jobs(study)]
    return sorted({*published, *figures, "paper.pdf", "explorer.html"} - {COSTS})


def check_files_complete(folder: Path, study: Study) -> None:
    """Check that every file is there and can be read, and that no run is missing.

    Raises
    ------
    StudyError
        Naming the first file that is not there or damaged.
    """
    names = expected_files(study)
    if missing := [name for name in names if not (folder / name).is_file()]:
        raise StudyError(
            f"{folder}: {len(missing)} of its {len(names)} files are missing, {missing[0]} first; "
            "run the workflow to its end"
        )
    for name in names:
        path = folder / name
        if path.parent.name == "tables":
            table = read_table(path, SCHEMAS[path.name])
            if path.name == "runs.parquet":
                design = [run for shard in shards(study) for run in shard.runs()]
                check_complete(table, pd.DataFrame(design, columns=list(RUN_KEYS)))
        elif path.suffix == ".png":
            read_pixels(path)
        elif path.suffix == ".html":
            read_explorer(path)
        else:
            _check_pdf(path)


def _check_pdf(path: Path) -> None:
    content = path.read_bytes()
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-64:]:
        raise StudyError(f"{path}: expected a PDF, but it is cut off or none; {RESTORE}")
