"""Declared source files are those that a command loads."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from momentum_study.cli.main import COMMANDS
from momentum_study.core import dependencies
from momentum_study.core.dependencies import ROOT, digest_of_sources, source_files
from momentum_study.figures.catalogue import KINDS

# Imports third-party libraries once, and each group of modules in a fork of that process.
LOADED = """
import importlib, json, os, sys
import matplotlib.pyplot, pandas, pyarrow.parquet, pydantic, scipy.stats, seaborn
for group in json.load(sys.stdin):
    if child := os.fork():
        assert os.waitpid(child, 0)[1] == 0, group
    else:
        for name in group:
            importlib.import_module(f"momentum_study.{name}")
        modules = [m for name, m in sys.modules.items() if name.startswith("momentum_study.")]
        print(json.dumps([group, [module.__file__ for module in modules]]), flush=True)
        os._exit(0)
"""


def test_commands_and_figures_load_no_undeclared_file() -> None:
    commands = [(f"cli.commands.{name.replace('-', '_')}",) for name in COMMANDS]
    figures = [("cli.commands.figures", f"figures.{kind}") for kind in KINDS]
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        input=json.dumps([*commands, *figures]),
        capture_output=True,
        text=True,
        check=True,
    )
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(COMMANDS) + len(KINDS)
    for modules, files in found:
        assert {*map(Path, files)} <= set(source_files(*modules)), modules


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_depends_on_its_own_module_alone(kind: str) -> None:
    declared = set(source_files("cli.commands.figures", f"figures.{kind}"))
    others = {ROOT / "figures" / f"{other}.py" for other in KINDS if other != kind}
    assert ROOT / "figures" / f"{kind}.py" in declared
    assert not declared & others
    assert ROOT / "figures" / "catalogue.py" not in declared  # its texts are flags


@pytest.mark.parametrize(
    "part", ["config", "statistics", "analysis", "figures", "runs/collect.py", "cli/options.py"]
)
def test_training_does_not_depend_on_other_stages(part: str) -> None:
    declared = source_files("cli.commands.train")
    assert not [path for path in declared if (ROOT / part) in (path, *path.parents)]


def test_parts_of_a_page_are_declared_with_its_module() -> None:
    folder = ROOT / "documents/explorer"
    parts = {path for kind in ("html", "css", "js") for path in folder.glob(f"*.{kind}")}
    assert {folder / "page.html", folder / "main.js"} < parts
    assert parts < set(source_files("cli.commands.explorer"))
    assert not parts & set(source_files("cli.commands.cells"))


def test_a_digest_follows_names_and_contents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependencies, "ROOT", tmp_path)

    def digest(**sources: str) -> str:
        for name, content in sources.items():
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "made.py").write_text(content)
        for function in (digest_of_sources, dependencies._digest, dependencies._imports):
            function.cache_clear()
        return digest_of_sources(*(f"{name}.made" for name in sources))

    assert digest(one="x = 1") == digest(one="x = 1")  # of another date
    assert len({digest(one="x = 1"), digest(one="x = 2"), digest(two="x = 1")}) == 3


def test_unknown_module() -> None:
    with pytest.raises(FileNotFoundError):
        source_files("no_such_module")
