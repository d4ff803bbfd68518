"""The command line reports errors in one line, with an exit code."""

import errno
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from momentum_study.cli import main as cli
from momentum_study.cli.commands import theory
from momentum_study.core.errors import AGAIN, WARNING
from tests.projects import ROOT


def run(
    *arguments: str | Path, preexec_fn: Callable[[], None] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "momentum_study", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=preexec_fn,
    )


@pytest.mark.parametrize(
    ("arguments", "core"),
    [
        (["--help"], "Haswell"),
        (["train", "--kernels", "portable", "--help"], "Haswell"),
        (["train", "--kernels", "native", "--help"], "None"),
    ],
)
def test_kernels_are_chosen_before_numpy_is_loaded(arguments: list[str], core: str) -> None:
    code = (
        "import runpy, sys\n"
        "sys.modules['momentum_study.cli.commands.train'] = None  # it loads NumPy\n"
        f"sys.argv = ['momentum_study', *{arguments!r}]\n"
        "try: runpy.run_module('momentum_study', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "import os; print(os.environ.get('OPENBLAS_CORETYPE'), 'numpy' in sys.modules)"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("OPENBLAS", "NPY"))}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.splitlines()[-1] == f"{core} False"


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main([command, "--help"])
    assert end.value.code == 0
    assert cli.COMMANDS[command] in " ".join(capsys.readouterr().out.split())


def test_a_study_error_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    done = run(
        *("prepare", "--name", "x", "--recipe", '{"source": "iriss"}', "--seed", "1"),
        *("--first", "0", "--last", "0", "--output", tmp_path / "x.npz"),
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert "did you mean 'iris'?" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_an_unknown_command_gets_a_suggestion() -> None:
    done = run("plann")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: no command 'plann': ")
    assert line.endswith("did you mean 'plan'?")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["plan", "--configfile", "x", "--nonsense", "1"], "unrecognized arguments: --nonsense 1"),
        (["plan", "--configfile"], "argument --configfile: expected one argument"),
        (["cells", "--runs"], "argument --runs: expected one argument"),
    ],
)
def test_a_wrong_flag_is_one_line_that_names_the_help(
    arguments: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    help_with = f"python -m momentum_study {arguments[0]} --help lists the options"
    assert capsys.readouterr().err == f"error: {problem}; {help_with}\n"


def failing_with(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    def fail(options: theory.Options) -> None:
        raise error

    monkeypatch.setattr(theory, "run", fail)
    return cli.main(["theory", "--draws", "1", "--seed", "1", "--output", "x.csv"])


@pytest.mark.parametrize(
    ("error", "code", "expected"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "a.csv"), 1, "a.csv: No space left"),
        (OSError(errno.EROFS, "Read-only file system", "a.csv"), 1, "make this file system wri"),
        (OSError(errno.EIO, "Input/output error"), 1, "file system: Input/output error"),
        (OSError("no number at all"), 1, "file system: no number at all"),
        (PermissionError(errno.EACCES, "Permission denied", "a.csv"), 1, "may read and write"),
        (MemoryError("Unable to allocate 8 GiB"), 1, "(Unable to allocate 8 GiB); run fewer jobs"),
        (MemoryError(), 1, "not enough memory; run fewer jobs"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_system_errors_are_one_line_with_the_next_step(
    error: BaseException,
    code: int,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert failing_with(error, monkeypatch) == code
    (line,) = capsys.readouterr().err.splitlines()
    assert expected in line
    assert AGAIN in line


def test_each_warning_is_one_line_that_the_workflow_finds(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text("a,y\n" + "1,5\n" * 59 + "2,6\n", encoding="utf-8")
    recipe = json.dumps(
        {"source": "file", "path": f"{tmp_path}/table.csv", "target": "y", "task": "regression"}
    )
    done = run(
        *("prepare", "--name", "x", "--recipe", recipe, "--seed", "1"),
        *("--first", "0", "--last", "5", "--output", tmp_path / "x.npz"),
    )
    lines = done.stderr.splitlines()
    assert len(lines) >= 3
    assert all(line.startswith(f"{WARNING}dataset 'x': ") for line in lines)

    rule = tmp_path / "rule.py"
    lines = [
        "import logging, warnings",
        "warnings.warn('two\\nlines')",
        "logging.warning('logged')",
        (ROOT / "config/examples/quasi_hyperbolic.py").read_text(encoding="utf-8"),
    ]
    rule.write_text("\n".join(lines), encoding="utf-8")
    done = run("check-rule", rule)
    warned, logged = done.stderr.splitlines()
    assert warned.startswith(f"{WARNING}two lines (UserWarning in ")
    assert warned.endswith("rule.py, line 2)")
    assert logged == f"{WARNING}logged"


def test_internal_errors_have_a_traceback_and_ask_for_a_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing_with(KeyError("beta"), monkeypatch) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("Traceback")
    assert lines[-1].startswith("error: internal error (KeyError), not an error of your input")
    assert "please report it" in lines[-1]


def test_a_file_that_grows_too_large_is_named(tmp_path: Path) -> None:
    arguments = ["theory", "--draws", "5", "--seed", "1", "--output", tmp_path / "t.csv"]
    done = run(
        *arguments, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, 2 * (1024,))
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"error: {tmp_path}/t.csv: cannot be written: File too large; ")
    assert line.endswith(AGAIN)
    assert not list(tmp_path.iterdir())


def test_a_closed_output_is_not_an_error() -> None:
    plan = subprocess.Popen(
        [sys.executable, "-m", "momentum_study", "plan", "--configfile", "config/smoke.yaml"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    assert plan.stdout
    assert plan.stderr
    plan.stdout.close()
    assert plan.stderr.read() == b""
    plan.stderr.close()
    plan.wait()
