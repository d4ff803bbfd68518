"""What is published is whole, belongs to today's configuration, and the README tells it truly."""

import re

import pandas as pd
import pytest

from momentum_study.cli.commands.publish import LIMIT_BYTES
from momentum_study.config.loading import load_study
from momentum_study.runs.design import shards
from momentum_study.tables.files import read_table
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.validation import check_complete
from tests.projects import ROOT

PUBLISHED = ROOT / "results/published"
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    return read_table(PUBLISHED / "tables/runs.parquet", RUNS)


def test_published_runs_are_those_of_the_paper_study(runs: pd.DataFrame) -> None:
    study = load_study(ROOT / "config/paper.yaml")
    design = [run for shard in shards(study) for run in shard.runs()]
    check_complete(runs, pd.DataFrame(design, columns=list(RUN_KEYS)))


def test_the_grid_reaches_divergence_for_every_beta(runs: pd.DataFrame) -> None:
    plane = runs[runs["grid"] == "momentum"]
    diverged = (
        plane["status"].eq("diverged").groupby([plane[k] for k in ("dataset", "batch", "beta")])
    )
    assert diverged.any().all()
    assert not diverged.all().any()


def test_the_readme_counts_the_published_runs(runs: pd.DataFrame) -> None:
    (count,) = re.findall(r"([\d,]+) (?:small )?networks trained", README)
    assert count == f"{len(runs):,}"


def test_published_files_stay_below_the_limit() -> None:
    assert sum(path.stat().st_size for path in PUBLISHED.rglob("*.*")) <= LIMIT_BYTES
