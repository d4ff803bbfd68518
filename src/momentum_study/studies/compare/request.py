"""What the workflow is asked to compare.

Light on purpose: the workflow reads it at every start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from momentum_study.core.errors import StudyError
from momentum_study.core.text import suggest
from momentum_study.studies.compare.names import RUNS_FILE, Name, check_finished, parse
from momentum_study.studies.record import PROVENANCE

Match = Literal["auto", "value", "position"]
MATCHES: tuple[Match, ...] = get_args(Match)
"""How learning rates are matched; the first is the default."""


@dataclass(frozen=True)
class Request:
    """A comparison that is asked for.

    Attributes
    ----------
    baseline, candidate
        The two sides.
    match
        How their learning rates are matched.
    """

    baseline: Name
    candidate: Name
    match: str

    @property
    def folder(self) -> str:
        """Where it is written, below the results."""
        return f"comparisons/{self.baseline}--{self.candidate}"


def read_request(config: Mapping[str, object], *, wanted: bool = False) -> Request | None:
    """Read what is asked for on the command line of the workflow.

    Parameters
    ----------
    config
        With ``baseline``, ``candidate`` and, if need be, ``match``.
    wanted
        Whether a comparison is asked for in so many words.

    Returns
    -------
    Request
        None if there is none.

    Raises
    ------
    StudyError
        If a side is missing or no name, or there is no such way to match.
    """
    sides = [config.get(side) for side in ("baseline", "candidate")]
    if None in sides:
        if wanted or any(sides):
            raise StudyError(
                "compare needs --config baseline=… candidate=…, each a study such as published, "
                "or one of its grids, such as published.momentum"
            )
        return None
    match = str(config.get("match", MATCHES[0]))
    if match not in MATCHES:
        raise StudyError(f"match={match}: unknown; {suggest(match, MATCHES)}")
    baseline, candidate = (parse(str(side)) for side in sides)
    return Request(baseline, candidate, match)


def finished_files(results: Path, name: Name) -> list[str]:
    """Return the files of a finished study that are compared.

    Raises
    ------
    StudyError
        If it is not finished (`names.check_finished`).
    """
    check_finished(results, name)
    return [(results / name.study / file).as_posix() for file in (RUNS_FILE, PROVENANCE)]
