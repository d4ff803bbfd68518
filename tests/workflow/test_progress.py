"""What the workflow prints to a terminal and to a file when a job fails."""

import os
import pty
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from momentum_study.core.errors import AGAIN
from tests.projects import command, copy_project, snakemake, surroundings
from tests.tally import Tally

pytestmark = pytest.mark.slow

CONFIGFILE = "config/few.yaml"
TARGET = "results/few/tables/runs.parquet"
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A study of five jobs, of which one fails: its rule raises an error where β > 0.5."""
    folder = copy_project(tmp_path / "broken")
    rule = (folder / "config/examples/quasi_hyperbolic.py").read_text(encoding="utf-8")
    start = "    (s,) = state\n"
    assert start in rule
    (folder / "config/rule.py").write_text(
        rule.replace(start, f"    assert coefficients[0] <= 0.5, 'too much β'\n{start}"),
        encoding="utf-8",
    )
    tree = yaml.safe_load((folder / "config/examples/own_rule.yaml").read_text(encoding="utf-8"))
    grid = tree["grids"]["rules"]
    grid["rules"] = {"gd": {}, "quasi_hyperbolic": {"beta": [0.5, 0.9]}}
    grid["batch_sizes"] = ["full"]
    # Of a number of rows that only the data tell, so that each sweep is a shard alone.
    grid["datasets"] = ["moons"]
    few = {**tree, "study": "few", "rule_files": ["config/rule.py"], "grids": {"rules": grid}}
    few["datasets"] = {"moons": {"source": "moons"}}
    (folder / CONFIGFILE).write_text(yaml.safe_dump(few), encoding="utf-8")
    return folder


def on_a_terminal(folder: Path, *arguments: str) -> str:
    """Run the workflow with a terminal of 80 columns, and return all that reached it."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        command(*arguments, configfile=CONFIGFILE),
        cwd=folder,
        env=surroundings(folder, TERM="xterm-256color", COLUMNS="80", LINES="24"),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    parts = []
    while True:
        try:
            parts.append(os.read(ours, 2**16))
        except OSError:  # on Linux: no process writes to the terminal any more
            break
    os.close(ours)
    assert process.wait() != 0
    return b"".join(parts).decode()


def test_the_last_lines_report_a_failed_job_in_a_file_and_on_a_terminal(
    broken: Path, tally: Tally
) -> None:
    with tally.trying("faults", 2):
        done = snakemake(broken, "--cores", "2", TARGET, configfile=CONFIGFILE)
        assert done.returncode != 0
        shown = on_a_terminal(broken, "--cores", "2", TARGET)

    plain = done.stderr
    assert not CONTROL.search(plain)
    assert "\nJobs: 5 (train 3, prepare 1, collect 1)\n" in plain
    assert_last_lines(plain, done=3)

    # The second run continues the first one.
    assert "Jobs: 2 (train 1, collect 1)\r\n" in shown
    assert "0 of 2 jobs (0 %)" in shown
    assert shown.endswith(("\r\n", "\x1b[?25h"))
    assert_last_lines(CONTROL.sub("", shown).replace("\r\n", "\n"), done=0)


def assert_last_lines(shown: str, done: int) -> None:
    lines = shown.rstrip().splitlines()
    total = done + 2
    assert lines[-2:] == [
        f"1 of {total} jobs failed, {done} done, 1 not started.",
        f"Next: fix the errors above, then {AGAIN}.",
    ]
    start = max(n for n, line in enumerate(lines) if "failed. The last lines of" in line)
    log = lines[start].rpartition("The last lines of ")[2].removesuffix(":")
    assert log.startswith("results/few/logs/train/")
    assert "0.9" in log
    quoted = lines[start + 1 : -3]
    assert all(line.startswith("  | ") for line in quoted)
    assert len(quoted) <= 10
    assert "config/rule.py, line" in quoted[-1]
    assert "AssertionError: too much β; " in quoted[-1]
    assert "check-rule config/rule.py" in quoted[-1]
    assert "Exiting because" not in shown
    assert "CalledProcessError" not in shown
