"""The locks, the conda environment and pyproject.toml describe the same environment."""

import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.locks import LOCKS, ROOT, lock_entries, locked_versions

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
GROUPS = PYPROJECT["dependency-groups"]

# conda splits some packages; these parts correspond to the package on PyPI.
PYPI_NAMES = {
    "matplotlib-base": "matplotlib",
    "seaborn-base": "seaborn",
    "snakemake-minimal": "snakemake",
}


def conda_versions() -> dict[str, str]:
    """Return the versions in environment.yml by the name of the package on PyPI."""
    entries = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    (by_pip,) = (entry["pip"] for entry in entries if isinstance(entry, dict))
    pins = [entry.split(" ==") for entry in [*entries, *by_pip] if " ==" in entry]
    return {PYPI_NAMES.get(name, name): version for name, version in pins}


def test_environment_and_lock_have_the_same_versions():
    locked = locked_versions("requirements.txt")
    direct = {canonicalize_name(Requirement(text).name) for text in PROJECT["dependencies"]}
    assert conda_versions() == {name: locked[name] for name in direct}


def test_environment_has_the_python_of_the_project():
    entries = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert f"python {PROJECT['requires-python']}" in entries


@pytest.mark.parametrize(
    ("lock", "requirements"),
    [
        ("requirements.txt", PROJECT["dependencies"]),
        ("requirements-dev.txt", PROJECT["optional-dependencies"]["dev"]),
        ("requirements-build.txt", GROUPS["build"]),
        ("requirements-audit.txt", GROUPS["audit"]),
    ],
)
def test_lock_satisfies_the_project(lock, requirements):
    locked = locked_versions(lock)
    for requirement in map(Requirement, requirements):
        version = locked[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement}: run `make lock`"


def test_every_lock_is_tested():
    assert {path.name for path in ROOT.glob("requirements*.txt")} == set(LOCKS)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_entry_of_a_lock_has_a_hash(lock):
    entries = lock_entries(lock)
    assert entries
    for entry in entries:
        assert re.search(r" --hash=sha256:[0-9a-f]{64}\b", entry), entry


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_contains_no_address(lock):
    found = re.findall(r".*(?:://|index-url|find-links|@).*", (ROOT / lock).read_text())
    assert not found


def test_development_lock_contains_the_runtime_lock():
    assert (
        locked_versions("requirements.txt").items()
        <= locked_versions("requirements-dev.txt").items()
    )


@pytest.mark.parametrize(
    "lock", ["requirements-build.txt", "requirements-bench.txt", "requirements-audit.txt"]
)
def test_other_locks_agree_with_the_development_lock(lock):
    development = locked_versions("requirements-dev.txt")
    for name, version in locked_versions(lock).items():
        assert development.get(name, version) == version


def test_citation_has_the_version_of_the_package():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == PROJECT["version"]
