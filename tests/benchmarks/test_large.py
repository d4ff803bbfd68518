import re
from pathlib import Path

import pandas as pd
import yaml

from benchmarks.large import Copies, cheap_study
from momentum_study.config.study import Study
from momentum_study.runs.design import shards
from momentum_study.tables.files import read_table
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.schemas.curves import CURVES
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.validation import check_complete
from tests.projects import copy_project, snakemake


def test_copies_have_the_runs_of_their_design_and_nothing_is_trained(
    undisturbed: Path, tmp_path: Path
) -> None:
    source = undisturbed / "results/smoke"
    copies = Copies(source, 2)
    study = Study.model_validate(copies.configuration())
    project = copy_project(tmp_path / "project")
    folder = project / "results" / study.study
    copies.write(study, folder)

    runs = read_table(folder / "tables/runs.parquet", RUNS)
    design = [run for shard in shards(study) for run in shard.runs()]
    check_complete(runs, pd.DataFrame(design, columns=list(RUN_KEYS)))
    curves = read_table(folder / "tables/curves.parquet", CURVES)
    own = read_table(source / "tables/curves.parquet", CURVES)
    for copy in (curves["dataset"] == "iris", curves["dataset"] == "iris_copy02"):
        same = curves[copy].assign(dataset="iris").reset_index(drop=True)
        pd.testing.assert_frame_equal(same, own[own["dataset"] == "iris"].reset_index(drop=True))

    configfile = folder / "configuration.yaml"
    configfile.write_text(yaml.safe_dump(copies.configuration()), encoding="utf-8")
    targets = ("tables", "figures", "explorer")
    plan = snakemake(project, "--dry-run", *targets, configfile=str(configfile))
    output = plan.stdout + plan.stderr
    assert plan.returncode == 0, output
    planned = set(re.findall(r"^ *(\w+) +\d+ *$", output, flags=re.MULTILINE))
    assert {"cells", "contrasts", "trials", "explorer"} <= planned
    assert planned.isdisjoint({"prepare", "train", "collect", "sharpness", "initial_sharpness"})


def test_the_cheap_study_has_at_least_200_000_runs() -> None:
    study = Study.model_validate(cheap_study())
    assert sum(shard.run_count for shard in shards(study)) >= 200_000
