"""The bill of materials lists what the lock says and what packages say of themselves."""

import json
import os
import subprocess
import sys
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.locks import ROOT, locked_hashes, locked_versions

pytestmark = pytest.mark.slow
pytest.importorskip("cyclonedx", reason="skipped: `make sbom` installs what writes the bill")

from tools import sbom  # noqa: E402  only where it can be loaded

NO_NETWORK = """
import socket
def refuse(*_):
    raise OSError("no network in this test")
socket.getaddrinfo = socket.socket.connect = refuse
"""


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The bill, made twice at once in different surroundings, without a network."""
    folder = tmp_path_factory.mktemp("bills")
    (folder / "sitecustomize.py").write_text(NO_NETWORK)
    surroundings = os.environ | {"PYTHONPATH": f"{folder}:{ROOT / 'src'}:{ROOT}"}
    surroundings.pop("SOURCE_DATE_EPOCH", None)
    call = "import socket; socket.create_connection(('localhost', 9))"
    called = subprocess.run(
        [sys.executable, "-c", call], env=surroundings, capture_output=True, text=True, check=False
    )
    assert "no network in this test" in called.stderr

    places = (ROOT, {"PYTHONHASHSEED": "1"}), (folder, {"PYTHONHASHSEED": "2", "LC_ALL": "C"})
    paths = [folder / "new/one.json", folder / "new/two.json"]
    runs = [
        subprocess.Popen(
            [sys.executable, "-m", "tools.sbom", path], cwd=place, env=surroundings | more
        )
        for path, (place, more) in zip(paths, places, strict=True)
    ]
    assert [run.wait() for run in runs] == [0, 0]
    return [path.read_text() for path in paths]


@pytest.fixture(scope="module")
def bill(texts: list[str]) -> dict[str, Any]:
    bill = json.loads(texts[0])
    assert isinstance(bill, dict)
    return bill


def installed(bill: dict[str, Any]) -> list[tuple[dict[str, Any], Distribution]]:
    """Return each package of the bill that is installed, with what it says of itself."""
    here = {canonicalize_name(found.name): found for found in distributions()}
    packages = [
        (package, here[package["name"]])
        for package in bill["components"]
        if package["name"] in here
    ]
    assert len(packages) > 50
    return packages


def test_it_is_the_same_every_time(texts: list[str]) -> None:
    assert texts[0] == texts[1]
    assert "serialNumber" not in texts[0]
    assert "timestamp" not in texts[0]


def test_it_names_no_place_on_this_machine(texts: list[str]) -> None:
    assert str(Path(sys.prefix)) not in texts[0]
    assert str(ROOT) not in texts[0]


def test_it_lists_every_locked_package_with_its_version(bill: dict[str, Any]) -> None:
    found = {package["name"]: package["version"] for package in bill["components"]}
    assert found == locked_versions("requirements.txt")
    assert len(found) == len(bill["components"])
    for package in bill["components"]:
        assert package["purl"] == f"pkg:pypi/{package['name']}@{package['version']}"


def test_it_has_the_hashes_of_the_lock(bill: dict[str, Any]) -> None:
    found = {
        package["name"]: {
            digest["content"]
            for reference in package["externalReferences"]
            for digest in reference.get("hashes", [])
        }
        for package in bill["components"]
    }
    assert found == locked_hashes("requirements.txt")


def test_a_licence_is_missing_only_where_a_package_names_none(bill: dict[str, Any]) -> None:
    for package, said in installed(bill):
        keys = {"License", "License-Expression"} & set(said.metadata)
        classes = [
            kind for kind in said.metadata.get_all("Classifier", []) if kind.startswith("License ")
        ]
        assert bool(package.get("licenses")) == bool(keys or classes), package["name"]


def test_its_graph_is_what_packages_ask_for(bill: dict[str, Any]) -> None:
    names = {package["bom-ref"]: package["name"] for package in bill["components"]}
    edges = {
        names.get(edge["ref"]): {names[other] for other in edge["dependsOn"]}
        for edge in bill["dependencies"]
    }
    for package, said in installed(bill):
        requirements = [Requirement(text) for text in said.requires or ()]
        possible = {canonicalize_name(requirement.name) for requirement in requirements}
        needed = {
            canonicalize_name(requirement.name)
            for requirement in requirements
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        }
        assert needed <= edges[package["name"]] <= possible
    direct = map(Requirement, distribution("momentum-study").requires or ())
    assert edges[None] == {
        canonicalize_name(requirement.name)
        for requirement in direct
        if requirement.marker is None  # those with one are for development
    }


def test_a_package_for_other_platforms_is_marked(bill: dict[str, Any]) -> None:
    here = {package["name"] for package, _ in installed(bill)}
    for package in bill["components"]:
        assert (package.get("scope") == "optional") == (package["name"] not in here)


def test_another_version_than_the_locked_one_is_no_bill(monkeypatch: pytest.MonkeyPatch) -> None:
    package = {"name": "numpy", "version": "2", "description": "", "externalReferences": []}
    bills: dict[str, Any] = {
        "requirements": {"components": [package]},
        "environment": {"components": [package | {"version": "1"}]},
    }
    monkeypatch.setattr(sbom, "_read", lambda kind, *_: bills[kind])
    with pytest.raises(SystemExit, match="numpy 1 is installed, and the lock has 2"):
        sbom.bill_of_materials()


def test_what_does_not_follow_the_schema_is_not_written(bill: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no valid CycloneDX"):
        sbom.to_json(bill | {"components": [{"name": "numpy"}]})
