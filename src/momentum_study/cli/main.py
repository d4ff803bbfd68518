"""The command line: one subcommand a step of the pipeline, each a module under `commands/`."""

import argparse
import importlib
import os
import shlex
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from momentum_study.core.errors import AGAIN, INTERRUPTED, StudyError, next_step
from momentum_study.core.text import suggest

# Name → help. The modules of the same names under `commands` are loaded when called for, so that a
# training job does not wait for plotting libraries.
COMMANDS = {
    "plan": "say what a configuration comes to: runs, time, memory",
    "check-rule": "hold an update rule of your own against what every rule must do",
    "prepare": "split and scale a data set for a block of replicates",
    "train": "train one shard: a stack of networks over learning rates and replicates",
    "collect": "gather the shards of a study into tables of runs and curves",
    "cost": "put together what the jobs took: time, memory, updates",
    "cells": "summarise the runs of each cell, with intervals",
    "cell-curves": "summarise the learning curves of each cell",
    "datasets": "describe the data sets as they were prepared",
    "contrasts": "tune each arm, pair runs, compare rules and pieces of advice",
    "trials": "measure what tuning costs, and how exactly β and α must be met",
    "claims": "put the claims to what was found, and judge them",
    "theory": "hold the update rules against closed forms on quadratics",
    "landscapes": "run the update rules over two-dimensional landscapes",
    "initial-sharpness": "measure the largest Hessian eigenvalue where runs start",
    "sharpness": "follow the largest Hessian eigenvalue of a shard's runs",
    "stability": "gather what was followed, and hold the stability line against the runs",
    "validation": "hold the code against numbers that others published",
    "figure": "draw one figure from the tables",
    "paper": "typeset the paper from its text, the tables and the figures",
    "explorer": "write the page on which the cells and their curves can be looked at",
    "provenance": "record versions, processor, kernels and timings",
    "compare": "set two studies, or grids of them, against each other cell by cell",
    "verify": "hold a finished study against the published one",
    "publish": "copy a finished study's results to results/published",
    "document": "write the tables of the pages that show the published study",
    "schema": "write the configuration's schema and the table of its keys",
}


_CTRL_C = 130  # as a shell reports a command that Ctrl-C ended


class _Parser(argparse.ArgumentParser):
    """Tells a wrong flag in one line, which ends with where to read on."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message}; {self.prog} --help says what it takes\n")


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand; return its exit code, 0 unless the command has another.

    The last line on the terminal says what to do next: about the user's input (`StudyError`), the
    file system, memory. A fault of the program itself is told with its traceback.
    """
    try:
        return _run(arguments)
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
    except BrokenPipeError:
        # Whoever read the output has enough of it. Python would complain once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        where = error.filename or "file system"
        what = error.strerror or error
        print(f"error: {where}: {what}; {next_step(error.errno)}", file=sys.stderr)
    except MemoryError as error:
        print(
            f"error: not enough memory{f' ({error})' if str(error) else ''}; run fewer jobs at a "
            "time (--cores 1), or make them smaller (replicates_per_shard in the configuration), "
            f"and {AGAIN}",
            file=sys.stderr,
        )
    except KeyboardInterrupt:
        print(f"{INTERRUPTED}; {AGAIN}", file=sys.stderr)
        return _CTRL_C
    except Exception as error:
        traceback.print_exc()
        print(f"error: {_fault(error)}", file=sys.stderr)
    return 1


def _fault(error: Exception) -> str:
    """Say whose an unforeseen error is: that of a rule file, or of this program."""
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        # So `rule_files` names the modules that it makes of rule files.
        if str(frame.f_globals.get("__name__")).startswith("_rule_file_"):
            path = frame.f_code.co_filename
            return (
                f"{path}, line {line}: {type(error).__name__}: {error}; mend the rule, and try it "
                f"with python -m momentum_study check-rule {shlex.quote(path)}"
            )
    return (
        f"{type(error).__name__}, a fault of this program and not of your input; please report it "
        "to its authors, with the lines above and the command"
    )


def _run(arguments: Sequence[str]) -> int:
    parser = _Parser(
        prog="python -m momentum_study", description="Steps of the study Momentum, measured."
    )
    subparsers = parser.add_subparsers(dest="command", required=True)
    chosen = arguments[0] if arguments else "--help"
    if not chosen.startswith("-") and chosen not in COMMANDS:
        parser.exit(2, f"error: no command {chosen!r}: {suggest(chosen, COMMANDS)}\n")
    for name, text in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=text, description=text)
        if name == chosen:
            command = importlib.import_module(
                f"momentum_study.cli.commands.{name.replace('-', '_')}"
            )
            command.add_arguments(subparser)
            subparser.set_defaults(run=command.run)
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        subparsers.choices[chosen].error(f"unrecognized arguments: {' '.join(unknown)}")
    code: int | None = options.run(options)
    return code or 0
