"""Studies to plan, made for tests."""

import copy
from collections.abc import Iterable
from typing import Any
from unittest.mock import patch

from momentum_study.config.study import Study
from momentum_study.studies.plan.jobs import Costs
from momentum_study.studies.plan.plan import StudyPlan, study_plan
from momentum_study.studies.plan.timing import DataPlan, Kind, Sizes, Timing

SIZES = {"iris": Sizes(90, 30, 30, 4, 3), "sugar": Sizes(265, 89, 88, 10, 1)}

TREE: dict[str, Any] = {
    "study": "planned",
    "description": "A study to plan.",
    "seed": 1,
    "datasets": {"iris": {"source": "iris"}, "sugar": {"source": "diabetes"}},
    "networks": {"small": {"hidden": [8]}, "linear": {"hidden": []}},
    "grids": {
        "one": {
            "datasets": ["iris", "sugar"],
            "networks": ["small", "linear"],
            "rules": {
                "gd": {},
                "momentum": {"beta": [0.5, 0.9]},
                "heavy_ball": {"beta": [0.9], "learning_rates": [0.001, 0.1]},
            },
            "learning_rates": [0.01, 0.1, 1],
            "batch_sizes": [16, "full"],
            "schedules": ["constant", "cosine"],
            "replicates": 25,
            "steps": 200,
        },
        "two": {
            "datasets": ["iris"],
            "networks": ["small"],
            "rules": {"adam": {"beta": [0.9]}},
            "learning_rates": [0.001, 0.01],
            "batch_sizes": [16],
            "replicates": 3,
            "steps": 50,
        },
    },
}


def made_study(top: dict[str, Any] | None = None, **one: Any) -> Study:
    """The study, with changes at its top and of its grid ``one``."""
    tree = copy.deepcopy(TREE)
    tree["grids"]["one"].update(one)
    return Study.model_validate(tree | (top or {}))


COSTS = Costs(
    {"train": 0.5, "collect": 2.0, "figures": 3.0, "paper": 2.0},
    {"runs": 1000, "evaluations": 10_000, "draws": 400, "trials": 400, "epochs": 300},
)


def in_proportion(kinds: Iterable[Kind]) -> dict[Kind, Timing]:
    """Times without a clock, in proportion to the work."""
    return {kind: Timing(kind.work * 1e-9, kind.work * 1e-8) for kind in kinds}


def planned(
    study: Study, tmp_path: Any, cores: int = 2, costs: Costs = COSTS, **data: Any
) -> StudyPlan:
    """Plan a study with results in a temporary folder, without a clock."""
    known = DataPlan(**{"sizes": SIZES, "columns": {}, "unknown": {}} | data)
    with patch("momentum_study.studies.plan.plan.timings", in_proportion):
        return study_plan(study, known, costs, cores, tmp_path)
