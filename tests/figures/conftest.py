"""One small study, its tables made once."""

import pytest

from momentum_study.analysis.cells import cells_table
from momentum_study.analysis.curves import cell_curves_table
from momentum_study.analysis.stability import stability_table
from momentum_study.experiments.landscapes.tables import landscapes_tables
from momentum_study.figures.catalogue import KINDS
from momentum_study.figures.style import apply_style
from momentum_study.statistics.intervals import Intervals
from momentum_study.theory.table import theory_table
from tests import comparison_tables as made
from tests.figures.drawings import draw
from tests.synthetic import (
    synthetic_curves,
    synthetic_initial_sharpness,
    synthetic_runs,
    synthetic_sharpness,
)


@pytest.fixture(scope="session", autouse=True)
def _style():
    apply_style()


@pytest.fixture(scope="session")
def study():
    """All tables, by name."""
    runs = synthetic_runs()
    initial = synthetic_initial_sharpness()
    quick = Intervals(0.95, 50, seed=0)
    landscapes, trajectories = landscapes_tables(20, 0.9, Intervals(0.95, 400, seed=0))
    claims, claim_cases = made.claims_and_cases()
    return {
        "cells": cells_table(runs, quick),
        "runs": runs,
        "cell_curves": cell_curves_table(runs, synthetic_curves()),
        "initial_sharpness": initial,
        "stability": stability_table(runs, initial, quick),
        "sharpness": synthetic_sharpness(),
        "theory": theory_table(draws=100, seed=0),
        "landscapes": landscapes,
        "trajectories": trajectories,
        "contrasts": made.contrasts(),
        "advice": made.advice(),
        "budget": made.budget(),
        "profiles": made.profiles(),
        "datasets": made.datasets(),
        "claims": claims,
        "claim_cases": claim_cases,
    }


@pytest.fixture(scope="session")
def full_batch(study):
    """The rows of the full batch."""
    return {
        name: table[table["batch"] == "full"].reset_index(drop=True) if "batch" in table else table
        for name, table in study.items()
    }


@pytest.fixture(scope="session")
def figures(study, full_batch):
    """Every kind of figure."""
    return {
        kind: draw(kind, full_batch if about.per == "batch" else study)
        for kind, about in KINDS.items()
    }


@pytest.fixture
def cells(full_batch):
    """Cells of the full batch, which a test may change."""
    return full_batch["cells"].copy()


@pytest.fixture
def runs(full_batch):
    return full_batch["runs"]


@pytest.fixture
def cell_curves(full_batch):
    return full_batch["cell_curves"]
