"""``plan``: predict runs, jobs, time, memory and disk space of a study before it runs."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.cli.option_types import UsedKernels
from momentum_study.config.loading import load_study
from momentum_study.core.errors import StudyError
from momentum_study.studies.plan.jobs import published_costs
from momentum_study.studies.plan.notes import notes
from momentum_study.studies.plan.plan import study_plan
from momentum_study.studies.plan.report import as_json, as_text
from momentum_study.studies.plan.timing import data_plan


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    configfile: Annotated[Path, "configuration of the study"]
    cores: Annotated[str, "number of jobs at a time, or all"] = "all"
    results: Annotated[Path, "folder of results"] = Path("results")
    json: Annotated[bool, "print JSON"] = False
    kernels: UsedKernels = "portable"


def run(options: Options) -> None:
    """Print the plan."""
    # First, because it forgets the rules that reading the study loads.
    costs = published_costs(options.results / "published")
    study = load_study(options.configfile)
    if study.kernels != options.kernels:
        # Trainings are timed with the kernels of the study, and NumPy is loaded with others.
        command = [sys.executable, "-m", "momentum_study", *sys.argv[1:]]
        os.execv(sys.executable, [*command, "--kernels", study.kernels])
    used = dict.fromkeys(name for grid in study.grids.values() for name in grid.datasets)
    cores = _cores(options.cores)
    data = data_plan(study, used)
    plan = study_plan(study, data, costs, cores, options.results / study.study)
    found = notes(study, plan)
    print(as_json(plan, found) if options.json else as_text(study, plan, found))


def _cores(text: str) -> int:
    """Read a number of cores; ``all`` means those that this process may use."""
    if text == "all":
        return (
            len(os.sched_getaffinity(0))
            if hasattr(os, "sched_getaffinity")
            else os.cpu_count() or 1
        )
    if not text.isdecimal() or int(text) == 0:
        raise StudyError(f"--cores: expected a number of at least 1, or all, got {text!r}")
    return int(text)
