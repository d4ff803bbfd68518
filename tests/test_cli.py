"""The command line tells what is wrong in one line, and exits accordingly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from momentum_study import cli


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "momentum_study", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_kernels_are_pinned_before_numpy_is_loaded(tmp_path: Path) -> None:
    code = (
        "import runpy, sys\n"
        "sys.argv = ['momentum_study', '--help']\n"
        "try: runpy.run_module('momentum_study', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "import os; print(os.environ['OPENBLAS_CORETYPE'], 'numpy' in sys.modules)"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OPENBLAS", "NPY"))}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.splitlines()[-1] == "Haswell False"


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main([command, "--help"])
    assert end.value.code == 0
    assert cli.COMMANDS[command] in " ".join(capsys.readouterr().out.split())


def test_a_study_error_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    done = run(
        *(
            "prepare",
            "--name",
            "x",
            "--recipe",
            '{"source": "iriss"}',
            "--seed",
            "1",
            "--first",
            "0",
        ),
        *("--last", "0", "--output", tmp_path / "x.npz"),
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "did you mean 'iris'?" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("study: x\n", encoding="utf-8")
    done = run("publish", "--study", "absent", "--results", tmp_path)
    assert done.returncode == 1
    assert "no finished study" in done.stderr
    assert "Traceback" not in done.stderr
