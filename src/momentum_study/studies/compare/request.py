"""What the workflow is asked to compare: studies, or single grids of them, by name.

This module imports little, because the workflow reads it at every start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from momentum_study.core.errors import StudyError
from momentum_study.core.text import plain, suggest
from momentum_study.studies.record import PROVENANCE, RUNS_FILE

PUBLISHED = "published"
"""Name of the published study in a comparison."""


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
        If a part is not a plain name, which could lead to any folder.
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
    """Refuse a study that is missing or unfinished.

    Parameters
    ----------
    results
        Folder of all results.
    name
        Of the study.

    Raises
    ------
    StudyError
        If a file is missing; it names the file and the next step.
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
                f"{folder / file}: missing; it is part of the repository and no rule creates it. "
                "Restore it, or publish a finished study"
            )
        raise StudyError(
            f"{folder / file}: missing, this study is not finished. Run it to its end: {run}"
        )


Match = Literal["auto", "value", "position"]
MATCHES: tuple[Match, ...] = get_args(Match)
"""How learning rates are matched; the first is the default."""


@dataclass(frozen=True)
class Request:
    """A comparison that is asked for.

    Attributes
    ----------
    baseline, candidate
        The two sides.
    match
        How their learning rates are matched.
    """

    baseline: Name
    candidate: Name
    match: str

    @property
    def folder(self) -> str:
        """Where it is written, below the results."""
        return f"comparisons/{self.baseline}--{self.candidate}"


def read_request(config: Mapping[str, object], *, wanted: bool = False) -> Request | None:
    """Read the request from the command line of the workflow.

    Parameters
    ----------
    config
        What ``--config`` gave: ``baseline``, ``candidate`` and, if need be, ``match``.
    wanted
        Whether the target ``compare`` was requested.

    Returns
    -------
    Request
        None if there is none.

    Raises
    ------
    StudyError
        If a side is missing or not a name, or the way to match or another key is unknown.
    """
    if unknown := sorted(set(config) - {"baseline", "candidate", "match"}):
        raise StudyError(
            f"--config {unknown[0]}=…: expected baseline, candidate or match for the target "
            "compare, or tables for figures and paper from existing tables; everything else is set "
            "in the configuration file"
        )
    sides = [config.get(side) for side in ("baseline", "candidate")]
    if None in sides:
        if wanted or config:
            raise StudyError(
                "compare needs --config baseline=… candidate=…, each a study such as published, "
                "or one of its grids, such as published.momentum"
            )
        return None
    match = str(config.get("match", MATCHES[0]))
    if match not in MATCHES:
        raise StudyError(f"match={match}: unknown; {suggest(match, MATCHES)}")
    baseline, candidate = (parse(str(side)) for side in sides)
    return Request(baseline, candidate, match)


def finished_files(results: Path, name: Name) -> list[str]:
    """Return the files of a finished study that are compared.

    Raises
    ------
    StudyError
        If it is not finished (`check_finished`).
    """
    check_finished(results, name)
    return [(results / name.study / file).as_posix() for file in (RUNS_FILE, PROVENANCE)]
