"""``contrasts``: tune each arm, pair runs, and compare rules and pieces of advice."""

import argparse
import json
from pathlib import Path

from momentum_study.analysis.comparison.questions import Defaults
from momentum_study.analysis.comparison.rounding import rounded
from momentum_study.analysis.comparison.states import StateRule
from momentum_study.analysis.comparison.tables import ComparisonSettings, comparison_tables
from momentum_study.analysis.comparison.tuned import EXTENSIONS
from momentum_study.engine.rule_files import load_rules
from momentum_study.tables.files import read_table, write_table
from momentum_study.tables.schemas.advice import ADVICE
from momentum_study.tables.schemas.contrasts import CONTRASTS
from momentum_study.tables.schemas.pairs import PAIRS
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.schemas.tuned import TUNED


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--rule-files", nargs="*", default=[], help="rules besides the built-in")
    parser.add_argument("--runs", type=Path, required=True, help="table of runs")
    parser.add_argument("--families", type=json.loads, required=True, help="grid: family, as JSON")
    parser.add_argument("--tuned", type=Path, required=True, help="table to write")
    parser.add_argument("--pairs", type=Path, required=True, help="table to write")
    parser.add_argument("--contrasts", type=Path, required=True, help="table to write")
    parser.add_argument("--advice", type=Path, required=True, help="table to write")
    parser.add_argument("--beta", type=float, required=True, help="the usual coefficient")
    parser.add_argument("--rates", type=float, nargs=2, required=True, help="usual rates")
    parser.add_argument("--floor", type=float, required=True, help="smallest relative loss")
    parser.add_argument("--oscillating-share", type=float, required=True, help="of rising losses")
    parser.add_argument("--slow-loss", type=float, required=True, help="share of the initial loss")
    parser.add_argument("--confidence", type=float, required=True, help="level of intervals")
    parser.add_argument("--resamples", type=int, required=True, help="bootstrap resamples")
    parser.add_argument("--seed", type=int, required=True, help="of every resampling")


def run(options: argparse.Namespace) -> None:
    """Compare and write."""
    load_rules(options.rule_files)
    settings = ComparisonSettings(
        options.families,
        options.floor,
        Defaults(options.beta, tuple(options.rates)),
        StateRule(options.oscillating_share, options.slow_loss),
        options.confidence,
        options.resamples,
        options.seed,
    )
    tables = comparison_tables(read_table(options.runs, RUNS), settings)
    write_table(rounded(tables.tuned), options.tuned, TUNED)
    write_table(tables.pairs, options.pairs, PAIRS)
    write_table(rounded(tables.contrasts), options.contrasts, CONTRASTS)
    write_table(rounded(tables.advice), options.advice, ADVICE)
    on_edge = tables.tuned[list(EXTENSIONS)].notna()
    print(f"{len(tables.tuned)} choices, {len(tables.pairs)} pairs")
    print(f"{on_edge.any(axis=1).sum()} choices on the edge of their grid")
    for name in EXTENSIONS:
        for value, count in tables.tuned[name].value_counts().head(5).items():
            print(f"  {name}: add {value:g} ({count} choices)")
