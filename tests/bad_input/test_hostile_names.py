"""Names that are paths, commands or markup are refused."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from momentum_study.config.study import Study
from momentum_study.datasets.prepared import load_prepared
from momentum_study.datasets.recipe import Recipe
from momentum_study.runs.design import prepare_flags
from momentum_study.studies.compare.request import parse, read_request
from tests.bad_input.refusals import SHARED, attempt, refusal
from tests.configurations import changed, top
from tests.projects import ROOT, surroundings
from tests.tally import Tally

HOSTILE = (
    *("", ".", "..", "../x", "/tmp/x", "a/b", "a\\b", "~", "-a", "--help", " a", "a b", "a\nb"),
    *(
        "'",
        '"',
        "`touch pwned`",
        "$(touch pwned)",
        "a;touch pwned",
        "a|b",
        "a&b",
        "a>b",
        "*",
        "{a}",
    ),
    *("<script>alert(1)</script>", "&lt;", "#let a", "$x$", "@ref", "a.b", "a:b", "é", "\u202ea"),
    *("a\0b", "x" * 300, "a.", ".a", "a.b.c"),
)
PLACES = {
    "study": lambda name: top(study=name),
    "datasets": lambda name: lambda tree: tree["datasets"].update({name: {"source": "iris"}}),
    "networks": lambda name: lambda tree: tree["networks"].update({name: {"hidden": [4]}}),
    "grids": lambda name: lambda tree: tree["grids"].update({name: tree["grids"]["one"]}),
}
RULE = """
from momentum_study.optimizers import RULES
from dataclasses import replace
RULE = replace(RULES["gd"], name={name!r})
"""


@pytest.mark.parametrize("place", PLACES)
def test_no_configuration_has_such_a_name(tally: Tally, tmp_path: Path, place: str) -> None:
    path = tmp_path / "study.yaml"
    for name in HOSTILE:
        path.write_text(yaml.safe_dump(changed(PLACES[place](name))), encoding="utf-8")
        assert refusal(tally, "plan", f"--configfile={path}", naming=str(path)), name


def test_no_rule_has_such_a_name(tally: Tally, tmp_path: Path) -> None:
    rule, path = tmp_path / "rule.py", tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(changed(top(rule_files=[str(rule)]))), encoding="utf-8")
    for name in HOSTILE:
        rule.write_text(RULE.format(name=name), encoding="utf-8")
        line = refusal(tally, "plan", f"--configfile={path}", naming=str(rule))
        assert "RULE.name: expected a plain name" in (line or ""), name


@pytest.mark.parametrize("side", ["baseline", "candidate"])
def test_no_side_of_a_comparison_has_such_a_name(tally: Tally, side: str) -> None:
    for name in set(HOSTILE) - {"a.b"}:  # grid b of study a
        config = {"baseline": "published", "candidate": "mine", side: name}
        assert attempt(tally, lambda config=config: read_request(config, wanted=True), "") is None


@SHARED
@given(name=st.text())
def test_any_name_is_plain_or_refused(tally: Tally, name: str) -> None:
    side = attempt(tally, lambda: parse(name), "")
    if side is not None:
        part = Path("results") / side.study
        assert part.parent == Path("results")
        assert part.name == side.study
        assert shlex.quote(name) == name


@pytest.mark.parametrize("mark", ["{a}", "{", "}", "<b>", "\n", "\t"], ids=repr)
def test_no_path_has_what_the_workflow_fills_in(tally: Tally, tmp_path: Path, mark: str) -> None:
    data = {"source": "file", "path": f"a{mark}b.csv", "target": "y", "task": "regression"}
    path = tmp_path / "study.yaml"
    for tree, key in (
        (changed(lambda tree: tree["datasets"].update(own=data)), "datasets.own.path: "),
        (changed(top(rule_files=[f"a{mark}b.py"])), "rule_files: "),
    ):
        path.write_text(yaml.safe_dump(tree), encoding="utf-8")
        line = refusal(tally, "plan", f"--configfile={path}", naming=str(path))
        assert f"{key}{f'a{mark}b'!r}"[:-1] in (line or "")


# Names of data files, columns and classes are not restricted.
FOLDERS = ("a b", "'q' \"d\"", "$(touch pwned)", "`touch pwned`", ";touch pwned;", "é&#*?[a]")


def test_the_shell_command_of_the_workflow_reads_a_data_file_with_any_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command is built as in rule `prepare`, and runs nothing else."""
    monkeypatch.chdir(tmp_path)
    path = Path(*FOLDERS) / "houses.csv"
    path.parent.mkdir(parents=True)
    names = ["$(touch pwned)", "'; touch pwned; '", "`touch pwned`"]
    rows = [f"{i},{i % 3},{'<script>' if i % 2 else '$(touch pwned)'}" for i in range(12)]
    path.write_text("\n".join([",".join(names), *rows]), encoding="utf-8")
    recipe = Recipe(
        source="file",
        path=str(path),
        target=names[2],
        task="classification",
        categorical=[names[1]],
    )
    study = Study.model_construct(seed=1, datasets={"mine": recipe})
    command = f"{shlex.quote(sys.executable)} -m momentum_study prepare --output out.npz "
    done = subprocess.run(
        ["bash", "-euc", command + prepare_flags(study, "mine", "000-001")],
        env=surroundings(ROOT),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(load_prepared(Path("out.npz")).raw.classes) == {"<script>", "$(touch pwned)"}
    assert {path.name for path in tmp_path.iterdir()} == {"out.npz", FOLDERS[0]}
