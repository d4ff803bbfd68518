"""The command line: one subcommand a step of the pipeline, each a module under `commands/`."""

import argparse
import importlib
import sys
from collections.abc import Sequence

from momentum_study.errors import StudyError

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


def main(arguments: Sequence[str]) -> int:
    """Run one subcommand; return its exit code, 0 unless the command has another.

    What is wrong with the user's input (`StudyError`) or the file system is told in one line.
    """
    parser = argparse.ArgumentParser(
        prog="python -m momentum_study", description="Steps of the study Momentum, measured."
    )
    subparsers = parser.add_subparsers(dest="command", required=True)
    chosen = arguments[0] if arguments else None
    for name, text in COMMANDS.items():
        subparser = subparsers.add_parser(name, help=text, description=text)
        if name == chosen:
            command = importlib.import_module(f"momentum_study.commands.{name.replace('-', '_')}")
            command.add_arguments(subparser)
            subparser.set_defaults(run=command.run)
    options = parser.parse_args(arguments)
    try:
        code: int | None = options.run(options)
    except StudyError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"error: {error.filename or 'file system'}: {error.strerror}", file=sys.stderr)
        return 1
    return code or 0
