"""The software bill of materials: what the study runs on, as CycloneDX JSON.

The lock says which packages these are, by which hashes, and which package asks for which. What is
installed adds licences and descriptions; the Python that runs this must have the lock installed,
and whatever else it has is left out. Nothing is looked up elsewhere, and the same lock installed
on the same platform gives the same bytes. What comes inside a package (OpenBLAS in NumPy) is not
listed on its own.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from momentum_study.core.atomic import replacing

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements.txt"


def bill_of_materials() -> dict[str, Any]:
    """Return the packages of the runtime lock, with what their installations say of themselves.

    Raises
    ------
    SystemExit
        If another version of one is installed.
    """
    bill = _read("requirements", str(LOCK))
    installed = {_name(package): package for package in _read("environment")["components"]}
    packages = [_described(package, installed) for package in bill["components"]]
    wanted = dependencies(LOCK.read_text(encoding="utf-8"))
    everything = (bill["metadata"]["component"], *packages)
    references = {_name(package): package["bom-ref"] for package in everything}
    edges = [
        {"ref": reference, "dependsOn": [references[name] for name in wanted[package]]}
        for package, reference in references.items()
    ]
    return bill | {"components": packages, "dependencies": edges}


def dependencies(lock: str) -> defaultdict[str, list[str]]:
    """Return package → what it asks for, as uv's comments (``# via``) tell the other way round.

    What packages say of themselves would not do: there extras that nobody asked for count too.
    """
    wanted = defaultdict(list)
    package = ""
    for line in lock.splitlines():
        if pin := re.match(r"([a-z0-9-]+)==", line):
            package = pin[1]
        elif via := re.match(r" +# via (.+)", line):
            for parent in via[1].split(", "):
                wanted[parent.removesuffix(" (pyproject.toml)")].append(package)
    return wanted


def to_json(bill: dict[str, Any]) -> str:
    """Return the text of a bill.

    Raises
    ------
    ValueError
        If it does not follow the schema.
    """
    text = json.dumps(bill, indent=2) + "\n"
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(f"no valid CycloneDX 1.6: {error}")
    return text


def _read(kind: str, *arguments: str) -> dict[str, Any]:
    """Ask CycloneDX's own tool; it leaves out the time and the random number of the making."""
    command = [sys.executable, "-m", "cyclonedx_py", kind, *arguments]
    options = ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible"]
    version = ["--spec-version", SchemaVersion.V1_6.to_version(), "--no-validate"]
    done = subprocess.run([*command, *options, *version], capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"error: {' '.join(command)} failed:\n{done.stderr.decode()}")
    bill: dict[str, Any] = json.loads(done.stdout)
    return bill


def _name(package: dict[str, Any]) -> str:
    return canonicalize_name(package["name"])


def _described(locked: dict[str, Any], installed: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a package as the lock has it, described by its installation if there is one."""
    name, version = locked["name"], locked["version"]
    package = locked | {"bom-ref": f"{name}=={version}"}
    del package["description"]  # a line of the lock
    found = installed.get(_name(locked))
    if found is None:
        return package | {"scope": "optional"}  # in the lock for other platforms
    if found["version"] != version:
        raise SystemExit(
            f"error: {name} {found['version']} is installed, and the lock has {version}; "
            "run this by `make sbom`, which installs the lock"
        )
    return package | {key: found[key] for key in ("description", "licenses") if key in found}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", type=Path, help="file to write")
    path = parser.parse_args().output
    text = to_json(bill_of_materials())
    with replacing(path) as file:
        file.write(text.encode())
    print(f"wrote {path}")
