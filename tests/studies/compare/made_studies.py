"""Finished studies for comparisons: trained by the engine, or made up."""

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.config.study import Study
from momentum_study.datasets.preparation import prepare
from momentum_study.datasets.recipe import Recipe
from momentum_study.runs.collect import collect_runs
from momentum_study.runs.design import sweeps
from momentum_study.runs.train import train_sweep
from momentum_study.studies.compare.matching import ProblemPair, problem_pairs
from momentum_study.studies.compare.metrics import Settings, settings_of
from momentum_study.studies.compare.request import Match, parse
from momentum_study.studies.compare.studies import FinishedStudy, read_study
from momentum_study.studies.formats import versions
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.runs import RUNS
from tests.synthetic import BETAS, LEARNING_RATES, STEPS, synthetic_runs

Tree = dict[str, Any]

SMALL: Tree = {
    "study": "small",
    "seed": 1,
    "datasets": {"iris": {"source": "iris"}},
    "networks": {"tiny": {"hidden": [4]}},
    "grids": {
        "main": {
            "datasets": ["iris"],
            "networks": ["tiny"],
            "rules": {"gd": {}, "momentum": {"beta": [0.9]}},
            "learning_rates": [0.001, 0.01, 0.1, 1.0, 3.0, 30.0],
            "batch_sizes": ["full"],
            "replicates": 5,
            "steps": 60,
            "evaluations": 12,
        }
    },
}
"""A small study that the engine trains in a moment."""

MADE: Tree = {
    "study": "made",
    "seed": 7,
    "datasets": {"digits": {"source": "digits"}, "wine": {"source": "wine"}},
    "networks": {"32": {"hidden": [32]}},
    "grids": {
        "main": {
            "datasets": ["digits", "wine"],
            "networks": ["32"],
            "rules": {"gd": {}, "momentum": {"beta": list(BETAS[1:])}},
            "learning_rates": list(LEARNING_RATES),
            "batch_sizes": [8, 64, "full"],
            "replicates": 4,
            "steps": STEPS,
            "evaluations": 10,
        }
    },
}
"""The configuration that `synthetic.synthetic_runs` could come from."""


def changed(tree: Tree, grid: Tree | None = None, **top: Any) -> Tree:
    """Return a copy of a configuration with other values, of its grid ``main`` or above."""
    copied = copy.deepcopy(tree) | top
    copied["grids"]["main"] |= grid or {}
    return copied


def trained_runs(tree: Tree) -> pd.DataFrame:
    """Train a study without the workflow."""
    study = Study.model_validate(tree)
    data: dict[tuple[str, str], Any] = {}
    parts = []
    for sweep in sweeps(study):
        place = sweep.dataset, str(sweep.block)
        if place not in data:
            recipe = Recipe.model_validate(tree["datasets"][sweep.dataset])
            data[place] = prepare(sweep.dataset, recipe, study.seed, list(sweep.block))
        parts.append(collect_runs(train_sweep(sweep.settings, data[place]).table))
    return pd.concat(parts, ignore_index=True)


def write_study(
    folder: Path, tree: Tree, runs: pd.DataFrame, formats: Mapping[str, int] | None = None
) -> Path:
    """Write what a finished study leaves behind, as far as a comparison reads it."""
    write_table(runs, folder / "tables/runs.parquet", RUNS)
    study = Study.model_validate(tree).model_dump(mode="json")
    provenance = {"study": study, "formats": dict(formats or versions())}
    (folder / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    return folder


def made_runs(seed: int = 0, factor: float = 1.0) -> pd.DataFrame:
    """Made-up runs, whose losses are multiplied by about a factor, another for each run."""
    runs = synthetic_runs(seed)
    if factor != 1:
        luck = np.random.default_rng(seed).normal(0, 0.1, len(runs))
        losses = [name for name in runs.columns if "_loss_" in name]
        factors = (factor * np.exp(luck)).astype("float32")
        runs[losses] = runs[losses].mul(factors, axis="index")
    return runs


def compared_studies(
    folder: Path, baseline: str, candidate: str, match: Match = "auto"
) -> tuple[list[FinishedStudy], Settings, list[ProblemPair]]:
    """Read two finished studies; return them, the settings of their comparison, and the pairs."""
    sides = [read_study(folder, parse(name)) for name in (baseline, candidate)]
    settings = settings_of(*sides, match)
    return sides, settings, list(problem_pairs(*sides, paired=settings.paired))
