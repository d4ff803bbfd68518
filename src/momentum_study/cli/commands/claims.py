"""``claims``: put the claims to what was found, and judge them by the rule of the configuration."""

import argparse
import json
from pathlib import Path

from momentum_study.analysis.claims.evidence import Findings
from momentum_study.analysis.claims.step_costs import step_costs
from momentum_study.analysis.claims.table import claims_tables, rule_of
from momentum_study.analysis.comparison.questions import Defaults
from momentum_study.analysis.comparison.rounding import rounded
from momentum_study.config.verdicts import Verdicts
from momentum_study.statistics.intervals import Intervals
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.keys import START_KEYS
from momentum_study.tables.schemas.claim_cases import CLAIM_CASES
from momentum_study.tables.schemas.claims import CLAIMS
from momentum_study.tables.schemas.datasets import DATASETS
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.landscapes import LANDSCAPES
from momentum_study.tables.schemas.pairs import PAIRS
from momentum_study.tables.schemas.step_costs import STEP_COSTS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--pairs", type=Path, required=True, help="table of pairs")
    parser.add_argument("--landscapes", type=Path, required=True, help="table of landscapes")
    parser.add_argument("--initial", type=Path, required=True, help="table of initial sharpness")
    parser.add_argument("--datasets", type=Path, required=True, help="table of data sets")
    parser.add_argument("--families", type=json.loads, required=True, help="grid: family, as JSON")
    parser.add_argument("--verdicts", required=True, help="of the configuration, as JSON")
    parser.add_argument("--cases", type=Path, required=True, help="table to write")
    parser.add_argument("--claims", type=Path, required=True, help="table to write")
    parser.add_argument("--step-costs", type=Path, required=True, help="table to write")
    parser.add_argument("--confidence", type=float, required=True, help="level of intervals")
    parser.add_argument("--resamples", type=int, required=True, help="bootstrap resamples")
    parser.add_argument("--seed", type=int, required=True, help="of the bootstrap")


def run(options: argparse.Namespace) -> None:
    """Judge, write, and say what was found."""
    verdicts = Verdicts.model_validate_json(options.verdicts)
    lowest, highest = verdicts.learning_rates
    initial = read_table(options.initial, INITIAL_SHARPNESS)
    curvatures = initial.assign(family=initial["grid"].map(options.families))
    datasets = read_table(options.datasets, DATASETS)
    costs = step_costs()
    findings = Findings(
        pairs=read_table(options.pairs, PAIRS),
        landscapes=read_table(options.landscapes, LANDSCAPES),
        step_costs=costs,
        curvatures=curvatures.drop_duplicates(list(START_KEYS)).drop(columns="grid"),
        conditions=datasets.set_index("dataset")["condition_number"],
        defaults=Defaults(verdicts.beta, (lowest, highest)),
        intervals=Intervals(options.confidence, options.resamples, options.seed),
    )
    cases, claims = claims_tables(findings, rule_of(verdicts), rule_of(Verdicts()))
    write_table(rounded(cases), options.cases, CLAIM_CASES)
    write_table(rounded(claims), options.claims, CLAIMS)
    write_table(costs, options.step_costs, STEP_COSTS)
    for row in claims.to_dict("records"):
        flipped = row["verdict"] != row["default_verdict"]
        other = f", by the default rule {row['default_verdict']}" if flipped else ""
        print(f"{row['claim']} {row['verdict']}{other}: {row['words']} ({row['condition']})")
