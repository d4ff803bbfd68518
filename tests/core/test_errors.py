"""Next steps after errors of the file system."""

import errno

import pytest

from momentum_study.core.errors import AGAIN, next_step


@pytest.mark.parametrize(
    ("environment", "path", "expected"),
    [
        ({}, "/home/me/.cache/snakemake/source-cache", "set XDG_CACHE_HOME to a folder"),
        ({"XDG_CACHE_HOME": "/scratch"}, "/scratch/snakemake", "set XDG_CACHE_HOME to a folder"),
        ({"XDG_CACHE_HOME": "/scratch"}, "/home/me/.cache/snakemake", "ls -ld"),
        ({}, "/home/me/scikit_learn_data", "set SCIKIT_LEARN_DATA to a folder"),
        ({"SCIKIT_LEARN_DATA": "/data"}, "/data/openml", "set SCIKIT_LEARN_DATA to a folder"),
        ({}, "No usable temporary directory found in ['/tmp']", "set TMPDIR to a folder"),
        ({}, "results/smoke/runs", "ls -ld"),
        ({}, "/home/me/.cached", "ls -ld"),
        ({}, None, "ls -ld"),
    ],
)
def test_a_folder_of_the_environment_is_named_by_its_variable(
    environment: dict[str, str],
    path: str | None,
    expected: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    for name in ("XDG_CACHE_HOME", "SCIKIT_LEARN_DATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    step = next_step(errno.EACCES, path)
    assert expected in step
    assert step.endswith(AGAIN)
