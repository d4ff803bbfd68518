"""Read the locks: requirement files of pip, each package pinned to one version and its hashes."""

import re

from packaging.requirements import Requirement

from tests.projects import ROOT

LOCKS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-build.txt",
    "requirements-bench.txt",
    "requirements-torch.txt",
    "requirements-audit.txt",
)


def lock_entries(name: str) -> list[str]:
    """Return the requirements of a lock, each with its hashes, as logical lines."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]


def locked_versions(name: str) -> dict[str, str]:
    """Return package → version."""
    versions = {}
    for entry in lock_entries(name):
        requirement = Requirement(entry.partition("--hash")[0])
        (pin,) = requirement.specifier
        assert pin.operator == "=="
        assert requirement.name not in versions, "one version for every platform and Python"
        versions[requirement.name] = pin.version
    return versions


def locked_hashes(name: str) -> dict[str, set[str]]:
    """Return package → SHA-256 of every file that may be installed."""
    return {
        Requirement(entry.partition("--hash")[0]).name: set(
            re.findall(r" --hash=sha256:([0-9a-f]{64})\b", entry)
        )
        for entry in lock_entries(name)
    }
