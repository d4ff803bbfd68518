"""The command line tells what is wrong in one line, and exits accordingly."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from momentum_study import cli
from momentum_study.commands.publish import LIMIT_BYTES


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


def finished_study(results: Path, bytes_of_runs: int = 10) -> Path:
    study = results / "paper"
    for name in (
        "tables/claims.csv",
        "figures/momentum/maps.png",
        "logs/x.log",
        "runs/a.parquet",
    ):
        (study / name).parent.mkdir(parents=True, exist_ok=True)
        (study / name).write_text(name, encoding="utf-8")
    (study / "tables/runs.parquet").write_bytes(b"x" * bytes_of_runs)
    (study / "provenance.json").write_text(json.dumps({}), encoding="utf-8")
    return study


def test_publish_replaces_what_was_published(tmp_path: Path) -> None:
    finished_study(tmp_path)
    (tmp_path / "published").mkdir()
    (tmp_path / "published/old.csv").write_text("old", encoding="utf-8")
    assert cli.main(["publish", "--results", str(tmp_path)]) == 0
    published = tmp_path / "published"
    assert sorted(str(p.relative_to(published)) for p in published.rglob("*.*")) == [
        "figures/momentum/maps.png",
        "provenance.json",
        "tables/claims.csv",
        "tables/runs.parquet",
    ]


def test_publish_keeps_to_the_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    finished_study(tmp_path, bytes_of_runs=LIMIT_BYTES)
    assert cli.main(["publish", "--results", str(tmp_path)]) == 1
    assert "more than 10 MB" in capsys.readouterr().err
    assert not (tmp_path / "published").exists()
