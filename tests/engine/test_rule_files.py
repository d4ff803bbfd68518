"""Rule files: loaded without writing anything, or refused in one line."""

from pathlib import Path

import numpy as np
import pytest

from momentum_study.cli import main as cli
from momentum_study.core.errors import StudyError
from momentum_study.engine import optimizers
from momentum_study.engine.optimizers import RULES, get_rule, known_rules
from momentum_study.engine.points import Points
from momentum_study.engine.rule_files import load_rule, load_rules
from tests.projects import ROOT

EXAMPLE = ROOT / "config/examples/quasi_hyperbolic.py"
ADAM = """
from dataclasses import replace
from momentum_study.optimizers import RULES
RULE = replace(RULES["adam"], {changes})
"""


@pytest.fixture(autouse=True)
def _unchanged_registry(monkeypatch):
    monkeypatch.setattr(optimizers, "_added", {})


def written(folder: Path, text: str, name: str = "mine.py") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def adam(folder: Path, changes: str, name: str = "mine.py") -> Path:
    return written(folder, ADAM.format(changes=changes), name)


def refused(path: Path | str) -> str:
    with pytest.raises(StudyError) as caught:
        load_rule(path)
    message = str(caught.value)
    assert str(path) in message
    assert len(message.splitlines()) == 1
    return message


# --- what is loaded


def test_the_rule_of_a_file_is_loaded_and_known_by_its_name(tmp_path):
    (rule,) = load_rules([adam(tmp_path, "name='mine'")])
    assert get_rule("mine") is rule
    assert rule.update is RULES["adam"].update


def test_a_file_may_be_named_twice_and_loaded_again(tmp_path, monkeypatch):
    path = adam(tmp_path, "name='mine'")
    monkeypatch.chdir(tmp_path)
    assert len(load_rules([path, "mine.py", Path("./mine.py")])) == 1
    load_rules([path])
    assert list(known_rules()) == [*RULES, "mine"]


def test_the_rules_known_are_those_of_the_files_named_last(tmp_path):
    load_rules([adam(tmp_path, "name='one'", "1.py")])
    load_rules([adam(tmp_path, "name='two'", "2.py")])
    assert list(known_rules()) == [*RULES, "two"]
    load_rules([])
    assert list(known_rules()) == [*RULES]


def test_two_files_with_rules_of_one_name_are_refused_and_nothing_changes(tmp_path):
    load_rules([adam(tmp_path, "name='before'", "0.py")])
    paths = [adam(tmp_path, "name='same'", f"{number}.py") for number in (1, 2)]
    with pytest.raises(StudyError, match=r"2\.py.*'same'.*1\.py.*another name"):
        load_rules(paths)
    assert list(known_rules()) == [*RULES, "before"]


def test_loading_leaves_no_trace_and_sees_every_change(tmp_path):
    path = adam(tmp_path, "name='early'")
    assert load_rule(path).name == "early"
    adam(tmp_path, "name='after'")  # as long, and written within the same second
    assert load_rule(path).name == "after"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_may_define_dataclasses_with_annotations_as_text(tmp_path):
    text = """
from __future__ import annotations
from dataclasses import dataclass
from typing import ClassVar

@dataclass
class Constants:
    nu: float
    kind: ClassVar[str] = "x"
"""
    assert load_rule(written(tmp_path, text + ADAM.format(changes="name='mine'"))).name == "mine"


# --- what is refused


def test_only_python_files_on_this_machine_are_run(tmp_path):
    assert "no such file" in refused(tmp_path / "absent.py")
    assert "no such file" in refused(tmp_path.with_suffix(".py"))
    assert "ending in .py" in refused(written(tmp_path, "", "rule.txt"))
    assert "ending in .py" in refused(tmp_path)
    assert "nothing is fetched" in refused("https://example.org/rule.py")
    assert "nothing is fetched" in refused(Path("https://example.org/rule.py"))


