"""``python -m momentum_study``: pin the numerical kernels, then hand over to the command line."""

import io
import sys

from momentum_study.core import kernels


def main() -> None:
    """Run the command line and exit with its code."""
    kernels.pin()
    # A letter that the log's or terminal's encoding does not have is written as an escape.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    from momentum_study.cli import main as cli  # only now: it loads NumPy

    sys.exit(cli.main(sys.argv[1:]))


if __name__ == "__main__":
    main()
