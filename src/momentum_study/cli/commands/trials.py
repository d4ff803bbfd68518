"""``trials``: measure the cost of tuning, nearly best arms, and the sensitivity to β and α.

Of a whole study, or of a part of it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pandas as pd

from momentum_study.analysis.comparison.budget import budget_table, trials_until_it_pays
from momentum_study.analysis.comparison.problems import problems
from momentum_study.analysis.comparison.profiles import arm_costs_table, profiles_table
from momentum_study.analysis.comparison.rounding import rounded
from momentum_study.analysis.comparison.sensitivity import sensitivity_table
from momentum_study.cli.option_types import RuleFiles
from momentum_study.cli.options import Comparison, Scope
from momentum_study.core.text import counted
from momentum_study.engine.rule_files import load_rules
from momentum_study.tables.arms import arms_of_rows
from momentum_study.tables.files import read_parts, read_table, write_table
from momentum_study.tables.part_rows import rows_of_problems
from momentum_study.tables.schemas.arm_costs import ARM_COSTS
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
    profiles: Annotated[Path, "table of profiles to write, or of a part's costs of arms"]
    sensitivity: Annotated[Path, "table of sensitivity to write"]
    comparison: Comparison
    scope: Scope
    margin: Annotated[float, "relative distance from the best loss that does not matter"]
    rule_files: RuleFiles = ()


def run(options: Options) -> None:
    """Write the tables and print for how many problems tuning pays off.

    Profiles are made from the costs of arms on the problems of all parts.
    """
    parts = options.scope.parts
    if parts:
        budget, costs, sensitivity = (
            read_parts(parts, table) for table in (BUDGET, ARM_COSTS, SENSITIVITY)
        )
    else:
        budget, costs, sensitivity = _measured(options)
    write_table(rounded(budget), options.budget, BUDGET)
    write_table(rounded(sensitivity), options.sensitivity, SENSITIVITY)
    if options.scope:
        write_table(costs, options.profiles, ARM_COSTS)
        return
    profiles = profiles_table(costs, options.comparison.intervals.confidence)
    write_table(rounded(profiles), options.profiles, PROFILES)
    paying = trials_until_it_pays(budget)
    for arm, own in paying.groupby(arms_of_rows(paying).map(lambda arm: arm.label)):
        pays = own["trials"] < float("inf")
        print(
            f"{arm}: tuning pays off in {pays.sum()} of {counted(len(own), 'problem')} "
            "(interval excludes 0)"
        )


def _measured(options: Options) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return the budgets, the costs of arms and the sensitivity of the command's problems."""
    load_rules(options.rule_files)
    comparison, intervals = options.comparison, options.comparison.intervals
    rows = rows_of_problems(options.scope, comparison.families)
    trained = list(problems(read_table(options.runs, RUNS, rows=rows), comparison.families))
    initial = read_table(options.initial, INITIAL_SHARPNESS)
    return (
        budget_table(trained, comparison.floor, intervals, comparison.beta),
        arm_costs_table(trained, comparison.floor, intervals, comparison.beta),
        sensitivity_table(trained, initial, comparison.floor, options.margin, intervals),
    )
