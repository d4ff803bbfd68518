"""``claims``: judge the claims by the evidence and the rule of the configuration."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pandas as pd

from momentum_study.analysis.claims.evidence import PAIR_COLUMNS, Findings
from momentum_study.analysis.claims.step_costs import step_costs
from momentum_study.analysis.claims.table import claims_tables, rule_of
from momentum_study.analysis.comparison.criteria import UPDATES
from momentum_study.analysis.comparison.questions import Defaults
from momentum_study.analysis.comparison.rounding import rounded
from momentum_study.config.verdicts import Verdicts
from momentum_study.statistics.intervals import Intervals
from momentum_study.tables.files import read_large_table, read_table, write_table
from momentum_study.tables.keys import START_KEYS
from momentum_study.tables.schemas.claim_cases import CLAIM_CASES
from momentum_study.tables.schemas.claims import CLAIMS
from momentum_study.tables.schemas.datasets import DATASETS
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.landscapes import LANDSCAPES
from momentum_study.tables.schemas.pairs import PAIRS
from momentum_study.tables.schemas.step_costs import STEP_COSTS


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    pairs: Annotated[Path, "table of pairs"]
    landscapes: Annotated[Path, "table of landscapes"]
    initial: Annotated[Path, "table of initial sharpness"]
    datasets: Annotated[Path, "table of data sets"]
    families: Annotated[dict[str, str], "family of each grid, as JSON"]
    verdicts: Annotated[Verdicts, "the key `verdicts` of the configuration, as JSON"]
    cases: Annotated[Path, "table of cases to write"]
    claims: Annotated[Path, "table of claims to write"]
    step_costs: Annotated[Path, "table of step costs to write"]
    intervals: Intervals


def run(options: Options) -> None:
    """Judge the claims, write the tables and print the verdicts."""
    verdicts = options.verdicts
    lowest, highest = verdicts.learning_rates
    initial = read_table(options.initial, INITIAL_SHARPNESS)
    curvatures = initial.assign(family=initial["grid"].map(options.families))
    datasets = read_table(options.datasets, DATASETS)
    costs = step_costs()
    findings = Findings(
        pairs=_read_pairs(options.pairs),
        landscapes=read_table(options.landscapes, LANDSCAPES),
        step_costs=costs,
        curvatures=curvatures.drop_duplicates(list(START_KEYS)).drop(columns="grid"),
        conditions=datasets.set_index("dataset")["condition_number"],
        defaults=Defaults(verdicts.beta, (lowest, highest)),
        intervals=options.intervals,
    )
    cases, claims = claims_tables(findings, rule_of(verdicts), rule_of(Verdicts()))
    write_table(rounded(cases), options.cases, CLAIM_CASES)
    write_table(rounded(claims), options.claims, CLAIMS)
    write_table(costs, options.step_costs, STEP_COSTS)
    for row in claims.to_dict("records"):
        flipped = row["verdict"] != row["default_verdict"]
        other = f", by the default rule {row['default_verdict']}" if flipped else ""
        print(f"{row['claim']} {row['verdict']}{other}: {row['words']} ({row['condition']})")


def _read_pairs(path: Path) -> pd.DataFrame:
    """Read what claims are judged by, which is not the updates to each target: half of the table.

    Text is categorical, since a million rows have a handful of values.
    """
    parts = read_large_table(path, PAIRS, PAIR_COLUMNS)
    pairs = pd.concat((part[part["criterion"] != UPDATES] for part in parts), ignore_index=True)
    text = pairs.columns[pairs.dtypes == "str"]
    return pairs.astype(dict.fromkeys(text, "category"))
