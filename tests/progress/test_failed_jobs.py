"""The last lines of a run: failed jobs, the end of their logs, the next step."""

import shutil
from pathlib import Path

import pytest

from snakemake_logger_plugin_momentum.failures import (
    TARGETS,
    at_once,
    hint,
    last_lines,
    summary,
    was_interrupted,
)
from snakemake_logger_plugin_momentum.progress import Job
from tests.projects import ROOT


def job(log: Path, *, prints: bool = False) -> Job:
    return Job("train", f"Training {log.stem}", (str(log),), prints)


def test_the_end_of_a_long_log_is_shown(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    lines = [f"line {number}" for number in range(100_000)]
    log.write_text("\n".join([*lines, "", "error: no space"]), encoding="utf-8")
    assert last_lines(str(log)) == [*lines[-9:], "error: no space"]
    assert at_once(job(log)) == ["failed: Training a", "        error: no space"]


def test_a_log_cannot_fill_or_control_the_terminal(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_bytes(b"\x1b[2J\xff" + b"x" * 5000)
    (line,) = last_lines(str(log))
    assert line.isprintable()
    assert len(line) == 1500


def test_three_jobs_are_shown_and_the_rest_is_counted(tmp_path: Path) -> None:
    failed = []
    for number in range(40):
        log = tmp_path / f"{number}.log"
        log.write_text(f"error: reason {number}\n", encoding="utf-8")
        failed.append(job(log))
    found = summary(failed, done=100, total=150, complete_log=".snakemake/log/x.log")
    assert f"Training 0 (rule train) failed. The last lines of {tmp_path}/0.log:" in found
    assert "  | error: reason 2" in found
    assert "  | error: reason 3" not in found
    assert "and 37 more (train 37); all are in .snakemake/log/x.log" in found
    assert found[-2] == "40 of 150 jobs failed, 100 done, 10 not started."
    assert found[-1].startswith("Next: ")


def test_a_job_that_was_killed_without_a_log_is_explained(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    for _ in range(2):  # missing, then empty
        found = "\n".join(summary([job(log)], done=0, total=1, complete_log=None))
        assert f"Nothing is in {log}" in found
        assert "memory" in found
        assert "not started" not in found
        log.touch()


def test_a_job_that_could_write_nothing_to_a_full_disk_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "a.log"
    log.touch()
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage._replace(free=4096))
    found = "\n".join(summary([job(log)], done=0, total=1, complete_log=None))
    assert "the disk is full (then: free some space)" in found
    assert "memory" not in found


def test_a_job_that_prints_to_the_terminal_was_not_killed(tmp_path: Path) -> None:
    found = summary([job(tmp_path / "a.log", prints=True)], done=0, total=1, complete_log=None)
    assert found == ["failed: Training a, see above"]


def test_an_interrupted_job_did_not_fail(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("interrupted; run the same command again\n", encoding="utf-8")
    assert was_interrupted(job(log))
    log.write_text("error: interrupted by a signal\n", encoding="utf-8")
    assert not was_interrupted(job(log))


@pytest.mark.parametrize(
    ("exception", "message", "expected"),
    [
        ("LockException", "Error: Directory cannot be locked.", "snakemake --unlock"),
        ("MissingRuleException", "No rule to produce tabels (if …)", "did you mean 'tables'?"),
        ("ProtectedOutputException", "Write-protected output files", "write-protected"),
        ("OSError", "[Errno 28] No space left on device: '.snakemake/log'", "free some space"),
        ("PermissionError", "[Errno 13] Permission denied: 'results'", "may read and write"),
        (
            "NotADirectoryError",
            "FileNotFoundError: [Errno 2] No such file or directory: '/home/me/.cache/snakemake'\n"
            "During handling of this exception, another one occurred:\n"
            "NotADirectoryError: [Errno 20] Not a directory: '/home/me/.cache'",
            "error: set XDG_CACHE_HOME to a folder",
        ),
        (
            "FileNotFoundError",
            "[Errno 2] No usable temporary directory found in ['/tmp', '/var/tmp']",
            "error: set TMPDIR to a folder",
        ),
    ],
)
def test_errors_of_snakemake_end_with_the_next_step(
    exception: str, message: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    found = hint(exception, message)
    assert found is not None
    assert found.startswith("error: ")
    assert expected in found


def test_other_errors_are_left_as_they_are() -> None:
    assert hint("SyntaxError", "invalid syntax") is None


def test_every_target_that_is_proposed_exists() -> None:
    rules = "".join(
        path.read_text(encoding="utf-8")
        for path in [ROOT / "workflow/Snakefile", *(ROOT / "workflow/rules").glob("*.smk")]
    )
    assert [target for target in TARGETS if f"rule {target}:\n" not in rules] == []
