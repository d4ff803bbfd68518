"""``python -m momentum_study``: choose the numerical kernels, then run the command line."""

import gc
import io
import logging
import os
import sys
import warnings

from momentum_study.core import kernels
from momentum_study.core.errors import WARNING, StudyWarning
from momentum_study.core.text import one_line


def main() -> None:
    """Run the command line and exit with its code."""
    # Imports make many objects and no garbage; looking for it takes a third of their time.
    gc.disable()
    kernels.choose(kernels.requested(sys.argv[1:]))
    # A letter that the log's or terminal's encoding does not have is written as an escape.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    warnings.formatwarning = _one_line
    # Matplotlib logs its warnings.
    logging.basicConfig(format=f"{WARNING}%(message)s")
    from momentum_study.cli import main as cli  # only now: it loads NumPy

    code = cli.main(sys.argv[1:])
    gc.freeze()  # the last collection of a process takes as long
    sys.exit(code)


def _one_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    line: str | None = None,
) -> str:
    """Write a warning so that the workflow finds it in the log of a job."""
    place = ""
    if not issubclass(category, StudyWarning):
        place = f" ({category.__name__} in {os.path.relpath(filename)}, line {lineno})"
    return f"{WARNING}{one_line(message)}{place}\n"


if __name__ == "__main__":
    main()
