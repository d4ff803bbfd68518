"""Packages are locked by hash, actions by commit, and no data is executed."""

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml
import yte

from momentum_study.config.loading import load_study
from momentum_study.core.errors import StudyError
from tests.locks import ROOT, locked_hashes, locked_versions

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.y*ml"))


def outside_make() -> dict[str, str]:
    """Return the environment without what `make` passes on, such as that it is a nested call.

    The tests themselves run under `make`, and a nested `make` also prints the folder it enters.
    """
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))
    }


def dry_run(*arguments: str) -> str:
    """Return the commands that `make` would run."""
    return subprocess.run(
        ["make", "--dry-run", *arguments],
        cwd=ROOT,
        env=outside_make(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout


# ---- packages: the set-up of the Makefile, with packages from a folder -------------------------


def lock_line(package: Path) -> str:
    """Return the line that locks version 1 of a package by the hash of its file."""
    name = package.name.partition("-")[0]
    return f"{name}==1 --hash=sha256:{hashlib.sha256(package.read_bytes()).hexdigest()}\n"


def make_wheel(folder: Path, name: str, metadata: str = "") -> Path:
    path = folder / f"{name}-1-py3-none-any.whl"
    about = f"{name}-1.dist-info"
    with ZipFile(path, "w") as wheel:
        wheel.writestr(f"{name}.py", "")
        wheel.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n{metadata}"
        )
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{about}/RECORD", f"{name}.py,,\n{about}/METADATA,,\n{about}/WHEEL,,\n")
    return path


class Project:
    """A folder with the Makefile, an environment, and packages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.packages = folder / "packages"
        self.packages.mkdir()
        shutil.copy2(ROOT / "Makefile", folder)
        subprocess.run([sys.executable, "-m", "venv", folder / ".venv"], check=True)
        self.stamp = folder / ".venv/runtime.ok"

    def set_up(self, build: str, runtime: str) -> str:
        """Let `make` install two locks, which fails; return its output."""
        self.stamp.write_text(f"{self.folder}\n")
        os.utime(self.stamp, (0, 0))  # older than the locks
        (self.folder / "requirements-build.txt").write_text(build)
        (self.folder / "requirements.txt").write_text(runtime)
        surroundings = {
            name: value for name, value in outside_make().items() if not name.startswith("PIP_")
        }
        done = subprocess.run(
            ["make", ".venv/runtime.ok", f"PYTHON={sys.executable}"],
            cwd=self.folder,
            env=surroundings
            | {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1"}
            | {"PIP_FIND_LINKS": self.packages.as_uri()},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode != 0
        assert not self.stamp.exists()
        return " ".join((done.stdout + done.stderr).split())

    def installed(self) -> set[str]:
        """Return the installed packages of this test."""
        return {path.stem for path in self.folder.glob(".venv/lib/python*/site-packages/*.py")}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("a project").resolve())


def test_a_file_with_another_hash_is_not_installed(project: Project) -> None:
    good = lock_line(make_wheel(project.packages, "good"))
    changed = make_wheel(project.packages, "changed")
    locked = lock_line(changed)
    with ZipFile(changed, "a") as wheel:
        wheel.writestr("more.py", "")
    message = project.set_up(good, locked)
    assert "DO NOT MATCH THE HASHES" in message
    assert project.installed() == {"good"}  # with the same flags, so the hash is the reason


def test_build_tools_and_packages_need_matching_hashes_and_locked_wheels(project: Project) -> None:
    tool, bare = (lock_line(make_wheel(project.packages, name)) for name in ("tool", "bare"))
    make_wheel(project.packages, "unlocked")
    needy = lock_line(make_wheel(project.packages, "needy", "Requires-Dist: unlocked\n"))
    # A build tool as source would fetch unlocked packages for its own build.
    source = project.packages / "source-1.tar.gz"
    source.write_bytes(b"never unpacked")
    for build, runtime, message in (
        (f"tool==1 --hash=sha256:{64 * '0'}\n", tool, "DO NOT MATCH THE HASHES"),
        ("", bare.partition(" ")[0] + "\n", "Hashes are required"),
        ("", needy, "all requirements must have their versions pinned"),
        (lock_line(source), "", "No matching distribution found for source==1"),
    ):
        assert message in project.set_up(build, runtime)
    assert not {"tool", "bare", "needy", "unlocked", "source"} & project.installed()


def test_the_makefile_installs_by_hash_and_builds_with_locked_tools() -> None:
    stamps = [".venv/dev.ok", ".venv/runtime.ok", ".venv/bench.ok", ".venv/audit.ok"]
    commands = dry_run("--always-make", *stamps)
    installations = [line for line in commands.splitlines() if " -m pip " in line]
    assert len(installations) >= 2 * len(stamps)
    for line in installations:
        assert "--require-hashes" in line or "--no-index --no-deps" in line
        assert "--only-binary :all:" in line or "--no-build-isolation" in line


@pytest.mark.slow
def test_the_bill_of_materials_lists_versions_and_hashes_of_the_lock(tmp_path: Path) -> None:
    pytest.importorskip("cyclonedx", reason="skipped: `make sbom` installs the tool")
    commands = dry_run("--assume-old=.venv/audit.ok", "sbom")
    texts = []
    for seed in ("1", "2"):
        path = tmp_path / f"{seed}.json"
        command = commands.replace("results/sbom.json", shlex.quote(str(path)))
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run(command, shell=True, cwd=ROOT, env=environment, check=True)
        texts.append(path.read_text())
    assert texts[0] == texts[1]
    assert str(ROOT) not in texts[0]
    packages = json.loads(texts[0])["components"]
    versions = locked_versions("requirements.txt")
    assert {package["name"]: package["version"] for package in packages} == versions
    for package in packages:
        assert package["purl"] == f"pkg:pypi/{package['name']}@{package['version']}"
    assert locked_hashes("requirements.txt") == {
        package["name"]: {
            digest["content"]
            for reference in package["externalReferences"]
            for digest in reference.get("hashes", [])
        }
        for package in packages
    }


# ---- GitHub's workflows ------------------------------------------------------------------------


def steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_named_by_commit_or_full_version(path: Path) -> None:
    uses = re.findall(r"uses: *(.*)", path.read_text())
    assert uses
    for action in uses:
        assert re.fullmatch(r"[\w./-]+@([0-9a-f]{40} # v\d+\.\d+\.\d+|v\d+\.\d+\.\d+)", action)


def test_an_action_has_one_version_everywhere() -> None:
    found = [use for path in WORKFLOWS for use in re.findall(r"uses: *(.*)", path.read_text())]
    assert len(set(found)) == len({use.partition("@")[0] for use in found})


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_jobs_can_only_read_the_repository(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read"}
        assert job["timeout-minutes"] <= 90
    for step in steps(workflow):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_expression_reaches_a_shell_and_no_job_a_secret(path: Path) -> None:
    text = path.read_text()
    assert "pull_request_target" not in text
    assert "secrets." not in text
    assert not [step for step in steps(yaml.safe_load(text)) if "${{" in step.get("run", "")]


def test_the_locks_are_audited_every_week() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/audit.yml").read_text())
    (when,) = workflow[True]["schedule"]  # YAML 1.1 reads the key `on` as true
    assert re.fullmatch(r"\d+ \d+ \* \* \d", when["cron"])
    assert "make audit" in [step.get("run") for step in steps(workflow)]


# ---- data --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "reader_that_executes_it"),
    [
        # Snakemake reads files of --configfile in this way (SECURITY.md).
        (
            """{__use_yte__: true, __definitions__: ["import os; os.mkdir('PLACE')"]}""",
            partial(yte.process_yaml, require_use_yte=True),
        ),
        ("seed: !!python/object/apply:os.mkdir ['PLACE']", yaml.unsafe_load),
    ],
)
def test_code_in_a_configuration_is_refused_and_not_run(
    tmp_path: Path, program: str, reader_that_executes_it: Callable[[str], object]
) -> None:
    place = tmp_path / "made"
    path = tmp_path / "study.yaml"
    path.write_text(program.replace("PLACE", str(place)))
    reader_that_executes_it(path.read_text())
    place.rmdir()  # the reader has executed the code
    with pytest.raises(StudyError, match=r"study\.yaml: "):
        load_study(path)
    assert not place.exists()
