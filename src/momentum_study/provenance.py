"""Provenance: versions, processor, kernels, commit, configuration and timings of a study.

None of this enters a table: two studies with equal tables may differ in all of it.
"""

import csv
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

from momentum_study.config import Study

PACKAGES = (
    "numpy",
    "scipy",
    "scikit-learn",
    "pandas",
    "pyarrow",
    "matplotlib",
    "seaborn",
    "statsmodels",
    "pandera",
    "snakemake",
)


def describe(study: Study, benchmarks: Path) -> dict[str, Any]:
    """Return the description as JSON-ready values.

    Parameters
    ----------
    study
        The configuration, which is included whole.
    benchmarks
        Folder of Snakemake's benchmark files; the first folder below it is the rule's name.
    """
    return {
        "study": study.model_dump(mode="json"),
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
        "seconds": _seconds(benchmarks),
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


def _seconds(benchmarks: Path) -> dict[str, dict[str, float]]:
    """Sum, per rule, the jobs' wall-clock and processor seconds."""
    totals: dict[str, dict[str, float]] = {}
    for path in sorted(benchmarks.rglob("*.tsv")):
        rule = path.relative_to(benchmarks).parts[0].removesuffix(".tsv")
        total = totals.setdefault(rule, {"jobs": 0, "wall": 0.0, "processor": 0.0})
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                total["jobs"] += 1
                total["wall"] += _number(row["s"])
                total["processor"] += _number(row["cpu_time"])
    return {rule: {key: round(v, 2) for key, v in total.items()} for rule, total in totals.items()}


def _number(text: str) -> float:
    # Jobs too short to be sampled have no processor time: "NA" or "-".
    try:
        return float(text)
    except ValueError:
        return 0.0
