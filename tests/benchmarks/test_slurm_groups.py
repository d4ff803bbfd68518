import numpy as np
import pandas as pd
import yaml

from benchmarks.slurm_groups import CORES, FILE, START, groups
from tests.projects import ROOT


def test_overhead_of_shards_as_long_as_the_start() -> None:
    table = groups(np.array([START] * 10)).set_index("shards")
    assert table.loc[1, "slurm_jobs"] == 10
    assert table.loc[6, "slurm_jobs"] == 2
    assert table.loc[1, "overhead"] == CORES
    assert table.loc[6, "overhead"] == round(CORES / 6, 3)


def test_groups_of_the_profile_have_less_than_a_fifth_overhead() -> None:
    profile = yaml.safe_load((ROOT / "profiles/slurm/profile.yaml").read_text(encoding="utf-8"))
    assert profile["cores"] == CORES
    table = pd.read_csv(FILE).set_index("shards")
    assert table.loc[profile["group-components"]["train"], "overhead"] < 0.2
