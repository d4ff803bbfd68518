"""An empty data home for scikit-learn, and no way to the network."""

from pathlib import Path
from urllib.error import URLError

import pytest


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def unreachable(*_: object, **__: object) -> None:
        raise URLError("Name or service not known")

    home = tmp_path / "home"
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(home))
    monkeypatch.setattr("sklearn.datasets._openml.urlopen", unreachable)
    monkeypatch.setattr("sklearn.datasets._base.urlretrieve", unreachable)
    monkeypatch.setattr("time.sleep", lambda _: None)  # between attempts
    return home
