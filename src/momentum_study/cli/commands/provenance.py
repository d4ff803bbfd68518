"""``provenance``: record versions, processor, kernels and timings."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.config.loading import load_study
from momentum_study.core.atomic import replacing
from momentum_study.studies.provenance import describe
from momentum_study.tables.files import read_table
from momentum_study.tables.schemas.cost import COST


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    configfile: Annotated[Path, "configuration of the study"]
    benchmarks: Annotated[Path, "folder of timings"]
    costs: Annotated[Path, "table of costs"]
    output: Annotated[Path, "file to write (.json)"]


def run(options: Options) -> None:
    """Write the record."""
    costs = read_table(options.costs, COST)
    description = describe(load_study(options.configfile), options.benchmarks, costs)
    with replacing(options.output) as file:
        file.write(json.dumps(description, indent=2, allow_nan=False).encode() + b"\n")
