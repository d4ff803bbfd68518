"""The parts of a study follow from its design."""

import pandas as pd

from momentum_study.config.loading import load_study
from momentum_study.runs.design import families, shards
from momentum_study.runs.parts import cell_parts, part_counts, problem_parts
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.parts import CELL_GROUP, PROBLEM_GROUP
from tests.projects import ROOT


def test_parts_cover_the_design():
    study = load_study(ROOT / "config/paper.yaml")
    runs = pd.DataFrame(
        [run for shard in shards(study) for run in shard.runs()], columns=list(RUN_KEYS)
    )
    runs["family"] = runs["grid"].map(families(study))
    for group, parts in ((CELL_GROUP, cell_parts), (PROBLEM_GROUP, problem_parts)):
        keys = list(runs[list(group)].itertuples(index=False, name=None))
        cut = parts(study, 3000)
        sizes = [sum(part.first <= key <= part.last for key in keys) for part in cut]
        assert len(cut) > 10
        assert sum(sizes) == len(runs)
        assert max(sizes) <= 3000 + max(map(keys.count, set(keys)))


def test_small_studies_have_no_parts():
    assert not any(part_counts(load_study(ROOT / "config/smoke.yaml")).values())
