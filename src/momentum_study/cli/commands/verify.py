"""``verify``: compare a finished study with the published one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from momentum_study.core.atomic import replacing
from momentum_study.studies.verify.report import report_lines, to_json
from momentum_study.studies.verify.study import compare_studies


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    study: Annotated[str, "name of a finished study"] = "paper"
    results: Annotated[Path, "folder of results"] = Path("results")
    published: Annotated[Path | None, "published study, if not `published` in the results"] = None


def run(options: Options) -> int:
    """Write ``verify.json`` to the study's folder, print a report; return 1 if not reproduced."""
    here = options.results / options.study
    published = options.published or options.results / "published"
    reproduction = compare_studies(here, published)
    with replacing(here / "verify.json") as file:
        file.write(to_json(reproduction).encode())
    print("\n".join(report_lines(reproduction, str(here), str(published))))
    return 0 if reproduction.reproduced else 1
