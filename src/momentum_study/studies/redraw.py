"""Which figures of a finished study can be drawn again from its tables alone, without its runs.

This module imports little, because the workflow reads it at every start.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from momentum_study.config.study import Study
from momentum_study.core.errors import StudyError
from momentum_study.core.text import plain
from momentum_study.figures.catalogue import KINDS, FigureJob
from momentum_study.figures.jobs import figure_jobs
from momentum_study.studies.record import PROVENANCE, configuration, read_provenance

# Computed from the table of runs within seconds, so `publish` leaves it out.
CELLS, RUNS = "cells.parquet", "runs.parquet"


@dataclass(frozen=True)
class Redrawing:
    """A finished study of which only the tables are used.

    Attributes
    ----------
    name
        Its folder below the results.
    study
        The configuration recorded with its tables.
    tables
        File names of the tables that it has.
    """

    name: str
    study: Study
    tables: frozenset[str]

    @property
    def folder(self) -> str:
        """Where figures and paper are written, below the results."""
        return f"redrawn/{self.name}"

    def can_draw(self, job: FigureJob) -> bool:
        """Return whether a figure needs only tables that exist or follow from them."""
        derived = {CELLS} if RUNS in self.tables else set()
        return self.tables | derived >= set(KINDS[job.kind].tables)

    def not_drawn(self) -> list[str]:
        """Return the paths of the figures that need runs, below ``figures/``."""
        return [job.path for job in figure_jobs(self.study) if not self.can_draw(job)]


def read_redrawing(config: Mapping[str, object], results: Path) -> Redrawing | None:
    """Read from the command line of the workflow whose tables to use.

    Parameters
    ----------
    config
        What ``--config`` gave: ``tables``, the name of a finished study, such as ``published``.
    results
        Folder of all results.

    Returns
    -------
    Redrawing
        None if the study of the configuration file is run.

    Raises
    ------
    StudyError
        If the name is not a plain one, the study is unfinished, or another key is given.
    """
    if "tables" not in config:
        return None
    if others := sorted(set(config) - {"tables"}):
        raise StudyError(
            f"--config tables=… {others[0]}=…: tables is for figures and paper, and {others[0]} is "
            "not; run snakemake once for each"
        )
    try:
        name = plain(str(config["tables"]))
    except ValueError as error:
        raise StudyError(f"tables={config['tables']}: {error}, such as published") from None
    folder = results / name
    study = configuration(read_provenance(folder / PROVENANCE))
    return Redrawing(name, study, frozenset(path.name for path in folder.glob("tables/*.*")))
