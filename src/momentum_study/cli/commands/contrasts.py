"""``contrasts``: tune each arm, pair runs, compare update rules and pieces of advice."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.analysis.comparison.questions import Defaults
from momentum_study.analysis.comparison.rounding import rounded
from momentum_study.analysis.comparison.states import StateRule
from momentum_study.analysis.comparison.tables import ComparisonSettings, comparison_tables
from momentum_study.cli.option_types import RuleFiles
from momentum_study.cli.options import Comparison
from momentum_study.core.text import counted
from momentum_study.engine.rule_files import load_rules
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.advice import ADVICE
from momentum_study.tables.schemas.contrasts import CONTRASTS
from momentum_study.tables.schemas.pairs import PAIRS
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.schemas.tuned import EXTENSIONS, TUNED


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    runs: Annotated[Path, "table of runs"]
    tuned: Annotated[Path, "table of tuned arms to write"]
    pairs: Annotated[Path, "table of pairs to write"]
    contrasts: Annotated[Path, "table of contrasts to write"]
    advice: Annotated[Path, "table of advice to write"]
    rates: Annotated[tuple[float, float], "smallest and largest learning rate usually advised"]
    oscillating_share: Annotated[float, "share of rising losses from which a run oscillates"]
    slow_loss: Annotated[float, "share of the initial loss above which a run is slow"]
    comparison: Comparison
    rule_files: RuleFiles = ()


def run(options: Options) -> None:
    """Compare, write the tables and print how many choices are at the edge of their grid."""
    load_rules(options.rule_files)
    comparison = options.comparison
    settings = ComparisonSettings(
        comparison.families,
        comparison.floor,
        Defaults(comparison.beta, options.rates),
        StateRule(options.oscillating_share, options.slow_loss),
        comparison.intervals,
    )
    tables = comparison_tables(read_table(options.runs, RUNS), settings)
    write_table(rounded(tables.tuned), options.tuned, TUNED)
    write_table(tables.pairs, options.pairs, PAIRS)
    write_table(rounded(tables.contrasts), options.contrasts, CONTRASTS)
    write_table(rounded(tables.advice), options.advice, ADVICE)
    choices = counted(len(tables.tuned), "choice")
    print(f"{choices}, {counted(len(tables.pairs), 'pair')}")
    why = tables.tuned["reason"]
    for reason, count in why[why != ""].value_counts().items():
        print(f"nothing was tuned in {count:,} of {choices}: {reason}")
    on_edge = tables.tuned[list(EXTENSIONS)].notna()
    print(f"{counted(on_edge.any(axis=1).sum(), 'choice')} at the edge of the grid")
    for name in EXTENSIONS:
        for value, count in tables.tuned[name].value_counts().head(5).items():
            print(f"  {name}: add {value:g} ({counted(count, 'choice')})")
