"""One made-up study for all tests of this folder; each works on a copy of it."""

import shutil
from pathlib import Path

import pytest

from tests.studies.verify.published_studies import made_study


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_study(tmp_path_factory.mktemp("study") / "made")


@pytest.fixture
def here(original: Path, tmp_path: Path) -> Path:
    """The study, next to its published copy."""
    shutil.copytree(original, tmp_path / "published")
    return Path(shutil.copytree(original, tmp_path / "made"))


@pytest.fixture
def published(here: Path) -> Path:
    return here.parent / "published"
