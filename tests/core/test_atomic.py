"""A file is complete or absent, whatever happens while it is written."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from momentum_study.core.atomic import replacing

WRITER = """
import os, signal, sys
from pathlib import Path
from momentum_study.core.atomic import replacing
moment, path = int(sys.argv[1]), Path(sys.argv[2])
seen = 0
def kill_at(event, arguments):  # every opening, renaming, removing … is such a moment
    global seen
    if event.split(".")[0] in ("open", "os", "glob") and event != "os.kill":
        seen += 1
        if seen == moment:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(kill_at)
with replacing(path) as file:
    for _ in range(3):
        file.write(b"new" * 1000)
        file.flush()
        open(os.devnull).close()
print(seen)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_file_exists_when_the_block_has_ended(tmp_path: Path) -> None:
    path = tmp_path / "new folder/file"
    with replacing(path) as file:
        file.write(b"content")
        assert not path.exists()
    assert path.read_bytes() == b"content"
    assert names(path.parent) == ["file"]


def test_the_old_file_remains_if_the_block_raises(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), replacing(path) as file:
        file.write(b"new" * (1 // (file.write(b"half") - 4)))
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["file"]


def test_a_writer_killed_at_any_moment_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for moment in range(1, 100):
        path.write_bytes(b"old")
        done = subprocess.run(
            [sys.executable, "-c", WRITER, str(moment), str(path)], capture_output=True, check=False
        )
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL
        assert path.read_bytes() in (b"old", b"new" * 3000)
    assert moment > int(done.stdout) > 5
    # The last writer, which was not killed, has removed what the others left behind.
    assert names(tmp_path) == ["file"]
    assert path.read_bytes() == b"new" * 3000


def test_the_temporary_file_of_a_running_writer_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with replacing(path) as outer:
        outer.write(b"outer")
        (temporary,) = tmp_path.iterdir()
        other = temporary.with_name(temporary.name.replace(str(os.getpid()), str(os.getppid())))
        other.write_bytes(b"of a process that is alive")
        elsewhere = temporary.with_name(".file.elsewhere.1")
        elsewhere.write_bytes(b"of another machine")
    assert names(tmp_path) == sorted([other.name, elsewhere.name, "file"])
