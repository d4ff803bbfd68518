"""One small study, its tables made once."""

import pytest
from synthetic import synthetic_curves, synthetic_runs

from momentum_study.analysis.cells import cells_table
from momentum_study.figures.style import apply_style


@pytest.fixture(scope="session", autouse=True)
def _style():
    apply_style()


@pytest.fixture(scope="session")
def study():
    """All tables, by name."""
    runs = synthetic_runs()
    return {"cells": cells_table(runs, resamples=50), "runs": runs, "curves": synthetic_curves()}


@pytest.fixture(scope="session")
def full_batch(study):
    """The rows of the full batch."""
    return {
        name: table[table["batch"] == "full"].reset_index(drop=True)
        for name, table in study.items()
    }


@pytest.fixture
def cells(full_batch):
    """Cells of the full batch, to change at will."""
    return full_batch["cells"].copy()


@pytest.fixture
def runs(full_batch):
    return full_batch["runs"]


@pytest.fixture
def curves(full_batch):
    return full_batch["curves"].copy()
