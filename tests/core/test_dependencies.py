"""Declared source files are those that a command loads."""

import subprocess
import sys
from pathlib import Path

import pytest

from momentum_study.cli.main import COMMANDS
from momentum_study.core.dependencies import ROOT, source_files
from momentum_study.figures.catalogue import KINDS


def loaded(*modules: str) -> set[Path]:
    """Files of the package that importing the modules loads, in a new process."""
    code = (
        "import importlib, sys\n"
        f"for name in {modules!r}: importlib.import_module(f'momentum_study.{{name}}')\n"
        "for name, module in sys.modules.items():\n"
        "    if name.startswith('momentum_study.'): print(module.__file__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {Path(name) for name in done.stdout.splitlines()}


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_load_no_undeclared_file(command: str) -> None:
    module = f"cli.commands.{command.replace('-', '_')}"
    assert loaded(module) <= set(source_files(module))


@pytest.mark.parametrize("kind", KINDS)
def test_figures_load_no_undeclared_file(kind: str) -> None:
    modules = ("cli.commands.figure", f"figures.{kind}")
    assert loaded(*modules) <= set(source_files(*modules))


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_depends_on_its_own_module_alone(kind: str) -> None:
    declared = set(source_files("cli.commands.figure", f"figures.{kind}"))
    others = {ROOT / "figures" / f"{other}.py" for other in KINDS if other != kind}
    assert ROOT / "figures" / f"{kind}.py" in declared
    assert not declared & others
    assert ROOT / "figures" / "catalogue.py" not in declared  # its texts are flags


@pytest.mark.parametrize("part", ["config", "analysis", "figures", "runs/collect.py"])
def test_training_does_not_depend_on_other_stages(part: str) -> None:
    declared = source_files("cli.commands.train")
    assert not [path for path in declared if (ROOT / part) in (path, *path.parents)]


def test_parts_of_a_page_are_declared_with_its_module() -> None:
    folder = ROOT / "documents/explorer"
    parts = {path for kind in ("html", "css", "js") for path in folder.glob(f"*.{kind}")}
    assert {folder / "page.html", folder / "main.js"} < parts
    assert parts < set(source_files("cli.commands.explorer"))
    assert not parts & set(source_files("cli.commands.cells"))


def test_unknown_module() -> None:
    with pytest.raises(FileNotFoundError):
        source_files("no_such_module")
