"""What two studies say of themselves: name, configuration, and what computed them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from momentum_study.config.study import Study
from momentum_study.errors import StudyError

KERNELS = "BLAS kernels"
"""What is told first of two machines, such as ``Haswell``."""

_ABSENT = "not set"


@dataclass(frozen=True)
class Contrast:
    """One thing that both studies say, and not in the same way."""

    name: str
    here: str
    published: str

    def __str__(self) -> str:
        return f"{self.name}: here {self.here}, published {self.published}"


def read_provenance(path: Path) -> dict[str, Any]:
    """Read a study's ``provenance.json``.

    Raises
    ------
    StudyError
        If there is none, or it is none.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise StudyError(
            f"{path.parent}: no finished study, {path.name} is missing; run the workflow to its end"
        ) from None
    except (OSError, ValueError) as error:
        raise StudyError(f"{path}: cannot be read: {error}") from None
    if not isinstance(content, dict) or not isinstance(content.get("study"), dict):
        raise StudyError(f"{path}: expected a description with the configuration under 'study'")
    return content


def study_name(provenance: Mapping[str, Any]) -> str:
    """Return the name of the study."""
    return str(provenance["study"].get("study"))


def configuration_contrasts(
    here: Mapping[str, Any], published: Mapping[str, Any]
) -> tuple[Contrast, ...]:
    """Return the keys of the configuration that differ, with both values.

    A key that one of the two leaves out has its default, so that an older study is not another
    one for lack of a key that is new.
    """
    return _contrasts(*(_leaves(_with_defaults(each)) for each in (here, published)))


def configuration(provenance: Mapping[str, Any]) -> Study:
    """Return the configuration that a study was made with.

    Raises
    ------
    StudyError
        If it is none of today's.
    """
    try:
        return Study.model_validate_json(json.dumps(provenance["study"]))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise StudyError(
            f"the study {study_name(provenance)!r} was made with another version's configuration: "
            f"{key}: {first['msg']}; run the workflow again"
        ) from None


def _with_defaults(provenance: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        tree: dict[str, Any] = configuration(provenance).model_dump(mode="json")
    except StudyError:
        # The comparison names the keys.
        tree = provenance["study"]
    return tree


def computing_contrasts(
    here: Mapping[str, Any], published: Mapping[str, Any]
) -> tuple[Contrast, ...]:
    """Return what computed the two studies and is not the same: kernels, versions, C library."""
    return _contrasts(computing(here), computing(published))


def computing(provenance: Mapping[str, Any]) -> dict[str, str]:
    """Return what decides how numbers are rounded.

    The processor is not among it: that the kernels are pinned is to make it irrelevant.
    """
    system, _, library = str(provenance.get("platform", "")).partition("-with-")
    simd = provenance.get("numpy_simd", {})
    return {
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


def _leaves(tree: Mapping[str, Any]) -> dict[str, str]:
    """Return the values of a tree of mappings by their dotted path; lists are values."""
    return dict(_walk(tree, ""))


def _walk(tree: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(tree, Mapping) and tree:
        for key, value in tree.items():
            yield from _walk(value, f"{path}.{key}" if path else str(key))
    else:
        yield path, json.dumps(tree, ensure_ascii=False)


def _contrasts(here: Mapping[str, str], published: Mapping[str, str]) -> tuple[Contrast, ...]:
    return tuple(
        Contrast(name, here.get(name, _ABSENT), published.get(name, _ABSENT))
        for name in {**published, **here}
        if here.get(name) != published.get(name)
    )
