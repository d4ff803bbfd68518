"""Writing a file whole or not at all."""

import glob
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing that takes the place of ``path`` when the block ends well.

    It is written under a temporary name in the same folder, brought to the disk and renamed. If
    the block raises, ``path`` is as it was. What a writer of ``path`` left behind that was killed
    on this machine is removed.
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
        if error.errno and not error.filename:  # a full disk does not say which file it was about
            error.filename = str(path)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def _is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)  # asks, sends nothing
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:  # somebody else's
        pass
    return True
