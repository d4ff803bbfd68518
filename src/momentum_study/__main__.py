"""``python -m momentum_study``: pin the numerical kernels, then hand over to the command line."""

import sys

from momentum_study import kernels


def main() -> None:
    """Run the command line and exit with its code."""
    kernels.pin()
    from momentum_study import cli  # only now: it loads NumPy

    sys.exit(cli.main(sys.argv[1:]))


if __name__ == "__main__":
    main()
