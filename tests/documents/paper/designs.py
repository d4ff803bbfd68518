"""Studies of random small designs, run in this process in a few seconds, and their papers.

design = random_design(seed)
study = make_tables(design, folder)       # folder/tables
draw_plates(study, folder)                # folder/figures; or blank_plates(study, folder)
pdf = typeset_paper(study, folder)        # bytes
"""

import json
import random
import shutil
import warnings
from functools import cache
from operator import attrgetter
from pathlib import Path

import pandas as pd
import pyarrow as pa
import yaml

from momentum_study.cli.commands import (
    cell_curves,
    cells,
    claims,
    contrasts,
    figures,
    initial_sharpness,
    paper,
    prepare,
    sharpness,
    stability,
    trials,
)
from momentum_study.cli.commands import datasets as describe
from momentum_study.cli.options import Comparison, Scope
from momentum_study.config.loading import load_study
from momentum_study.config.study import Study
from momentum_study.core.errors import StudyWarning
from momentum_study.datasets.prepared import load_prepared
from momentum_study.documents.paper.facts import COLUMNS, StudyFacts
from momentum_study.documents.paper.parts import TABLES, plates
from momentum_study.engine.optimizers import LINEAR_RULES, RULES, get_rule
from momentum_study.engine.schedules import SCHEDULES
from momentum_study.experiments.landscapes.tables import landscapes_tables
from momentum_study.experiments.references.findings import findings
from momentum_study.experiments.references.table import validation_table
from momentum_study.runs.collect import collect_curves, collect_runs
from momentum_study.runs.design import families, followed_sweeps, prepared_path, starts, sweeps
from momentum_study.runs.train import train_sweep
from momentum_study.statistics.intervals import Intervals
from momentum_study.tables.catalogue import SCHEMAS
from momentum_study.tables.files import (
    joined_tables,
    read_table,
    write_large_table,
    write_table,
)
from momentum_study.tables.schemas.curves import CURVES
from momentum_study.tables.schemas.landscapes import LANDSCAPES
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.schemas.theory import THEORY
from momentum_study.tables.schemas.trajectories import TRAJECTORIES
from momentum_study.tables.schemas.validation import VALIDATION
from momentum_study.theory.table import theory_table
from tests.configurations import Tree
from tests.projects import ROOT

