"""Reading the record of a finished study, which `provenance` writes."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from momentum_study.config.study import Study
from momentum_study.core.errors import StudyError
from momentum_study.core.text import one_line

PROVENANCE = "provenance.json"
"""The record in the study's folder. It is written last."""

RUNS_FILE = "tables/runs.parquet"
"""Path of the runs in a study's folder."""


class _Record(BaseModel):
    """The fields that this package reads; the others may be anything."""

    study: dict[str, Any]
    formats: dict[str, int] = {}
    python: str = ""
    packages: dict[str, str] = {}
    platform: str = ""
    blas: list[dict[str, Any]] = []
    numpy_simd: dict[str, list[str]] = {}


def read_provenance(path: Path) -> dict[str, Any]:
    """Read a study's ``provenance.json``.

    Raises
    ------
    StudyError
        If it is missing or damaged.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(
            f"{path.parent}: no finished study, {path.name} is missing; run the workflow to its end"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise no_record(path, f"it cannot be read: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("study"), dict):
        raise no_record(path, "it has no configuration under 'study'")
    try:
        _Record.model_validate(content)
    except ValidationError as error:
        raise no_record(path, _first(error)) from None
    return content


def no_record(path: Path, problem: object) -> StudyError:
    """Return the error for a file that is not the record of a finished study."""
    return StudyError(
        f"{path}: expected the record of a finished study, but {one_line(problem)}. "
        "Delete it and run the workflow again"
    )


def _first(error: ValidationError) -> str:
    """Return the first error in one line: its key, and what was expected."""
    first = error.errors(include_url=False)[0]
    return one_line(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")


def study_name(provenance: Mapping[str, Any]) -> str:
    """Return the name of the study."""
    return str(provenance["study"].get("study"))


def configuration(provenance: Mapping[str, Any]) -> Study:
    """Return the configuration that a study was made with.

    Raises
    ------
    StudyError
        If this version cannot read it.
    """
    try:
        return Study.model_validate_json(json.dumps(provenance["study"]))
    except ValidationError as error:
        raise StudyError(
            f"the study {study_name(provenance)!r} was made with another version's configuration: "
            f"{_first(error)}; run the workflow again"
        ) from None
