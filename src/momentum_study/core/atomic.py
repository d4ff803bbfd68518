"""Atomic writing of files."""

import glob
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that replaces ``path`` when the block ends without an error.

    It is written under a temporary name in the same folder, flushed to disk and renamed. If the
    block raises, ``path`` is unchanged. Temporary files that killed writers of ``path`` left on
    this machine are removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    of_this_machine = f".{path.name}.{platform.node()}."
    for leftover in path.parent.glob(f"{glob.escape(of_this_machine)}*"):
        if not _is_alive(leftover.name.removeprefix(of_this_machine)):
            leftover.unlink(missing_ok=True)
    temporary = path.with_name(f"{of_this_machine}{os.getpid()}")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        if error.errno and not error.filename:  # the error of a full disk names no file
            error.filename = str(path)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)  # signal 0 only checks
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:  # of another user
        pass
    return True
