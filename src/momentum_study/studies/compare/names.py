"""What is compared, by name: a study, or one of its grids.

Light on purpose: the workflow reads it at every start.
"""

from dataclasses import dataclass
from pathlib import Path

from momentum_study.core.errors import StudyError
from momentum_study.core.text import plain, suggest
from momentum_study.studies.record import PROVENANCE

RUNS_FILE = "tables/runs.parquet"
"""What is read of a study besides its record, below its folder."""

PUBLISHED = "published"
"""The name under which the published study is compared, whatever its own."""


@dataclass(frozen=True)
class Name:
    """A side of a comparison.

    Attributes
    ----------
    study
        Folder below the results.
    grid
        The one grid that is compared; all of them if None.
    """

    study: str
    grid: str | None = None

    def __str__(self) -> str:
        return self.study if self.grid is None else f"{self.study}.{self.grid}"


def parse(text: str) -> Name:
    """Read the name of a side, ``study`` or ``study.grid``.

    Raises
    ------
    StudyError
        If a part is no plain name: it could lead to any folder.
    """
    study, dot, grid = text.partition(".")
    try:
        return Name(plain(study), plain(grid) if dot else None)
    except ValueError as error:
        raise StudyError(
            f"{text!r}: {error}. A side of a comparison is a study, such as published, or one of "
            "its grids, such as published.momentum"
        ) from None


def check_finished(results: Path, name: Name) -> None:
    """Refuse a study that is not there, or has not come to its end.

    Parameters
    ----------
    results
        Folder of all results.
    name
        Of the study.

    Raises
    ------
    StudyError
        Naming the file that is missing, and what to do.
    """
    folder = results / name.study
    run = f"snakemake --cores all --configfile <the file of {name.study}>"
    if name.study != PUBLISHED and not folder.is_dir():
        studies = [path.parent.name for path in results.glob(f"*/{PROVENANCE}")]
        raise StudyError(
            f"{folder}: no such study. Run it ({run}), or name one that is finished: "
            f"{suggest(name.study, studies)}"
        )
    for file in (PROVENANCE, RUNS_FILE):
        if (folder / file).is_file():
            continue
        if name.study == PUBLISHED:
            raise StudyError(
                f"{folder / file}: missing, and no rule makes it: it comes with the project. "
                "Restore it, or publish a finished study"
            )
        raise StudyError(
            f"{folder / file}: missing, this study is not finished. Run it to its end: {run}"
        )
