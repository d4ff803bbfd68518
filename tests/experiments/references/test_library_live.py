import numpy as np
import pytest

from benchmarks.record_reference import LIBRARIES, record
from momentum_study.experiments.references.libraries import (
    CASES,
    KEYS,
    UPDATES,
    read_record,
    study_path,
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.optimizer}({case.settings})")
def test_library_still_makes_the_recorded_updates_and_so_does_the_study(case):
    pytest.importorskip(LIBRARIES[case.library][0])
    live = record(case)[["x", "y"]].to_numpy()
    recorded = read_record().groupby(KEYS).get_group((case.library, case.optimizer, case.settings))
    np.testing.assert_allclose(live, recorded[["x", "y"]], rtol=0, atol=1e-12)
    np.testing.assert_allclose(live, study_path(case)[list(UPDATES)], rtol=0, atol=1e-12)
