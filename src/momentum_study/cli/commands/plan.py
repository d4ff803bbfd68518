"""``plan``: predict runs, jobs, time, memory and disk space of a study before it runs."""

import argparse
import os
from pathlib import Path

from momentum_study.config.loading import load_study
from momentum_study.core.errors import StudyError
from momentum_study.studies.plan.jobs import published_costs
from momentum_study.studies.plan.notes import notes
from momentum_study.studies.plan.plan import study_plan
from momentum_study.studies.plan.report import as_json, as_text
from momentum_study.studies.plan.timing import known_sizes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.add_argument("--configfile", type=Path, required=True, help="the study")
    parser.add_argument("--cores", default="all", help="jobs at a time; all cores if left out")
    parser.add_argument("--results", type=Path, default=Path("results"), help="results folder")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> None:
    """Plan and print."""
    # First, for it forgets the rules of rule files, which reading the study then loads.
    costs = published_costs(options.results / "published")
    study = load_study(options.configfile)
    used = dict.fromkeys(name for grid in study.grids.values() for name in grid.datasets)
    sizes, unknown = known_sizes(study, used)
    cores = _cores(options.cores)
    plan = study_plan(study, sizes, unknown, costs, cores, options.results / study.study)
    found = notes(study, plan)
    print(as_json(plan, found) if options.json else as_text(study, plan, found))


def _cores(text: str) -> int:
    """Read a number of cores; ``all`` are those that this process may use."""
    if text == "all":
        return (
            len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count() or 1
        )
    if not text.isdecimal() or int(text) == 0:
        raise StudyError(f"--cores: expected a number of at least 1, or all, got {text!r}")
    return int(text)
