"""Studies that several tests compare, trained or made up once."""

from pathlib import Path

import pandas as pd
import pytest

from tests.studies.compare.made_studies import (
    MADE,
    SMALL,
    changed,
    made_runs,
    trained_runs,
    write_study,
)

SEEDS = range(20)


@pytest.fixture(scope="session")
def null_runs() -> list[pd.DataFrame]:
    """The same small study trained with other seeds, an even number of them."""
    return [trained_runs(changed(SMALL, seed=seed)) for seed in SEEDS]


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
