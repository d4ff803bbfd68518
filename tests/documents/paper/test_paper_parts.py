"""The choice of figures of the paper."""

from momentum_study.config.study import Study
from momentum_study.documents.paper.parts import LEFT_OUT, plates
from momentum_study.figures.catalogue import KINDS


def test_the_published_paper_shows_the_main_grid_at_full_batch(study):
    paths = {kind: job.path for kind, job in plates(study).items()}
    assert set(paths) == set(KINDS) - set(LEFT_OUT)
    assert paths["maps"] == "momentum/maps_batchfull"
    assert paths["edge_of_stability"] == "edge/edge_of_stability"  # the grid of most updates
    assert paths["lag"] == "lag"


def test_a_study_without_comparisons_has_no_figures_of_grids():
    grid = {
        "datasets": ["iris"],
        "networks": ["linear"],
        "rules": {"gd": {}},
        "learning_rates": [0.1],
        "batch_sizes": ["full"],
        "replicates": 2,
        "steps": 10,
        "evaluations": 2,
    }
    study = Study(
        study="small",
        seed=1,
        datasets={"iris": {"source": "iris"}},
        networks={"linear": {"hidden": []}},
        grids={"only": grid},
    )
    assert {KINDS[kind].per for kind in plates(study)} == {"study"}
