"""Copies of the project to run the workflow in."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PARTS = ("Snakefile", "config", "paper", "profiles", "src", "workflow")
SMOKE = "config/smoke.yaml"


def snakemake(
    folder: Path, *arguments: str, configfile: str | tuple[str, ...] = SMOKE, **environment: str
) -> subprocess.CompletedProcess[str]:
    configfiles = (configfile,) if isinstance(configfile, str) else configfile
    return subprocess.run(
        # Last, for this flag takes all that follows.
        [sys.executable, "-m", "snakemake", *arguments, "--configfile", *configfiles],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder / "src")} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def copy_project(folder: Path) -> Path:
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, folder / part)
    return folder
