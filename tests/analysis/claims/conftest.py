"""Studies of claims, made once, with real landscapes and step costs beside the made-up runs."""

import pytest

from momentum_study.analysis.claims.step_costs import step_costs
from momentum_study.experiments.landscapes.tables import landscapes_tables
from momentum_study.statistics.intervals import Intervals
from tests.analysis.claims.made_findings import EVERYTHING, made_findings, made_runs


@pytest.fixture(scope="session")
def landscapes():
    table, _ = landscapes_tables(50, 0.9, Intervals(0.95, 400, seed=0))
    return table


@pytest.fixture(scope="session")
def found(landscapes):
    """Return a function that makes findings of runs."""
    costs = step_costs()
    return lambda runs: made_findings(runs, landscapes, costs)


@pytest.fixture(scope="session")
def nothing_differs(found):
    """All rules, decays, changes in mid-run and noise, and none of them makes a difference."""
    return found(made_runs(EVERYTHING))


@pytest.fixture(scope="session")
def twice_as_fast(found):
    return found(made_runs(speed=lambda batch: 2.0, noise=0.2))


@pytest.fixture(scope="session")
def momentum_diverges(found):
    return found(made_runs(diverging=frozenset({"momentum"})))
