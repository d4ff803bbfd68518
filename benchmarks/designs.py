"""Time of dry runs of the workflow, for designs from a thousand runs to a million.

A dry run reads and checks the configuration, makes the design and plans every job.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from benchmarks.processes import ContenderError
from momentum_study.config.study import Study
from momentum_study.runs.design import shards

ROOT = Path(__file__).parents[1]

# Data sets, momentum coefficients, batch sizes and replicates of a grid with 14 learning rates.
DESIGNS = ((1, 3, 2, 10), (2, 9, 3, 15), (7, 9, 3, 40), (7, 19, 4, 140))
RATES = 14
DATASETS = ("iris", "wine", "breast_cancer", "digits", "diabetes", "moons", "conditioned")
REPLICATES_PER_SHARD = 10


def configuration(datasets: int, betas: int, batches: int, replicates: int) -> dict[str, Any]:
    """Return the configuration of a study of gradient descent with and without momentum."""
    names = list(DATASETS[:datasets])
    return {
        "study": "planned",
        "seed": 1,
        "datasets": {name: {"source": name} for name in names},
        "networks": {"small": {"hidden": [16]}},
        "grids": {
            "one": {
                "datasets": names,
                "networks": ["small"],
                "rules": {
                    "gd": {},
                    "momentum": {"beta": [round(i / (betas + 1), 3) for i in range(1, betas + 1)]},
                },
                "learning_rates": [0.001 * 2**i for i in range(RATES)],
                "batch_sizes": [8, 16, 32, "full"][:batches],
                "replicates": replicates,
                "steps": 1000,
            }
        },
        "replicates_per_shard": REPLICATES_PER_SHARD,
    }


def measure() -> list[dict[str, Any]]:
    """Return the rows of the table of designs, one per dry run.

    Raises
    ------
    ContenderError
        If Snakemake fails.
    """
    rows = []
    for datasets, betas, batches, replicates in DESIGNS:
        settings = configuration(datasets, betas, batches, replicates)
        planned = len(shards(Study.model_validate(settings)))
        seconds = dry_run(settings, planned)
        runs = datasets * (betas + 1) * batches * replicates * RATES
        rows.append({"runs": runs, "shards": planned, "dry_run_s": round(seconds, 1)})
    return rows


def dry_run(settings: dict[str, Any], count: int) -> float:
    """Return the seconds of a dry run, which must plan this number of shards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "planned.yaml"
        path.write_text(yaml.safe_dump(settings), encoding="utf-8")
        start = time.perf_counter()
        done = snakemake("--cores", "1", "--dry-run", "--quiet", "rules", configfile=path)
        seconds = time.perf_counter() - start
    planned = re.findall(r"^ *train +(\d+) *$", done.stdout + done.stderr, flags=re.MULTILINE)
    if done.returncode != 0 or str(count) not in planned:
        raise ContenderError(f"dry run of {count} shards: {done.stdout}{done.stderr}")
    return seconds


def snakemake(*arguments: str, configfile: Path) -> subprocess.CompletedProcess[str]:
    """Run the workflow of this project, with its sources."""
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments, "--configfile", str(configfile)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
