"""Names of sides, and where they lead."""

from pathlib import Path

import pytest

from momentum_study.core.errors import StudyError
from momentum_study.studies.compare.request import Name, check_finished, parse


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
    with pytest.raises(StudyError, match=message):
        check_finished(tmp_path, parse(name))
