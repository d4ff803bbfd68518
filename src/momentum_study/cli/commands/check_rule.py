"""``check-rule``: hold an update rule of your own against what every rule must do."""

import argparse
from pathlib import Path

from momentum_study.core.errors import StudyError
from momentum_study.engine.rule_checks import outcomes
from momentum_study.engine.rule_files import load_rule


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the argument."""
    parser.add_argument("file", type=Path, help="Python file that defines RULE = Rule(…)")


def run(options: argparse.Namespace) -> None:
    """Load, check, and print a line for each check, then a verdict.

    Raises
    ------
    StudyError
        If the file defines no rule, or a check failed.
    """
    rule = load_rule(options.file)
    total = failed = 0
    for outcome in outcomes(rule):
        word, text = ("FAILED", outcome.problem) if outcome.problem else ("ok", outcome.demand)
        print(f"{word:<6}  {outcome.check:<14}  {text}", flush=True)
        total += 1
        failed += word == "FAILED"
    if failed:
        raise StudyError(
            f"{options.file}: {rule.name} failed {failed} of {total} checks; mend what the lines "
            "marked FAILED say, and check it again"
        )
    print(f"{options.file}: {rule.name} passed all {total} checks")
