"""A whole study against the published one."""

import filecmp
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from momentum_study.core.errors import StudyError
from momentum_study.core.text import suggest
from momentum_study.studies.record import PROVENANCE, read_provenance, study_name
from momentum_study.studies.verify.files import compared_files
from momentum_study.studies.verify.findings import Comparison, Finding, Status, of_comparisons
from momentum_study.studies.verify.pages import compare_explorers
from momentum_study.studies.verify.pictures import compare_pictures
from momentum_study.studies.verify.provenance import (
    Contrast,
    computing,
    computing_contrasts,
    configuration_contrasts,
)
from momentum_study.studies.verify.tables import compare_tables
from momentum_study.studies.verify.tolerances import RUNS_THAT_DIFFER, TABLES, Leeway
from momentum_study.studies.verify.values import read_values
from momentum_study.tables.catalogue import SCHEMAS

_PAPER = "paper.pdf"
_RUNS = "tables/runs.parquet"


@dataclass(frozen=True)
class Reproduction:
    """What came out.

    Attributes
    ----------
    study
        Name of both studies.
    configuration
        Keys of the configuration that differ.
    computing_here, computing_published
        What computed each of the two.
    computing
        What of this differs.
    leeway
        How much of the tolerances applied.
    findings
        One for each file that one of the two has.
    """

    study: str
    configuration: tuple[Contrast, ...]
    computing_here: dict[str, str]
    computing_published: dict[str, str]
    computing: tuple[Contrast, ...]
    leeway: Leeway
    findings: tuple[Finding, ...]

    @property
    def reproduced(self) -> bool:
        """Whether the configuration is the same and every file reproduced."""
        return not self.configuration and all(one.status.reproduced for one in self.findings)


def compare_studies(here: Path, published: Path) -> Reproduction:
    """Compare a finished study with the published one, file by file.

    Parameters
    ----------
    here, published
        Their folders.

    Raises
    ------
    StudyError
        If one of the two is not finished, or the published one has another name.
    """
    ours, theirs = (read_provenance(folder / PROVENANCE) for folder in (here, published))
    if (name := study_name(theirs)) != study_name(ours):
        raise StudyError(
            f"{published} holds the study {name!r}, not {study_name(ours)!r}; verify that one, or "
            f"publish yours first: python -m momentum_study publish --study {study_name(ours)}"
        )
    differing = computing_contrasts(ours, theirs)
    leeway = _leeway(here, published, differing)
    findings = tuple(_findings(here, published, leeway))
    return Reproduction(
        study=name,
        configuration=configuration_contrasts(ours, theirs),
        computing_here=computing(ours),
        computing_published=computing(theirs),
        computing=differing,
        leeway=leeway,
        findings=findings,
    )


def _leeway(here: Path, published: Path, differing: tuple[Contrast, ...]) -> Leeway:
    """Say how much is tolerated between two studies.

    Nothing, if the same kernels and versions computed them. Else the share of runs that may have
    become other runs is granted where rounding really reached the runs: an altered value among
    runs that are the same is none.
    """
    if not differing:
        return Leeway.NONE
    try:
        runs = compare_table_files(here / _RUNS, published / _RUNS, Leeway.ROUNDING)
    except StudyError:
        return Leeway.ROUNDING
    most = max((column.differing for column in runs.columns), default=0)
    return Leeway.CHAOS if most > RUNS_THAT_DIFFER * runs.rows else Leeway.ROUNDING


def _findings(here: Path, published: Path, leeway: Leeway) -> Iterator[Finding]:
    names = sorted({*compared_files(here), *compared_files(published)} - {_PAPER})
    findings = [_of_file(here, published, name, leeway) for name in names]
    yield from findings
    if any((folder / _PAPER).exists() for folder in (here, published)):
        yield _of_paper(here, published, leeway, all(one.status.reproduced for one in findings))


def _of_file(here: Path, published: Path, name: str, leeway: Leeway) -> Finding:
    ours, theirs = here / name, published / name
    if (status := _by_bytes(ours, theirs)) is not Status.DIFFERENT:
        return Finding(name, status)
    try:
        return of_comparisons(name, _compared(ours, theirs, leeway))
    except StudyError as error:
        return Finding(name, Status.UNREADABLE, (str(error),))


def _compared(here: Path, published: Path, leeway: Leeway) -> list[Comparison]:
    if here.suffix == ".html":
        return compare_explorers(here, published, leeway)
    if here.suffix == ".png":
        return [compare_pictures(here, published, leeway)]
    return [compare_table_files(here, published, leeway)]


def _by_bytes(here: Path, published: Path) -> Status:
    if not here.exists():
        return Status.MISSING
    if not published.exists():
        return Status.EXTRA
    return Status.IDENTICAL if filecmp.cmp(here, published, shallow=False) else Status.DIFFERENT


def compare_table_files(here: Path, published: Path, leeway: Leeway) -> Comparison:
    """Compare two tables that have a schema.

    Raises
    ------
    StudyError
        If a file cannot be read as a table, or there is no schema of its name.
    """
    if published.name not in SCHEMAS:
        raise StudyError(f"{published}: no table of a study; {suggest(published.name, SCHEMAS)}")
    schema = SCHEMAS[published.name]
    return compare_tables(
        read_values(here, schema),
        read_values(published, schema),
        list(schema.keys),
        TABLES[published.name],
        leeway,
    )


def _of_paper(here: Path, published: Path, leeway: Leeway, rest_reproduced: bool) -> Finding:
    """Judge the paper: its bytes, or else those of which it is made."""
    status = _by_bytes(here / _PAPER, published / _PAPER)
    if status is not Status.DIFFERENT:
        return Finding(_PAPER, status)
    if leeway is Leeway.NONE or not rest_reproduced:
        return Finding(_PAPER, status, ("other bytes",))
    return Finding(
        _PAPER,
        Status.FOLLOWS,
        ("other bytes, not compared further: it is typeset from tables that are reproduced",),
    )
