"""Versions of what results mean."""

import pytest

from momentum_study.studies.formats import FORMATS, recorded, versions


def test_versions_are_whole_and_say_when_to_raise_them() -> None:
    assert set(FORMATS) == {"tables", "metrics", "splits"}
    for part in FORMATS.values():
        assert isinstance(part.version, int)
        assert part.version >= 1
        assert part.raise_when.startswith("Raise it when ")


def test_what_is_written_is_read_back() -> None:
    assert recorded({"formats": versions()}) == versions()


@pytest.mark.parametrize(
    ("provenance", "expected"),
    [({}, 1), ({"formats": {"metrics": 3}}, 1), ({"formats": {"splits": 2}}, 2)],
)
def test_results_that_name_no_version_are_of_the_first(provenance: dict, expected: int) -> None:
    assert recorded(provenance)["splits"] == expected
