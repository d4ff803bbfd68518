"""Copies of the project to run the workflow in, and the results that runs must agree on."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PARTS = ("Snakefile", "config", "paper", "profiles", "src", "workflow")
SMOKE = "config/smoke.yaml"
RESULTS = ("tables", "figures", "paper.pdf", "explorer.html")
COSTS = "tables/cost.csv"


def command(*arguments: str, configfile: str | tuple[str, ...] = SMOKE) -> list[str]:
    """Return the command line that runs the workflow."""
    configfiles = (configfile,) if isinstance(configfile, str) else configfile
    # Last, because this flag takes all arguments that follow.
    last = ["--configfile", *configfiles] if configfiles else []
    return [sys.executable, "-m", "snakemake", *arguments, *last]


def surroundings(folder: Path, **environment: str) -> dict[str, str]:
    """Return the environment in which the copy in `folder` runs its own library.

    Its compiled modules are kept there, because each of many jobs would compile them again.
    """
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return usual | {"PYTHONPATH": str(folder / "src")} | environment


def snakemake(
    folder: Path, *arguments: str, configfile: str | tuple[str, ...] = SMOKE, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments, configfile=configfile),
        cwd=folder,
        env=surroundings(folder, **environment),
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


def files(top: Path, *parts: str) -> dict[str, Path]:
    """All files of some parts (files or folders) of a folder, by relative path."""
    paths = [path for part in parts for path in (top / part, *(top / part).rglob("*"))]
    return {str(path.relative_to(top)): path for path in sorted(paths) if path.is_file()}


def contents(top: Path, *parts: str) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in files(top, *parts).items()}


def results(folder: Path, study: str = "smoke") -> dict[str, bytes]:
    """Content of all results that runs must agree on; costs may differ."""
    found = contents(folder / "results" / study, *RESULTS)
    assert {"paper.pdf", "explorer.html"} <= found.keys()
    return {name: content for name, content in found.items() if name != COSTS}
