"""Warnings that the logs of finished jobs contain."""

from pathlib import Path

from snakemake_logger_plugin_momentum.job_warnings import JobWarnings
from snakemake_logger_plugin_momentum.progress import Job


def read(folder: Path, *logs: str) -> list[str]:
    found = JobWarnings()
    for number, text in enumerate(logs):
        log = folder / f"{number}.log"
        log.write_text(text, encoding="utf-8")
        found.read(Job("prepare", f"Preparing {number}", (str(log),)))
    return found.summary()


def test_a_warning_is_shown_once_with_its_first_job_and_the_number_of_others(
    tmp_path: Path,
) -> None:
    first = "result\nwarning: a\nno warning: b\nwarning: a\n"
    lines = read(tmp_path, first, "warning: c\n", "warning: a\n", "warning: a\n")
    assert lines == [
        "warning: a",
        f"  Preparing 0 ({tmp_path}/0.log), and 2 more job(s)",
        "warning: c",
        f"  Preparing 1 ({tmp_path}/1.log)",
    ]


def test_a_few_warnings_are_shown_and_the_rest_is_counted(tmp_path: Path) -> None:
    lines = read(tmp_path, *(f"warning: {number}\n" for number in range(40)))
    assert len(lines) == 11
    assert lines[-1] == "and 35 more warning(s) in the logs of jobs"


def test_a_log_without_warnings_or_without_a_file_shows_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "result\n", "") == []
    found = JobWarnings()
    found.read(Job("prepare", "Preparing", (str(tmp_path / "missing.log"),)))
    found.read(Job("all", "all"))
    assert found.summary() == []


def test_a_warning_cannot_control_the_terminal(tmp_path: Path) -> None:
    line, _ = read(tmp_path, "warning: \x1b[2J" + "x" * 5000)
    assert line.isprintable()
    assert len(line) == 1500
