"""``contrasts``: tune each arm, pair runs, compare update rules and pieces of advice.

Of a whole study, or of a part of it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.analysis.comparison.questions import Defaults
from momentum_study.analysis.comparison.rounding import rounded
from momentum_study.analysis.comparison.states import StateRule
from momentum_study.analysis.comparison.tables import (
    ComparisonSettings,
    ComparisonTables,
    comparison_tables,
    corrected,
)
from momentum_study.cli.option_types import RuleFiles
from momentum_study.cli.options import Comparison, Scope
from momentum_study.core.text import counted
from momentum_study.engine.rule_files import load_rules
from momentum_study.tables.files import join_parts, read_parts, read_table, write_table
from momentum_study.tables.part_rows import rows_of_problems
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
    scope: Scope
    rule_files: RuleFiles = ()


def run(options: Options) -> None:
    """Compare, or join the tables of parts; print how many choices are at the edge of their grid.

    Estimates of a part are not rounded, since p-values are corrected over all parts.
    """
    parts = options.scope.parts
    if parts:
        tuned = read_parts(parts, TUNED)
        contrasts, advice = (corrected(read_parts(parts, table)) for table in (CONTRASTS, ADVICE))
        join_parts(parts, options.pairs, PAIRS)
    else:
        tables = _compared(options)
        tuned, contrasts, advice = tables.tuned, tables.contrasts, tables.advice
        write_table(tables.pairs, options.pairs, PAIRS)
    for table, path, schema in (
        (tuned, options.tuned, TUNED),
        (contrasts, options.contrasts, CONTRASTS),
        (advice, options.advice, ADVICE),
    ):
        write_table(table if options.scope else rounded(table), path, schema)
    choices = counted(len(tuned), "choice")
    print(f"{choices}, {counted(len(contrasts) + len(advice), 'comparison')}")
    why = tuned["reason"]
    for reason, count in why[why != ""].value_counts().items():
        print(f"nothing was tuned in {count:,} of {choices}: {reason}")
    on_edge = tuned[list(EXTENSIONS)].notna()
    print(f"{counted(on_edge.any(axis=1).sum(), 'choice')} at the edge of the grid")
    for name in EXTENSIONS:
        for value, count in tuned[name].value_counts().head(5).items():
            print(f"  {name}: add {value:g} ({counted(count, 'choice')})")


def _compared(options: Options) -> ComparisonTables:
    load_rules(options.rule_files)
    comparison = options.comparison
    rows = rows_of_problems(options.scope, comparison.families)
    settings = ComparisonSettings(
        comparison.families,
        comparison.floor,
        Defaults(comparison.beta, options.rates),
        StateRule(options.oscillating_share, options.slow_loss),
        comparison.intervals,
    )
    return comparison_tables(read_table(options.runs, RUNS, rows=rows), settings)
