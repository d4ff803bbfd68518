"""What made the results."""

import json

import numpy as np
import pandas as pd

from momentum_study.config.study import Study
from momentum_study.studies.formats import versions
from momentum_study.studies.provenance import describe
from tests.configurations import VALID

STUDY = Study.model_validate(VALID)


def test_description() -> None:
    costs = pd.DataFrame(
        {
            "stage": ["train", "train", "collect"],
            "started": [10.0, 10.0, 20.0],
            "finished": [20.0, 12.0, 21.0],
            "seconds": [10.0, 2.0, 1.0],
            "processor_seconds": [9.5, 1.5, 0.75],
            "training_seconds": [8.0, 1.0, np.nan],
        }
    )
    found = describe(STUDY, costs)
    assert found["training"]["training_share"] == 0.45
    assert found["seconds"] == {
        "collect": {"jobs": 1, "wall": 1.0, "processor": 0.75},
        "train": {"jobs": 2, "wall": 12.0, "processor": 11.0},
    }
    assert found["formats"] == versions()
    assert found["packages"]["numpy"] == np.__version__
    assert found["study"]["grids"]["one"]["learning_rates"] == [0.01, 1.0]
    assert any(library["internal_api"] == "openblas" for library in found["blas"])
    json.dumps(found, allow_nan=False)
