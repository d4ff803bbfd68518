"""Studies that several tests compare, trained or made up once."""

from pathlib import Path

import pytest

from tests.studies.compare.made_studies import MADE, changed, made_runs, write_study


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of results: a study, the same with other losses, the same with another seed."""
    folder = tmp_path_factory.mktemp("results")
    write_study(folder / "made", MADE, made_runs())
    better = changed(MADE, study="better")
    write_study(folder / "better", better, made_runs(factor=0.5))
    other = changed(MADE, study="other", seed=8)
    write_study(folder / "other", other, made_runs(seed=1))
    return folder
