"""What differs between what two studies say of themselves: configuration, what computed them."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from momentum_study.core.errors import StudyError
from momentum_study.studies.record import configuration

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


def configuration_contrasts(
    here: Mapping[str, Any], published: Mapping[str, Any]
) -> tuple[Contrast, ...]:
    """Return the keys of the configuration that differ, with both values.

    A key that one of the two leaves out has its default, so that an older study is not another
    one for lack of a key that is new.
    """
    return _contrasts(*(_leaves(_with_defaults(each)) for each in (here, published)))


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
