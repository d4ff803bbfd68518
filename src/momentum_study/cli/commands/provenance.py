"""``provenance``: record versions, processor and kernels, and what every job cost."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.cli.option_types import UsedKernels
from momentum_study.config.loading import load_study
from momentum_study.core.atomic import replacing
from momentum_study.runs.costs import cost_table, running_costs
from momentum_study.studies.provenance import describe
from momentum_study.tables.files import write_table
from momentum_study.tables.schemas.cost import COST


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    configfile: Annotated[Path, "configuration of the study"]
    costs: Annotated[Path, "folder of the costs of jobs"]
    cost_table: Annotated[Path, "table of costs to write (.csv)"]
    output: Annotated[Path, "file to write (.json)"]
    kernels: UsedKernels = "portable"


def run(options: Options) -> None:
    """Write the record and the table of costs, and print how well the training used its time."""
    study = load_study(options.configfile)
    costs = cost_table(options.costs, study, running_costs())
    write_table(costs, options.cost_table, COST)
    description = describe(study, costs)
    with replacing(options.output) as file:
        file.write(json.dumps(description, indent=2, allow_nan=False).encode() + b"\n")
    phase = description["training"]
    print(
        f"{options.output}: {phase['training_share']:.0%} of {phase['jobs_at_once']} jobs at once "
        f"for {phase['wall_seconds']:.0f} s was spent inside training"
    )
