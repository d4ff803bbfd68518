"""A command measures its own time, processor time and memory."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from momentum_study.core import costs
from momentum_study.core.costs import Cost, cost_so_far

SPEND = """
import json, subprocess, sys, time
from momentum_study.core.costs import cost_so_far
block = b"x" * {mib} * 2**20
started = time.process_time()
while time.process_time() - started < {own}: pass
subprocess.run([sys.executable, "-c", "import time\\nwhile time.process_time() < {child}: pass"])
time.sleep({idle})
print(json.dumps(vars(cost_so_far())))
"""


def test_a_process_measures_itself_and_its_children() -> None:
    code = SPEND.format(mib=300, own=0.3, child=0.2, idle=0.2)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    cost = Cost(**json.loads(done.stdout))
    assert 0.5 <= cost.processor_seconds < 1.5
    assert cost.finished - cost.started >= 0.7
    assert 300 < cost.peak_mib < 400


def run(path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "momentum_study", "--cost", path, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_memory_of_the_program_that_started_this_one_does_not_count(tmp_path: Path) -> None:
    block = b"x" * 2**28
    output = str(tmp_path / "theory.csv")
    done = run(tmp_path / "c.json", "theory", "--draws", "9", "--seed", "1", "--output", output)
    assert (done.returncode, done.stderr) == (0, "")
    cost = Cost(**json.loads((tmp_path / "c.json").read_text()))
    assert 0 < cost.peak_mib < len(block) / 2**20
    assert cost.processor_seconds > 0
    assert cost.finished > cost.started


def test_a_command_that_fails_writes_no_cost(tmp_path: Path) -> None:
    assert run(tmp_path / "c.json", "schema", "--nonsense").returncode == 2
    assert not list(tmp_path.iterdir())


def test_memory_where_there_is_no_proc(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = cost_so_far().peak_mib
    monkeypatch.setattr(costs, "_STATUS", Path("/nowhere"))
    assert cost_so_far().peak_mib >= 0.9 * usual
