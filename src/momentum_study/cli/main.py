"""The command line: one subcommand for each step of the pipeline, a module in `commands/`."""

import argparse
import gc
import importlib
import os
import shlex
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from momentum_study.cli.flags import add_arguments, read_options
from momentum_study.core.costs import cost_so_far, write_cost
from momentum_study.core.errors import AGAIN, INTERRUPTED, StudyError, next_step
from momentum_study.core.text import suggest

# Name → help. Only the module of the command in use is imported, so that a training job does not
# wait for plotting libraries.
COMMANDS = {
    "plan": "estimate runs, time and memory of a configuration",
    "check-rule": "check a custom update rule against what every rule must do",
    "prepare": "split and scale a data set for a block of replicates",
    "train": "train one shard: sweeps over learning rates and replicates",
    "collect": "collect the shards of a study into tables of runs and curves",
    "cells": "summarize the runs of each cell, with intervals",
    "cell-curves": "summarize the learning curves of each cell",
    "datasets": "describe the data sets as prepared",
    "contrasts": "tune each arm, pair runs, compare update rules and pieces of advice",
    "trials": "measure the cost of tuning and the sensitivity to β and α",
    "claims": "judge the claims by the evidence",
    "theory": "compare the update rules with closed forms on quadratics",
    "landscapes": "run the update rules on two-dimensional landscapes",
    "initial-sharpness": "measure the largest Hessian eigenvalue at the start of runs",
    "sharpness": "follow the largest Hessian eigenvalue along the runs of a sweep",
    "stability": "collect the followed eigenvalues and compare the stability limit with the runs",
    "validation": "compare the code with numbers that others published",
    "figures": "draw figures from the tables",
    "paper": "typeset the paper from text, tables and figures",
    "explorer": "write the page that shows cells and learning curves",
    "provenance": "record versions, processor and kernels, and what every job cost",
    "compare": "compare two studies, or two grids, cell by cell",
    "verify": "compare a finished study with the published one",
    "publish": "copy the results of a finished study to results/published",
    "document": "update the tables in the pages that show the published study",
    "schema": "write the schema of the configuration and the tables of its keys",
}


_CTRL_C = 130  # as a shell reports a command that Ctrl-C ended


class _Parser(argparse.ArgumentParser):
    """Reports a wrong flag in one line that names the help."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message}; {self.prog} --help lists the options\n")


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand and return its exit code.

    Errors of the input (`StudyError`), the file system and memory are reported in one line with the
    next step, internal errors with their traceback.
    """
    try:
        return _run(arguments)
    except BrokenPipeError:
        # The reader closed the output. Without this, Python would report it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        print(f"{INTERRUPTED}; {AGAIN}", file=sys.stderr)
        return _CTRL_C
    except ExceptionGroup as group:  # parts of a job failed, each without the others
        _report(*group.exceptions, head=group.message)
    except Exception as error:
        _report(error)
    return 1


def _report(*errors: Exception, head: str = "") -> None:
    """Print tracebacks of internal errors, then a line for each error."""
    for error in errors:
        if not isinstance(error, StudyError | OSError | MemoryError):
            traceback.print_exception(error)
    if head:
        print(head, file=sys.stderr)
    for error in errors:
        part = "".join(f"{note}: " for note in getattr(error, "__notes__", ()))
        print(f"error: {part}{_message(error)}", file=sys.stderr)


def _message(error: Exception) -> str:
    if isinstance(error, StudyError):
        return str(error)
    if isinstance(error, OSError):
        where = error.filename or "file system"
        step = next_step(error.errno, error.filename or error.strerror)
        return f"{where}: {error.strerror or error}; {step}"
    if isinstance(error, MemoryError):
        return (
            f"not enough memory{f' ({error})' if str(error) else ''}; run fewer jobs at a "
            "time (--cores 1) or make them smaller (replicates_per_shard in the configuration), "
            f"and {AGAIN}"
        )
    return _fault(error)


def _fault(error: Exception) -> str:
    """Describe an unexpected error: one of a rule file, or an internal one."""
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        # `engine.rule_files` gives the modules of rule files this prefix.
        if str(frame.f_globals.get("__name__")).startswith("_rule_file_"):
            path = frame.f_code.co_filename
            return (
                f"{path}, line {line}: {type(error).__name__}: {error}; fix the rule and check it "
                f"with python -m momentum_study check-rule {shlex.quote(path)}"
            )
    return (
        f"internal error ({type(error).__name__}), not an error of your input; please report it to "
        "the authors with the lines above and the command"
    )


def _run(arguments: Sequence[str]) -> int:
    parser = _Parser(
        prog="python -m momentum_study", description="The steps of a study of Momentum, measured."
    )
    parser.add_argument(
        "--cost", type=Path, metavar="FILE", help="where to write time and memory of the command"
    )
    subparsers = parser.add_subparsers(dest="command", required=True)
    chosen = next(iter(arguments[2:] if arguments[:1] == ["--cost"] else arguments), "--help")
    if not chosen.startswith("-") and chosen not in COMMANDS:
        parser.exit(2, f"error: no command {chosen!r}: {suggest(chosen, COMMANDS)}\n")
    for name, text in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=text, description=text)
        if name == chosen:
            command = importlib.import_module(
                f"momentum_study.cli.commands.{name.replace('-', '_')}"
            )
            add_arguments(subparser, command.Options)
    values, unknown = parser.parse_known_args(arguments)
    if unknown:
        subparsers.choices[chosen].error(f"unrecognized arguments: {' '.join(unknown)}")
    # What was imported stays, and no collection needs to look at it (see `__main__`).
    gc.freeze()
    gc.enable()
    code: int | None = command.run(read_options(values, command.Options))
    if values.cost:
        write_cost(values.cost, cost_so_far())
    return code or 0
