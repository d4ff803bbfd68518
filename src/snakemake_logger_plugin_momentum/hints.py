"""What to do about errors that stop Snakemake itself, in one line after its own message."""

import errno
import re

from momentum_study.core.errors import AGAIN, next_step
from momentum_study.core.text import suggest

# What can be asked for by name; README.md says what each is.
TARGETS = ("all", "compare", "explorer", "figures", "paper", "tables", "verify")

_NO_RULE = re.compile(r"No rule to produce (\S+)")
_ERRNO = re.compile(r"\[Errno (\d+)\]")


def hint(exception: str, message: str) -> str | None:
    """Return the line that ends an error message, if there is something to say.

    Parameters
    ----------
    exception
        Name of the exception's class.
    message
        What Snakemake says about it.
    """
    if exception == "LockException":
        return (
            "error: this folder is in use by another run. If none is alive (it was killed, or the "
            f"power failed): snakemake --unlock, then {AGAIN}"
        )
    if exception == "MissingRuleException" and (unknown := _NO_RULE.search(message)):
        return f"error: nothing is called {unknown[1]!r}: {suggest(unknown[1], TARGETS)}"
    if exception == "ProtectedOutputException":
        return f"error: these files cannot be written; {next_step(errno.EROFS)}"
    if number := _ERRNO.search(message):
        return f"error: {next_step(int(number[1]))}"
    return None
