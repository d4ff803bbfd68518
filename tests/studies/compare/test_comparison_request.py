"""What the workflow is asked to compare."""

from pathlib import Path

import pytest

from momentum_study.core.errors import StudyError
from momentum_study.studies.compare.request import Name, Request, finished_files, read_request


def test_nothing_is_asked_for() -> None:
    assert read_request({}) is None
    assert read_request({"match": "value"}) is None


def test_a_request_is_read() -> None:
    asked = read_request({"baseline": "published", "candidate": "mine.coarse"})
    assert asked == Request(Name("published"), Name("mine", "coarse"), "auto")
    assert asked.folder == "comparisons/published--mine.coarse"
    # The command line makes numbers of what looks like one.
    numbered = read_request({"baseline": 2024, "candidate": "mine", "match": "position"})
    assert numbered == Request(Name("2024"), Name("mine"), "position")


@pytest.mark.parametrize(
    ("config", "wanted", "message"),
    [
        ({}, True, "compare needs --config baseline=… candidate=…"),
        ({"baseline": "published"}, False, "compare needs --config baseline=… candidate=…"),
        ({"candidate": "mine"}, True, "compare needs --config baseline=… candidate=…"),
        ({"baseline": "a", "candidate": "../b"}, True, "expected a plain name"),
        ({"baseline": "a", "candidate": "b", "match": "valeu"}, True, "did you mean 'value'?"),
    ],
)
def test_wrong_requests_are_refused(config, wanted: bool, message: str) -> None:
    with pytest.raises(StudyError) as caught:
        read_request(config, wanted=wanted)
    assert message in str(caught.value)


def test_files_of_a_study_have_to_be_there(tmp_path: Path) -> None:
    name = Name("mine", "coarse")
    with pytest.raises(StudyError, match="no such study"):
        finished_files(tmp_path, name)
    files = [tmp_path / "mine" / file for file in ("tables/runs.parquet", "provenance.json")]
    files[0].parent.mkdir(parents=True)
    for file in files:
        file.touch()
    assert finished_files(tmp_path, name) == [file.as_posix() for file in files]
