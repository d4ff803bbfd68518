"""The exception that is a message to the user, and next steps after errors of files."""

import errno
import os
from pathlib import Path

INTERRUPTED = "interrupted"  # start of the last line of a job that Ctrl-C ended
WARNING = "warning: "  # start of the line of a warning in the output of a command
AGAIN = "run the same command again: what is finished is kept"
RESTORE = "delete it and run the workflow again; a published one is restored by git checkout"

_NEXT_STEPS = {
    errno.ENOSPC: f"free some space on this disk and {AGAIN}",
    errno.EDQUOT: f"free some space, your quota is used up, and {AGAIN}",
    errno.EFBIG: f"raise the limit on the size of files (ulimit -f) and {AGAIN}",
    errno.EMFILE: f"raise the limit on open files (ulimit -n) and {AGAIN}",
    errno.EROFS: f"make this file system writable, or work in a copy elsewhere, and {AGAIN}",
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM),
        f"check that you may read and write there (ls -ld), and {AGAIN}",
    ),
    **dict.fromkeys(
        (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EEXIST),
        "check the path and the folder that you are in",
    ),
}

# Folders outside of the project that libraries write to, and their places without the variable.
# Without Matplotlib's: if it cannot be written, Matplotlib warns, names its variable, and goes on.
_FOLDERS = {
    "SCIKIT_LEARN_DATA": "~/scikit_learn_data",
    "XDG_CACHE_HOME": "~/.cache",
}
_NO_TEMPORARY_FOLDER = "No usable temporary directory"  # of Python, without the path of a file


class StudyWarning(UserWarning):
    """Something about the input that does not stop a job, but that its results suffer from.

    Commands print warnings as lines that start with `WARNING`; the last lines of the workflow
    repeat them.
    """


class StudyError(Exception):
    """An error that the user can fix: in a configuration, a data file, a damaged output.

    The message says what is wrong, where (file, key, dataset), what was expected and what to do
    about it. The command line prints it without a traceback and exits with code 1. Errors that
    only a programmer can cause are `TypeError` or `ValueError` instead.
    """


def next_step(number: int | None, path: object = None) -> str:
    """Return what to do about an error of the operating system.

    Parameters
    ----------
    number
        The `errno` of the `OSError`.
    path
        Its file, or its message if it names none.
    """
    if variable := _variable(str(path)):
        return (
            f"set {variable} to a folder that you may write to (export {variable}=…), and {AGAIN}"
        )
    return _NEXT_STEPS.get(number or 0, f"{AGAIN}; if the error occurs again, check the disk")


def _variable(path: str) -> str | None:
    """Return the environment variable that a folder outside of the project comes from."""
    if path.startswith(_NO_TEMPORARY_FOLDER):
        return "TMPDIR"
    for variable, default in _FOLDERS.items():
        folder = Path(os.environ.get(variable) or default).expanduser()
        if Path(path).is_relative_to(folder):
            return variable
    return None
