"""Files of a study: which are published, whether they are complete, and how pictures compare."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from momentum_study.config.study import Study
from momentum_study.core.errors import RESTORE, StudyError
from momentum_study.figures.jobs import figure_jobs
from momentum_study.runs.design import shards
from momentum_study.studies.record import RUNS_FILE
from momentum_study.studies.verify.findings import ColumnFinding, Comparison
from momentum_study.studies.verify.tolerances import PICTURES, Leeway
from momentum_study.tables.catalogue import SCHEMAS
from momentum_study.tables.files import read_table
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.validation import check_complete

DOCUMENTS = ("paper.pdf", "explorer.html")
"""Made from tables and figures."""

# Without the cells and their curves, which are large and in the explorer, and without the drawings
# (SVG) of figures, which are large and in the paper.
PATTERNS = (
    RUNS_FILE,
    "tables/pairs.parquet",
    "tables/*.csv",
    "figures/**/*.png",
    *DOCUMENTS,
)
# It differs from run to run.
COSTS = "tables/cost.csv"


def compared_files(folder: Path) -> list[str]:
    """Return the paths, in a study's folder, of the files to compare, in order."""
    found = {str(path.relative_to(folder)) for name in PATTERNS for path in folder.glob(name)}
    return sorted(found - {COSTS})


# How files that are not tables or pictures begin and end.
_DOCUMENT_ENDS = {".pdf": (b"%PDF-", b"%%EOF"), ".html": (b"<!DOCTYPE html>", b"</html>")}


def expected_files(study: Study) -> list[str]:
    """Return the paths, in its folder, of the files that a finished study publishes."""
    tables = [Path("tables", name) for name in SCHEMAS]
    published = [str(path) for path in tables if any(path.match(name) for name in PATTERNS)]
    figures = [f"figures/{job.path}.png" for job in figure_jobs(study)]
    return sorted({*published, *figures, *DOCUMENTS} - {COSTS})


def check_files_complete(folder: Path, study: Study) -> None:
    """Check that every file exists and can be read, and that no run is missing.

    Raises
    ------
    StudyError
        If a file is missing or damaged; it names the first one.
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
        else:
            check_document(path)


def check_document(path: Path) -> None:
    """Check that a PDF or a page has its beginning and its end.

    Raises
    ------
    StudyError
        If it is truncated or another kind of file.
    """
    start, end = _DOCUMENT_ENDS[path.suffix]
    content = path.read_bytes()
    if not content.startswith(start) or end not in content[-64:]:
        raise StudyError(f"{path}: expected a complete {path.suffix[1:].upper()} file; {RESTORE}")


def compare_pictures(here: Path, published: Path, leeway: Leeway) -> Comparison:
    """Compare two pictures whose files differ. A row is a pixel, its value the strongest colour.

    Raises
    ------
    StudyError
        If a file is not a picture, or truncated.
    """
    a, b = read_pixels(here), read_pixels(published)
    if a.shape != b.shape:
        sizes = [f"{width} × {height} pixels" for height, width, _ in (a.shape, b.shape)]
        return Comparison(0, problems=(f"here {sizes[0]}, published {sizes[1]}",))
    gaps = np.abs(a - b).max(axis=2)
    distance = 0 if leeway is Leeway.NONE else PICTURES.absolute
    pixels = ColumnFinding(
        column="pixels",
        rows=gaps.size,
        differing=int((gaps > 0).sum()),
        outside=int((gaps > distance).sum()),
        # Rounding can also move a line by a pixel.
        allowed=0 if leeway is Leeway.NONE else int(PICTURES.share * gaps.size),
        largest_gap=float(gaps.max()),
    )
    return Comparison(gaps.size, (pixels,) if pixels.differing else ())


def read_pixels(path: Path) -> NDArray[np.int16]:
    """Return the colours of a picture, ``(height, width, 3)``, from 0 to 255.

    Raises
    ------
    StudyError
        If the file is not a picture, or truncated.
    """
    try:
        with Image.open(path) as picture:
            return np.asarray(picture.convert("RGB"), dtype=np.int16)
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises for damaged files
        raise StudyError(f"{path}: cannot be read as a picture: {error}; {RESTORE}") from None
