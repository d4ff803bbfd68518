"""What made the results."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from momentum_study.config.study import Study
from momentum_study.studies.formats import versions
from momentum_study.studies.provenance import describe
from tests.configurations import VALID

STUDY = Study.model_validate(VALID)
HEADER = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def test_description(tmp_path: Path) -> None:
    for name, seconds, processor in (("a/b", "2.5", "2.25"), ("c", "0.5", "NA")):
        path = tmp_path / f"train/{name}.tsv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"{HEADER}{seconds}\t0:00:02\t1\t1\t1\t1\t1\t1\t1\t{processor}\n", encoding="utf-8"
        )
    (tmp_path / "collect.tsv").write_text(
        f"{HEADER}1\t0:00:01\t1\t1\t1\t1\t1\t1\t1\t0.75\n", encoding="utf-8"
    )
    costs = pd.DataFrame(
        {"stage": ["train"], "started": [10.0], "finished": [20.0], "training_seconds": [8.0]}
    )
    found = describe(STUDY, tmp_path, costs)
    assert found["training"]["training_share"] == 0.8
    assert found["seconds"] == {
        "collect": {"jobs": 1, "wall": 1.0, "processor": 0.75},
        "train": {"jobs": 2, "wall": 3.0, "processor": 2.25},
    }
    assert found["formats"] == versions()
    assert found["packages"]["numpy"] == np.__version__
    assert found["study"]["grids"]["one"]["learning_rates"] == [0.01, 1.0]
    assert any(library["internal_api"] == "openblas" for library in found["blas"])
    json.dumps(found, allow_nan=False)
