"""``check-rule``: check a custom update rule against what every rule must do."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.cli.flags import POSITIONAL
from momentum_study.core.errors import StudyError
from momentum_study.engine.rule_checks import outcomes
from momentum_study.engine.rule_files import load_rule


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    file: Annotated[Path, "Python file that defines RULE = Rule(…)", POSITIONAL]


def run(options: Options) -> None:
    """Print one line per check, then the result.

    Raises
    ------
    StudyError
        If the file defines no rule, or a check fails.
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
            f"{options.file}: {rule.name} failed {failed} of {total} checks; fix what the lines "
            "marked FAILED report, then check it again"
        )
    print(f"{options.file}: {rule.name} passed all {total} checks")