BLANK = '<svg xmlns="http://www.w3.org/2000/svg" width="504" height="72"/>'
WORDS = {"title": "Blank", "notes": ["Nothing to see."], "alt": "A blank figure."}
BETAS = (0.0, 0.3, 0.5, 0.8, 0.9, 0.95, 0.99)
RATES = (0.001, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
SOURCES = (
    {"source": "conditioned", "parameters": {"samples": 60, "features": 4}},
    {"source": "moons", "parameters": {"samples": 50}},
    {"source": "chebyshev", "parameters": {"samples": 40}},
    {"source": "iris"},
)


def random_design(seed: int, *, most_datasets: int = 4, letters: int = 0) -> Tree:
    """Return the configuration of a random small study.

    Parameters
    ----------
    seed
        The same seed gives the same design.
    most_datasets
        Largest number of data sets; half of the designs have more than half of it.
    letters
        Fill the names of data sets, networks and grids up to this length, at most 60.
    """
    draw = random.Random(seed)

    def named(name: str) -> str:
        return (name + "_of_household_incomes_and_expenditures_in_the_survey_wave")[
            : max(letters, len(name))
        ].rstrip("_")

    datasets = {
        named(f"data_{place}"): draw.choice(SOURCES)
        for place in range(draw.randint(1, most_datasets))
    }
    networks = {named("linear"): {"hidden": []}, named("small"): {"hidden": [4]}}
    grids = {
        named(f"grid_{place}"): _random_grid(draw, list(datasets), list(networks))
        for place in range(draw.choice((1, 1, 2, 3)))
    }
    used = {name for grid in grids.values() for name in grid["datasets"]}
    return {
        "study": "mine",
        "description": "A small study.",
        "seed": seed,
        "datasets": {name: datasets[name] for name in datasets if name in used},
        "networks": networks,
        "grids": grids,
        "verdicts": {"beta": draw.choice((0.9, 0.9, 0.9, 0.5, 0.77))},
        "targets": sorted(draw.sample((0.9, 0.5, 0.2, 0.1), draw.randint(1, 3)), reverse=True),
        "statistics": {"resamples": 50},
    }


def _random_grid(draw: random.Random, datasets: list[str], networks: list[str]) -> Tree:
    rules = draw.sample(list(RULES), draw.randint(1, len(RULES)))
    if draw.random() < 0.5:  # the usual comparison
        rules = ["gd", "momentum", *(rule for rule in rules if rule not in ("gd", "momentum"))]
    rates = sorted(draw.sample(RATES, draw.randint(1, 6)))
    if draw.random() < 0.15:  # everything diverges
        rates = [1e9 * rate for rate in rates]
    schedules = ["constant"]
    if draw.random() < 0.3:
        schedules += draw.sample(
            [
                name
                for name, schedule in SCHEDULES.items()
                if name != "constant"
                and (not schedule.beta or all(get_rule(rule).beta_may_change for rule in rules))
            ],
            draw.randint(1, 2),
        )
    batches: list[int | str] = draw.choice((["full"], [8], [8, "full"], [4, 8, 16, "full"]))
    grid: Tree = {
        "datasets": draw.sample(datasets, draw.randint((len(datasets) + 1) // 2, len(datasets))),
        "networks": draw.sample(networks, draw.choice((1, 1, 1, 2))),
        "rules": {
            rule: {"beta": sorted(draw.sample(BETAS, draw.randint(1, 3)))}
            if get_rule(rule).uses_beta
            else {}
            for rule in rules
        },
        "learning_rates": rates,
        "batch_sizes": batches,
        "schedules": schedules,
        "replicates": draw.randint(1, 6),
        "steps": draw.choice((20, 60)),
        "evaluations": draw.randint(2, 8),
        "gradient_noise": draw.choice((0.0, 0.0, 0.0, 0.1)),
    }
    followed = [rule for rule in rules if rule in LINEAR_RULES]
    if followed and draw.random() < 0.3:
        grid["sharpness"] = {
            "rules": followed,
            "beta": sorted(
                {beta for rule in followed for beta in grid["rules"][rule].get("beta", [])}
            )[:1],
            "learning_rates": rates[:1],
            "batch_sizes": batches[-1:],
            "replicates": 1,
            "checkpoints": 3,
        }
    return grid


def make_tables(design: Tree, folder: Path) -> Study:
    """Run a study and write its tables to ``folder/tables``, without files of shards.

    The tables that do not depend on the runs are made once, with few draws.
    """
    configfile = folder / "config.yaml"
    configfile.write_text(yaml.safe_dump(design, sort_keys=False))
    study = load_study(configfile)
    tables, data = folder / "tables", folder / "datasets"
    blocks = _prepare(study, data)
    trained = [
        train_sweep(sweep.settings, load_prepared(blocks[sweep.dataset, str(sweep.block)])).table
        for sweep in sorted(sweeps(study), key=attrgetter("factors"))
    ]
    runs = pa.concat_tables(trained)
    write_table(collect_runs(runs), tables / "runs.parquet", RUNS)
    write_large_table([collect_curves(runs)], tables / "curves.parquet", CURVES)
    _describe(study, tables, data, blocks)
    _analyse(study, tables)
    return study


def _prepare(study: Study, data: Path) -> dict[tuple[str, str], Path]:
    """Return the files of prepared data by data set and block of replicates."""
    blocks: dict[tuple[str, str], Path] = {}
    for sweep in sweeps(study):
        key = (sweep.dataset, str(sweep.block))
        if key not in blocks:
            blocks[key] = data / prepared_path(sweep.dataset, sweep.block)
            recipe = study.datasets[sweep.dataset].model_dump_json(exclude_defaults=True)
            ends = (sweep.block.first, sweep.block.last)
            prepare.run(prepare.Options(sweep.dataset, recipe, study.seed, *ends, blocks[key]))
    return blocks


def _describe(study: Study, tables: Path, data: Path, blocks: dict[tuple[str, str], Path]) -> None:
    """Write the tables that need the data or nothing of the study."""
    first = {name: path for (name, _), path in reversed(blocks.items())}
    describe.run(describe.Options(tuple(first.values()), tables / "datasets.csv"))
    places = [
        {**vars(start), "data": str(data / prepared_path(start.dataset, block))}
        for start, block in starts(study)
    ]
    initial_sharpness.run(initial_sharpness.Options(places, tables / "initial_sharpness.csv"))
    write_table(_theory(), tables / "theory.csv", THEORY)
    found, trajectories = _landscapes(study.verdicts.beta)
    write_table(found, tables / "landscapes.csv", LANDSCAPES)
    write_table(trajectories, tables / "trajectories.csv", TRAJECTORIES)
    followed = []
    for sweep in followed_sweeps(study):
        follow = study.grids[sweep.grid].sharpness
        assert follow is not None
        followed.append(tables.with_name("sharpness") / f"{sweep.name}.csv")
        sharpness.run(
            sharpness.Options(
                blocks[sweep.dataset, str(sweep.block)],
                followed[-1],
                follow.replicates,
                follow.checkpoints,
                sweep.settings,
            )
        )
    stability.run(
        stability.Options(
            tables / "runs.parquet",
            tables / "initial_sharpness.csv",
            tuple(followed),
            tables / "sharpness.csv",
            tables / "stability.csv",
            _intervals(study),
        )
    )


def _analyse(study: Study, tables: Path) -> None:
    """Write the tables that compare the runs."""
    runs, initial = tables / "runs.parquet", tables / "initial_sharpness.csv"
    verdicts, intervals = study.verdicts, _intervals(study)
    cells.run(cells.Options(runs, tables / "cells.parquet", intervals, Scope()))
    cell_curves.run(
        cell_curves.Options(
            runs, tables / "curves.parquet", tables / "cell_curves.parquet", Scope()
        )
    )
    shared = Comparison(families(study), verdicts.beta, verdicts.loss_floor, intervals)
    low, high = verdicts.learning_rates
    contrasts.run(
        contrasts.Options(
            runs,
            tables / "tuned.csv",
            tables / "pairs.parquet",
            tables / "contrasts.csv",
            tables / "advice.csv",
            (low, high),
            verdicts.oscillating_share,
            verdicts.slow_loss,
            shared,
            Scope(),
        )
    )
    trials.run(
        trials.Options(
            runs,
            initial,
            tables / "budget.csv",
            tables / "profiles.csv",
            tables / "sensitivity.csv",
            shared,
            Scope(),
            verdicts.margins.log_ratio,
        )
    )
    claims.run(
        claims.Options(
            tables / "pairs.parquet",
            tables / "landscapes.csv",
            initial,
            tables / "datasets.csv",
            families(study),
            verdicts,
            tables / "claim_cases.csv",
            tables / "claims.csv",
            tables / "step_costs.csv",
            intervals,
        )
    )
    found, _ = findings(read_table(runs, RUNS), confidence=intervals.confidence)
    rows = [_published_numbers(), *([pd.DataFrame(found)] if found else [])]
    write_table(joined_tables(rows, VALIDATION), tables / "validation.csv", VALIDATION)


def _intervals(study: Study) -> Intervals:
    return Intervals(study.statistics.confidence, study.statistics.resamples, study.seed)


@cache
def _theory() -> pd.DataFrame:
    return theory_table(draws=100, seed=0)


@cache
def _landscapes(beta: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    return landscapes_tables(20, beta, Intervals(0.95, 50, seed=0))


@cache
def _published_numbers() -> pd.DataFrame:
    return validation_table(joined_tables([], RUNS), 20, 0.95)[0]


def draw_plates(study: Study, folder: Path) -> None:
    """Draw the figures that are printed in the paper."""
    printed = [job.description for job in plates(study).values()]
    confidence = study.statistics.confidence
    figures.run(figures.Options(printed, confidence, folder / "tables", folder / "figures"))


def blank_plates(study: Study, folder: Path) -> None:
    """Write a blank drawing for each figure that is printed in the paper."""
    for job in plates(study).values():
        stem = folder / "figures" / job.path
        stem.parent.mkdir(parents=True, exist_ok=True)
        stem.with_suffix(".svg").write_text(BLANK)
        stem.with_suffix(".json").write_text(json.dumps(WORDS))


def read_tables(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the tables of the paper from a folder."""
    return {name: read_table(folder / name, SCHEMAS[name], COLUMNS.get(name)) for name in TABLES}


def study_facts(study: Study) -> StudyFacts:
    """Return what the paper takes from the configuration."""
    return StudyFacts(
        study.study,
        study.description,
        study.verdicts,
        study.statistics.confidence,
        study.statistics.resamples,
        tuple(study.targets),
        study.loss_limit,
        {kind: job.path for kind, job in plates(study).items()},
    )


def typeset_paper(study: Study, folder: Path) -> bytes:
    """Typeset the paper of a study whose tables and figures exist."""
    shutil.copytree(ROOT / "paper", folder / "paper", dirs_exist_ok=True)
    output = folder / "paper.pdf"
    options = paper.Options(
        folder / "paper/main.typ",
        folder / "tables",
        folder / "figures",
        study_facts(study),
        output,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", StudyWarning)  # Typst cannot write tags for all designs
        paper.run(options)
    return output.read_bytes()
