"""``trials``: measure the cost of tuning, nearly best arms, and the sensitivity to β and α."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.analysis.comparison.budget import budget_table, trials_until_it_pays
from momentum_study.analysis.comparison.problems import problems
from momentum_study.analysis.comparison.profiles import profiles_table
from momentum_study.analysis.comparison.rounding import rounded
from momentum_study.analysis.comparison.sensitivity import sensitivity_table
from momentum_study.cli.option_types import RuleFiles
from momentum_study.cli.options import Comparison
from momentum_study.core.text import counted
from momentum_study.engine.rule_files import load_rules
from momentum_study.tables.arms import arms_of_rows
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.budget import BUDGET
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.profiles import PROFILES
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.schemas.sensitivity import SENSITIVITY


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    runs: Annotated[Path, "table of runs"]
    initial: Annotated[Path, "table of initial sharpness"]
    budget: Annotated[Path, "table of budgets to write"]
    profiles: Annotated[Path, "table of profiles to write"]
    sensitivity: Annotated[Path, "table of sensitivity to write"]
    comparison: Comparison
    margin: Annotated[float, "relative distance from the best loss that does not matter"]
    rule_files: RuleFiles = ()


def run(options: Options) -> None:
    """Write the tables and print for how many problems tuning pays off."""
    load_rules(options.rule_files)
    comparison, intervals = options.comparison, options.comparison.intervals
    trained = list(problems(read_table(options.runs, RUNS), comparison.families))
    budget = budget_table(trained, comparison.floor, intervals, comparison.beta)
    write_table(rounded(budget), options.budget, BUDGET)
    profiles = profiles_table(trained, comparison.floor, intervals, comparison.beta)
    write_table(rounded(profiles), options.profiles, PROFILES)
    initial = read_table(options.initial, INITIAL_SHARPNESS)
    sensitivity = sensitivity_table(trained, initial, comparison.floor, options.margin, intervals)
    write_table(rounded(sensitivity), options.sensitivity, SENSITIVITY)
    paying = trials_until_it_pays(budget)
    for arm, own in paying.groupby(arms_of_rows(paying).map(lambda arm: arm.label)):
        pays = own["trials"] < float("inf")
        print(
            f"{arm}: tuning pays off in {pays.sum()} of {counted(len(own), 'problem')} "
            "(interval excludes 0)"
        )
