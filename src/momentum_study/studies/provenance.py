"""Provenance: versions, processor, kernels, commit, configuration and timings of a study.

No table depends on it: two studies with equal tables may differ in all of it.
"""

import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_info

from momentum_study.config.study import Study
from momentum_study.runs.costs import training_phase
from momentum_study.studies.formats import versions

PACKAGES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "pandas",
    "pyarrow",
    "matplotlib",
    "seaborn",
    "statsmodels",
    "snakemake",
    "typst",
)


def describe(study: Study, costs: pd.DataFrame) -> dict[str, Any]:
    """Return the description as JSON-ready values.

    Parameters
    ----------
    study
        The configuration, which is included.
    costs
        The table of costs.
    """
    return {
        "study": study.model_dump(mode="json"),
        "formats": versions(),
        "python": sys.version.split()[0],
        "packages": {name: version(name) for name in PACKAGES},
        "platform": platform.platform(),
        "processor": _processor(),
        "blas": [
            {key: library.get(key) for key in ("internal_api", "version", "architecture")}
            for library in threadpool_info()
        ],
        "numpy_simd": np.show_config(mode="dicts")["SIMD Extensions"],
        "commit": _commit(),
        "seconds": _seconds(costs),
        "training": training_phase(costs),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _commit() -> str | None:
    """Return the commit, with ``+`` when tracked files differ from it; None outside git."""
    commit = _git("rev-parse", "HEAD")
    if commit is None:
        return None
    return commit + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")


def _git(*arguments: str) -> str | None:
    try:
        result = subprocess.run(
            ["git", *arguments],
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return result.stdout.strip()


def _seconds(jobs: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Sum, per stage, the jobs' wall-clock and processor seconds."""
    return {
        str(stage): {
            "jobs": len(rows),
            "wall": round(rows["seconds"].sum(), 2),
            "processor": round(rows["processor_seconds"].sum(), 2),
        }
        for stage, rows in jobs.groupby("stage")
    }
