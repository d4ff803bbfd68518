"""Comparison of a study with the published one, file by file."""

import filecmp
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from momentum_study.config.difference import Difference, differences, with_defaults
from momentum_study.core.errors import StudyError
from momentum_study.core.text import suggest
from momentum_study.studies.record import PROVENANCE, RUNS_FILE, read_provenance, study_name
from momentum_study.studies.verify.files import (
    DOCUMENTS,
    check_document,
    compare_pictures,
    compared_files,
)
from momentum_study.studies.verify.findings import Comparison, Finding, Status, of_comparison
from momentum_study.studies.verify.tables import compare_tables, read_values
from momentum_study.studies.verify.tolerances import RUNS_THAT_DIFFER, TABLES, Leeway
from momentum_study.tables.catalogue import SCHEMAS

KERNELS = "BLAS kernels"
"""The main difference of two machines, with values such as ``Haswell``."""


@dataclass(frozen=True)
class Reproduction:
    """Result of the comparison.

    Attributes
    ----------
    study
        Name of both studies.
    configuration
        Keys of the configuration that differ.
    computing_here, computing_published
        What computed the two studies.
    computing
        Differences of these two.
    leeway
        Which part of the tolerances applied.
    findings
        One for each file of either study.
    """

    study: str
    configuration: tuple[Difference, ...]
    computing_here: dict[str, str]
    computing_published: dict[str, str]
    computing: tuple[Difference, ...]
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
            f"{published} contains the study {name!r}, not {study_name(ours)!r}; verify that one, "
            f"or publish yours first: python -m momentum_study publish --study {study_name(ours)}"
        )
    ours_by, theirs_by = computing(ours), computing(theirs)
    differing = differences(ours_by, theirs_by)
    native = "native" in (ours_by["kernels"], theirs_by["kernels"])
    leeway = _leeway(here, published, may_round=native or bool(differing))
    findings = tuple(_findings(here, published, leeway))
    return Reproduction(
        study=name,
        configuration=tuple(
            one
            for one in differences(*(with_defaults(one["study"]) for one in (ours, theirs)))
            # They decide how numbers are computed, not which.
            if one.key != "kernels"
        ),
        computing_here=ours_by,
        computing_published=theirs_by,
        computing=differing,
        leeway=leeway,
        findings=findings,
    )


def _leeway(here: Path, published: Path, *, may_round: bool) -> Leeway:
    """Return how much is tolerated between two studies.

    Nothing if the same portable kernels and versions computed them. Otherwise some rows may be
    beyond the distance, but only if rounding changed many runs: a single changed value among equal
    runs is not tolerated.
    """
    if not may_round:
        return Leeway.NONE
    try:
        runs = compare_table_files(here / RUNS_FILE, published / RUNS_FILE, Leeway.ROUNDING)
    except StudyError:
        return Leeway.ROUNDING
    most = max((column.differing for column in runs.columns), default=0)
    return Leeway.CHAOTIC if most > RUNS_THAT_DIFFER * runs.rows else Leeway.ROUNDING


def _findings(here: Path, published: Path, leeway: Leeway) -> list[Finding]:
    names = sorted({*compared_files(here), *compared_files(published)})
    findings = [_of_file(here, published, name, leeway) for name in names if name not in DOCUMENTS]
    rest_reproduced = all(one.status.reproduced for one in findings)
    return [
        *findings,
        *(
            _of_document(here, published, name, leeway, rest_reproduced)
            for name in names
            if name in DOCUMENTS
        ),
    ]


def _of_file(here: Path, published: Path, name: str, leeway: Leeway) -> Finding:
    ours, theirs = here / name, published / name
    if (status := _by_bytes(ours, theirs)) is not Status.DIFFERENT:
        return Finding(name, status)
    try:
        compare = compare_pictures if ours.suffix == ".png" else compare_table_files
        return of_comparison(name, compare(ours, theirs, leeway))
    except StudyError as error:
        return Finding(name, Status.UNREADABLE, (str(error),))


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


def _of_document(
    here: Path, published: Path, name: str, leeway: Leeway, rest_reproduced: bool
) -> Finding:
    """Compare the bytes of a document. If they differ, judge it by the files that it shows.

    Builds of zlib compress the data of a page differently, so its bytes may differ even where the
    same kernels and versions computed the tables.
    """
    status = _by_bytes(here / name, published / name)
    if status is not Status.DIFFERENT:
        return Finding(name, status)
    try:
        for folder in (here, published):
            check_document(folder / name)
    except StudyError as error:
        return Finding(name, Status.UNREADABLE, (str(error),))
    if not rest_reproduced:
        return Finding(name, status, ("other bytes, because tables or figures differ",))
    if leeway is Leeway.NONE and name.endswith(".pdf"):
        return Finding(name, status, ("other bytes",))
    note = "other bytes, not compared further: it is made from tables that are reproduced"
    return Finding(name, Status.FOLLOWS, (note,))


def computing(provenance: Mapping[str, Any]) -> dict[str, str]:
    """Return what decides how numbers are rounded, by name.

    The processor is left out: portable kernels do not depend on it, and of native ones each job
    may have run on another.
    """
    system, _, library = str(provenance.get("platform", "")).partition("-with-")
    simd = provenance.get("numpy_simd", {})
    return {
        "kernels": str(provenance["study"].get("kernels", "portable")),
        KERNELS: _listed(pool.get("architecture") for pool in provenance.get("blas", ())),
        "BLAS version": _listed(pool.get("version") for pool in provenance.get("blas", ())),
        "NumPy loops": _listed([*simd.get("baseline", ()), *simd.get("found", ())]),
        "Python": ".".join(str(provenance.get("python", "")).split(".")[:2]),
        "system": system.partition("-")[0],
        "C library": library,
        **{name: str(version) for name, version in provenance.get("packages", {}).items()},
    }


def _listed(names: Iterable[Any]) -> str:
    """Write each name once, in order."""
    return ", ".join(dict.fromkeys(map(str, names)))
