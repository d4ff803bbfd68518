"""What the workflow is asked to compare."""

from pathlib import Path

import pytest

from momentum_study.core.errors import StudyError
from momentum_study.studies.compare.request import (
    Name,
    Request,
    check_finished,
    finished_files,
    parse,
    read_request,
)


def test_nothing_is_asked_for() -> None:
    assert read_request({}) is None


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
        ({"match": "value"}, False, "compare needs --config baseline=… candidate=…"),
        ({"seed": 3}, False, "--config seed=…: expected baseline, candidate or match"),
        ({"baseline": "a", "candidate": "b", "grid": "c"}, True, "--config grid=…: expected"),
        ({"candidate": "mine"}, True, "compare needs --config baseline=… candidate=…"),
        ({"baseline": "a", "candidate": "../b"}, True, "expected a plain name"),
        ({"baseline": "a", "candidate": "b", "match": "valeu"}, True, "did you mean 'value'?"),
    ],
)
def test_wrong_requests_are_refused(config, wanted: bool, message: str) -> None:
    with pytest.raises(StudyError) as caught:
        read_request(config, wanted=wanted)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "name"),
    [("mine", Name("mine")), ("mine.coarse", Name("mine", "coarse")), ("a-b_1", Name("a-b_1"))],
)
def test_a_name_is_read_and_written(text: str, name: Name) -> None:
    assert parse(text) == name
    assert str(name) == text


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("mine", r"mine: no such study. Run it .*did you mean 'mind'\?"),
        ("half", "half/tables/runs.parquet: missing, this study is not finished. Run it"),
        ("fresh", "fresh/provenance.json: missing, this study is not finished. Run it"),
        ("published", "published/provenance.json: missing; it is part of the repository"),
    ],
)
def test_unfinished_studies_are_refused(tmp_path: Path, name: str, message: str) -> None:
    for folder in ("mind/tables", "half", "fresh"):
        (tmp_path / folder).mkdir(parents=True)
    for file in ("mind/provenance.json", "mind/tables/runs.parquet", "half/provenance.json"):
        (tmp_path / file).touch()
    check_finished(tmp_path, parse("mind"))
    files = [f"{tmp_path}/mind/{file}" for file in ("tables/runs.parquet", "provenance.json")]
    assert finished_files(tmp_path, Name("mind", "coarse")) == files
    with pytest.raises(StudyError, match=message):
        check_finished(tmp_path, parse(name))
