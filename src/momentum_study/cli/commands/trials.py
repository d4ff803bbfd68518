"""``trials``: what tuning costs, which arms are nearly best, how exactly β and α must be met."""

import argparse
import json
from pathlib import Path

from momentum_study.analysis.comparison.budget import budget_table, trials_until_it_pays
from momentum_study.analysis.comparison.problems import problems
from momentum_study.analysis.comparison.profiles import profiles_table
from momentum_study.analysis.comparison.rounding import rounded
from momentum_study.analysis.comparison.sensitivity import sensitivity_table
from momentum_study.engine.rule_files import load_rules
from momentum_study.tables.arms import arms_of_rows
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.budget import BUDGET
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.profiles import PROFILES
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.schemas.sensitivity import SENSITIVITY


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--rule-files", nargs="*", default=[], help="rules besides the built-in")
    parser.add_argument("--runs", type=Path, required=True, help="table of runs")
    parser.add_argument("--initial", type=Path, required=True, help="table of initial sharpness")
    parser.add_argument("--families", type=json.loads, required=True, help="grid: family, as JSON")
    parser.add_argument("--budget", type=Path, required=True, help="table to write")
    parser.add_argument("--profiles", type=Path, required=True, help="table to write")
    parser.add_argument("--sensitivity", type=Path, required=True, help="table to write")
    parser.add_argument("--confidence", type=float, required=True, help="level of intervals")
    parser.add_argument("--resamples", type=int, required=True, help="bootstrap resamples")
    parser.add_argument("--seed", type=int, required=True, help="of the bootstrap")
    parser.add_argument("--floor", type=float, required=True, help="smallest relative loss")
    parser.add_argument("--margin", type=float, required=True, help="share that is nearly the best")
    parser.add_argument("--beta", type=float, required=True, help="the usual coefficient")


def run(options: argparse.Namespace) -> None:
    """Measure the three, write, and say when tuning pays."""
    load_rules(options.rule_files)
    trained = list(problems(read_table(options.runs, RUNS), options.families))
    bootstrap = (options.confidence, options.resamples, options.seed)
    budget = budget_table(trained, options.floor, *bootstrap, beta=options.beta)
    write_table(rounded(budget), options.budget, BUDGET)
    profiles = profiles_table(
        trained, options.floor, options.confidence, options.seed, options.beta
    )
    write_table(rounded(profiles), options.profiles, PROFILES)
    initial = read_table(options.initial, INITIAL_SHARPNESS)
    sensitivity = sensitivity_table(trained, initial, options.floor, options.margin, *bootstrap)
    write_table(rounded(sensitivity), options.sensitivity, SENSITIVITY)
    paying = trials_until_it_pays(budget)
    for arm, own in paying.groupby(arms_of_rows(paying).map(lambda arm: arm.label)):
        pays = own["trials"] < float("inf")
        print(
            f"{arm}: better than descent from some number of trials on, {pays.sum()} of {len(own)}"
        )
