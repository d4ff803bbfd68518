"""The groups of figures that are drawn by one job each."""

import pytest

from momentum_study.config.loading import load_study
from momentum_study.figures.catalogue import KINDS
from momentum_study.figures.jobs import MOST_PER_GROUP, figure_groups, figure_jobs
from tests.projects import ROOT


@pytest.mark.parametrize("name", ["paper", "smoke"])
def test_every_figure_is_in_one_group_of_those_that_wait_for_the_same_tables(name: str) -> None:
    study = load_study(ROOT / f"config/{name}.yaml")
    groups = figure_groups(study)
    members = [job for jobs in groups.values() for job in jobs]
    assert sorted(job.path for job in members) == sorted(job.path for job in figure_jobs(study))
    for jobs in groups.values():
        assert 0 < len(jobs) <= MOST_PER_GROUP
        assert len({KINDS[job.kind].group for job in jobs}) == 1


def test_the_figures_of_grids_are_divided_evenly_and_those_of_a_kind_are_neighbours() -> None:
    groups = figure_groups(load_study(ROOT / "config/paper.yaml"))
    of_grids = [jobs for name, jobs in groups.items() if name.startswith("grids")]
    sizes = [len(jobs) for jobs in of_grids]
    assert len(sizes) > 1
    assert max(sizes) - min(sizes) <= 1
    kinds = [job.kind for jobs in of_grids for job in jobs]
    assert kinds == sorted(kinds, key=list(KINDS).index)
