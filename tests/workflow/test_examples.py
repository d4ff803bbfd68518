"""The examples in `config/examples/`, each from its configuration to its pages."""

import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from momentum_study.tables.files import read_table
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.schemas.datasets import DATASETS
from momentum_study.tables.schemas.runs import RUNS
from tests.projects import ROOT, copy_project, snakemake

pytestmark = pytest.mark.slow

EXAMPLES = sorted(path.stem for path in (ROOT / "config/examples").glob("*.yaml"))


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A function that runs an example once and returns the folder of its results."""

    @functools.cache
    def run(name: str) -> Path:
        folder = copy_project(tmp_path_factory.mktemp("examples") / name)
        done = snakemake(folder, "--cores", "2", configfile=f"config/examples/{name}.yaml")
        assert done.returncode == 0, done.stdout + done.stderr
        return folder / "results" / name

    return run


def runs_of(study: Path) -> pd.DataFrame:
    return read_table(study / "tables/runs.parquet", RUNS)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_makes_tables_figures_and_pages(example, name: str) -> None:
    study = example(name)
    assert len(runs_of(study)) > 50
    for part in ("tables/claims.csv", "paper.pdf", "explorer.html", "provenance.json"):
        assert (study / part).stat().st_size > 100
    assert list(study.glob("figures/*/maps_*.png"))


def test_categories_are_encoded_and_missing_values_imputed(example) -> None:
    study = example("own_data")
    table = read_table(study / "tables/datasets.csv", DATASETS).set_index("dataset")
    # Four numbers, one column for each of four districts, and one for garden or not.
    assert table.loc["houses", ["task", "rows", "features"]].tolist() == ["regression", 240, 9]
    assert table.loc["noisy_flowers", ["task", "rows", "features"]].tolist() == [
        "classification",
        150,
        4,
    ]
    log = next(study.glob("logs/prepare/houses_*.log")).read_text(encoding="utf-8")
    assert "energy" in log
    runs = runs_of(study)
    assert runs.loc[runs["dataset"] == "houses", "test_score_at_best"].max() > 0.8  # R²


def test_the_custom_rule_with_beta_0_is_gradient_descent(example) -> None:
    runs = runs_of(example("own_rule"))
    keys = [key for key in RUN_KEYS if key not in ("rule", "beta")]
    metrics = ["train_loss_final", "test_loss_at_best", "gradient_norm_mean"]
    descent, own = (
        runs[(runs["rule"] == rule) & (runs["beta"] == 0)].set_index(keys)[metrics].sort_index()
        for rule in ("gd", "quasi_hyperbolic")
    )
    pd.testing.assert_frame_equal(descent, own)
    with_momentum = runs[(runs["rule"] == "quasi_hyperbolic") & (runs["beta"] == 0.9)]
    assert not np.array_equal(
        with_momentum.set_index(keys).sort_index()["train_loss_final"], own["train_loss_final"]
    )


def test_regression_is_accurate_and_only_the_nonlinear_problem_needs_hidden_units(example) -> None:
    runs = runs_of(example("regression"))
    best = runs.groupby(["dataset", "network"])["test_score_at_best"].max()
    assert best["linear", "line"] > 0.99  # R²: noise of 5 on targets that spread over hundreds
    assert best["friedman", "tanh"] > best["friedman", "line"] > 0.5


def test_width_and_depth_give_the_parameters(example) -> None:
    runs = runs_of(example("deeper_network"))
    sizes = runs.groupby("network")["parameters"].unique()
    for network, h in (("narrow", 8), ("wide", 24)):
        assert sizes[network].tolist() == [65 * h + 2 * (h + 1) * h + (h + 1) * 10]
    assert set(runs["schedule"]) == {"constant", "cosine"}


def test_two_grids_are_compared_cell_by_cell(example) -> None:
    study = example("two_grids")
    names = ("baseline=two_grids.short", "candidate=two_grids.long")
    done = snakemake(
        study.parents[1],
        *("compare", "--cores", "2", "--config", *names),
        configfile="config/examples/two_grids.yaml",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    folder = study.parent / "comparisons/two_grids.short--two_grids.long"
    cells = pd.read_csv(folder / "cells.csv").query("metric == 'train_loss'")
    # Three learning rates of gd and of two β are in both grids; each grid has one more.
    assert cells["side"].value_counts().to_dict() == {"both": 9, "baseline": 3, "candidate": 3}
    assert "worse" not in set(cells["outcome"])  # after four times as many updates
    assert (cells["outcome"] == "better").sum() >= 3
    for part in ("summary.csv", "differences.csv", "index.html"):
        assert (folder / part).stat().st_size > 100
    assert list(folder.glob("figures/**/*.png"))
