"""``compare``: compare two studies, or two grids, cell by cell."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import pandas as pd

from momentum_study.core.atomic import replacing
from momentum_study.figures.files import save_drawing, save_picture
from momentum_study.figures.style import apply_style
from momentum_study.studies.compare import maps
from momentum_study.studies.compare.cells import compared_cells, summary_table
from momentum_study.studies.compare.comparability import differences, refuse_incomparable
from momentum_study.studies.compare.matching import common_grids, problem_pairs
from momentum_study.studies.compare.metrics import settings_of
from momentum_study.studies.compare.report import Picture, comparison_page, headline, share_text
from momentum_study.studies.compare.request import Match, parse
from momentum_study.studies.compare.schemas import CELLS, DIFFERENCES, SUMMARY
from momentum_study.studies.compare.studies import read_study
from momentum_study.tables.files import write_table


@dataclass(frozen=True)
class Options:
    """Options of the command."""

    baseline: Annotated[str, "finished study, or study.grid"]
    candidate: Annotated[str, "finished study, or study.grid, to compare with the baseline"]
    results: Annotated[Path, "folder of results"]
    output: Annotated[Path, "folder to write"]
    match: Annotated[Match, "match learning rates by value or by position"] = "auto"


def run(options: Options) -> None:
    """Compare the studies, write the tables, maps and page, and print the main result."""
    names = parse(options.baseline), parse(options.candidate)
    baseline, candidate = (read_study(options.results, name) for name in names)
    grids = common_grids(baseline.grids, candidate.grids)
    refuse_incomparable(baseline, candidate, grids)
    settings = settings_of(baseline, candidate, options.match)
    pairs = list(problem_pairs(baseline, candidate, paired=settings.paired))
    cells = compared_cells(pairs, settings)
    summary = summary_table(cells, pairs, settings)
    differing = differences(baseline, candidate, grids)
    write_table(cells, options.output / "cells.csv", CELLS)
    write_table(summary, options.output / "summary.csv", SUMMARY)
    write_table(differing, options.output / "differences.csv", DIFFERENCES)
    pictures = _draw(cells, (str(names[0]), str(names[1])), share_text(settings), options.output)
    page = comparison_page(names, settings, cells, summary, differing, pictures)
    with replacing(options.output / "index.html") as file:
        file.write(page.encode())
    print(headline(cells, differing, settings))


def _draw(cells: pd.DataFrame, names: tuple[str, str], share: str, output: Path) -> list[Picture]:
    """Draw all maps, and delete those of an earlier comparison."""
    apply_style()
    figures = output / "figures"
    shutil.rmtree(figures, ignore_errors=True)
    figures.mkdir(parents=True)
    limit = maps.limit_of(cells)
    pictures = []
    for which in maps.maps_of(cells):
        sheet = maps.draw(which, cells, names, limit, share)
        path = figures / which.path
        files = [path.with_name(f"{path.name}.{suffix}") for suffix in ("png", "svg", "json")]
        alt = which.alt(*names)
        save_picture(sheet, files[0])
        save_drawing(sheet, files[1], files[2], alt)
        relative = files[0].relative_to(output).as_posix()
        pictures.append(Picture(which.title, alt, relative, files[0].read_bytes()))
    return pictures
