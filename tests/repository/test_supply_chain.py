"""What comes from outside is what was locked: packages by hash, actions by commit; data is data."""

import hashlib
import os
import re
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
from tests.locks import ROOT

WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.y*ml"))

# ---- packages: the set-up of the Makefile, in a project whose packages lie in a folder ---------


def lock_line(package: Path) -> str:
    """Return the line that locks a file of a package at version 1."""
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
    """A folder with the Makefile, an environment, and packages to install."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.packages = folder / "packages"
        self.packages.mkdir()
        shutil.copy2(ROOT / "Makefile", folder)
        subprocess.run([sys.executable, "-m", "venv", folder / ".venv"], check=True)
        self.stamp = folder / ".venv/runtime.ok"

    def set_up(self, build: str, runtime: str) -> str:
        """Let `make` install two locks, to no good end; return what it says."""
        self.stamp.write_text(f"{self.folder}\n")  # the environment is whole, and older than
        os.utime(self.stamp, (0, 0))  # these locks
        (self.folder / "requirements-build.txt").write_text(build)
        (self.folder / "requirements.txt").write_text(runtime)
        surroundings = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PIP_", "MAKE", "MFLAGS"))
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
        """Return the packages of this test's that are there."""
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
    said = project.set_up(good, locked)
    assert "DO NOT MATCH THE HASHES" in said
    assert project.installed() == {"good"}  # by the same flags, so the hash alone is at fault


def test_what_installs_the_project_is_held_to_its_hashes_too(project: Project) -> None:
    tool = lock_line(make_wheel(project.packages, "tool"))
    said = project.set_up(f"tool==1 --hash=sha256:{64 * '0'}\n", tool)
    assert "DO NOT MATCH THE HASHES" in said
    assert "tool" not in project.installed()


def test_a_package_without_a_hash_is_not_installed(project: Project) -> None:
    bare = lock_line(make_wheel(project.packages, "bare")).partition(" ")[0]
    assert "Hashes are required" in project.set_up("", bare + "\n")
    assert "bare" not in project.installed()


def test_a_package_that_nobody_locked_is_not_installed(project: Project) -> None:
    make_wheel(project.packages, "unlocked")
    needy = lock_line(make_wheel(project.packages, "needy", "Requires-Dist: unlocked\n"))
    said = project.set_up("", needy)
    assert "all requirements must have their versions pinned" in said
    assert not {"needy", "unlocked"} & project.installed()


def test_what_builds_packages_is_not_built_itself(project: Project) -> None:
    """A build would fetch what it needs by no lock; so a build tool as source is not taken."""
    source = project.packages / "source-1.tar.gz"
    source.write_bytes(b"never unpacked")
    assert "No matching distribution found for source==1" in project.set_up(lock_line(source), "")


def test_every_installation_of_the_makefile_is_by_hash_and_builds_by_locked_tools_alone() -> None:
    stamps = [".venv/dev.ok", ".venv/runtime.ok", ".venv/bench.ok", ".venv/audit.ok"]
    done = subprocess.run(
        ["make", "--dry-run", "--always-make", *stamps],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("MAKE")},
        capture_output=True,
        text=True,
        check=True,
    )
    installations = [line for line in done.stdout.splitlines() if " -m pip " in line]
    assert len(installations) >= 2 * len(stamps)
    for line in installations:
        assert "--require-hashes" in line or "--no-index --no-deps" in line
        assert "--only-binary :all:" in line or "--no-build-isolation" in line


# ---- GitHub's workflows ------------------------------------------------------------------------


def steps(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


def test_there_are_workflows() -> None:
    assert {path.name for path in WORKFLOWS} >= {"test.yml", "audit.yml"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_named_by_commit_or_by_a_whole_version(path: Path) -> None:
    uses = re.findall(r"uses: *(.*)", path.read_text())
    assert uses
    for action in uses:
        assert re.fullmatch(r"[\w./-]+@([0-9a-f]{40} # v\d+\.\d+\.\d+|v\d+\.\d+\.\d+)", action)


def test_an_action_has_one_version_everywhere() -> None:
    found = [use for path in WORKFLOWS for use in re.findall(r"uses: *(.*)", path.read_text())]
    assert len(set(found)) == len({use.partition("@")[0] for use in found})


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_job_may_read_the_repository_and_nothing_else(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read"}
        assert job["timeout-minutes"] <= 90
    for step in steps(workflow):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_no_stranger_reaches_a_shell_or_a_secret(path: Path) -> None:
    text = path.read_text()
    assert "pull_request_target" not in text
    assert "secrets." not in text
    assert not [step for step in steps(yaml.safe_load(text)) if "${{" in step.get("run", "")]


def test_the_locks_are_audited_every_week() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/audit.yml").read_text())
    (when,) = workflow[True]["schedule"]  # YAML 1.1 takes the key `on` for a truth value
    assert re.fullmatch(r"\d+ \d+ \* \* \d", when["cron"])
    assert "make audit" in [step.get("run") for step in steps(workflow)]


# ---- data --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "reader_that_runs_it"),
    [
        # So Snakemake reads what --configfile names (SECURITY.md).
        (
            """{__use_yte__: true, __definitions__: ["import os; os.mkdir('PLACE')"]}""",
            partial(yte.process_yaml, require_use_yte=True),
        ),
        ("seed: !!python/object/apply:os.mkdir ['PLACE']", yaml.unsafe_load),
    ],
)
def test_a_program_inside_a_configuration_is_refused_and_not_run(
    tmp_path: Path, program: str, reader_that_runs_it: Callable[[str], object]
) -> None:
    place = tmp_path / "made"
    path = tmp_path / "study.yaml"
    path.write_text(program.replace("PLACE", str(place)))
    reader_that_runs_it(path.read_text())
    place.rmdir()  # it is there: this is a program
    with pytest.raises(StudyError, match=r"study\.yaml: "):
        load_study(path)
    assert not place.exists()