def test_a_file_that_is_not_python_is_refused_with_its_line(tmp_path):
    assert "mine.py, line 2: not valid Python" in refused(written(tmp_path, "x = 1\nif x\n"))
    assert "null bytes" in refused(written(tmp_path, "x = 1\0"))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("def f():\n    return 1 / 0\n\nf()\n", "line 2: running it raised ZeroDivisionError"),
        ("import absent_module\n", "line 1: running it raised ModuleNotFoundError"),
        ("import sys\nsys.exit(3)\n", "line 2: running it raised SystemExit: 3"),
        ("raise ValueError('two\\nlines')\n", "line 1: running it raised ValueError: two lines"),
        ("", "but there is none"),
        ("RULE = 'momentum'", "but it is a str"),
        (
            "from momentum_study.optimizers import Rule\nRULE = Rule('mine')\n",
            "missing 5 required",
        ),
    ],
)
def test_errors_of_a_file_are_reported_with_their_line(tmp_path, text, what):
    assert what in refused(written(tmp_path, text))


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ("name=3", "RULE.name: expected text, got 3"),
        ("name='two words'", "RULE.name: expected a plain name"),
        ("name='../up'", "RULE.name: expected a plain name"),
        ("name='adam'", "RULE.name: 'adam' is a built-in rule"),
        ("name='mine', update=None", "RULE.update: expected a function"),
        ("name='mine', coefficients=(0.9, 0.1)", "RULE.coefficients: expected a function"),
        ("name='mine', gain=1.0", "RULE.gain: expected a function, got 1.0"),
        ("name='mine', state=(1, 2)", "RULE.state: expected a tuple of names"),
        ("name='mine', state='velocity'", "RULE.state: expected a tuple of names"),
        ("name='mine', state=('v', 'v')", "RULE.state: expected each name once"),
        ("name='mine', averages=1", "RULE.averages: expected True or False, got 1"),
        ("name='mine', uses_beta=None", "RULE.uses_beta: expected True or False"),
        ("name='mine', homogeneous='no'", "RULE.homogeneous: expected True or False"),
        ("name='mine', depends_on_t=0", "RULE.depends_on_t: expected True or False"),
    ],
)
def test_an_invalid_field_is_reported_with_what_was_expected(tmp_path, changes, what):
    assert what in refused(adam(tmp_path, changes))


# --- the example, and the command


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_the_example_makes_the_updates_of_its_formula(beta):
    rule, alpha, nu = load_rule(EXAMPLE), 0.3, 0.7
    w, v = np.ones(3), np.zeros(3)
    points = Points(rule, beta, alpha, w)
    for g in np.random.default_rng(0).standard_normal((20, 3)):
        v = beta * v + (1 - beta) * g
        w = w - alpha * ((1 - nu) * g + nu * v)
        points.update(g)
        np.testing.assert_allclose(points.positions, w, rtol=0, atol=1e-14)


def test_the_example_passes_every_check(capsys):
    assert cli.main(["check-rule", str(EXAMPLE)]) == 0
    *lines, verdict = capsys.readouterr().out.splitlines()
    assert all(line.startswith("ok ") for line in lines)
    assert verdict.endswith(f"quasi_hyperbolic passed all {len(lines)} checks")
    assert max(map(len, lines)) <= 100


def test_failed_checks_are_reported_one_by_one_and_by_the_exit_code(tmp_path, capsys):
    assert cli.main(["check-rule", str(adam(tmp_path, "name='mine', homogeneous=True"))]) == 1
    printed = capsys.readouterr()
    failed = [line for line in printed.out.splitlines() if line.startswith("FAILED")]
    assert failed[0].split() == [
        *("FAILED", "homogeneous", "homogeneous=True,", "but"),
        *("updates", "are", "not", "proportional"),
    ]
    assert f"mine failed {len(failed)} of {len(printed.out.splitlines())} checks" in printed.err
