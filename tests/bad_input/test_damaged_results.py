"""Damaged pictures, which `verify` and `publish` read."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.studies.verify.files import compare_pictures
from momentum_study.studies.verify.tolerances import Leeway
from tests.bad_input.random_trees import edits
from tests.bad_input.refusals import SHARED, attempt
from tests.studies.verify.published_studies import made_study
from tests.tally import Tally


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = made_study(tmp_path_factory.mktemp("results") / "published")
    return study / "figures/main/maps.png"


@SHARED
@given(data=st.data())
def test_damaged_bytes(tally: Tally, tmp_path: Path, picture: Path, data: st.DataObject) -> None:
    content = picture.read_bytes()
    path = tmp_path / picture.name
    path.write_bytes(data.draw(edits(content, (b"\0", b"\xff", b"IDAT"), len(content))))
    attempt(tally, lambda: compare_pictures(path, picture, Leeway.CHAOTIC), str(path))
