"""The data of the explorer's page: what is read at once, and parts that are read on demand.

The document of the study contains the keys of all cells. Their numbers and learning curves are in
parts of `PART_CELLS` cells, in the order of the table of cells, so that the browser decodes only
the parts of the cells that it shows.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from momentum_study.analysis.stability import PREDICTED_RULES
from momentum_study.core.errors import StudyError
from momentum_study.core.rates import is_linear
from momentum_study.documents.explorer.colors import line_colors
from momentum_study.documents.explorer.encoding import (
    INFINITE,
    LOWEST,
    PER_DECADE,
    Codes,
    differences,
    loss_codes,
    number_list,
    packed,
    stream_bytes,
)
from momentum_study.documents.explorer.metrics import metrics
from momentum_study.engine.optimizers import RULES
from momentum_study.figures.rules import rule_place, rule_style
from momentum_study.figures.style import NO_BETTER, map_palette
from momentum_study.tables.columns import CELL_FACTS
from momentum_study.tables.keys import CELL_KEYS
from momentum_study.tables.schemas.cell_curves import CURVE_LOSSES, QUARTILES
from momentum_study.theory.quadratics import stability_limit

PART_CELLS = 2000
"""Smaller parts compress worse, larger ones take longer to decode."""

_TEXT_KEYS = CELL_KEYS[:6]
_NUMBER_KEYS = (*CELL_KEYS[6:], *CELL_FACTS)
_STREAMS = (
    *(f"{loss}_{part}" for loss in CURVE_LOSSES for part in ("median", "q25", "q75")),
    "n_diverged",
)
_PALETTE_SIZE = 64
_COUNTS = (
    "n_runs",
    "n_completed",
    "n_diverged",
    "divergence_rate",
    "divergence_rate_low",
    "divergence_rate_high",
)


@dataclass(frozen=True)
class About:
    """Facts of a study that its tables do not contain.

    Attributes
    ----------
    study, description
        Its name, and one sentence of description.
    confidence
        Level of the intervals.
    families
        Grid → the first grid with the same budget, loss and precision, as JSON. Cells of one
        family are comparable.
    """

    study: str
    description: str
    confidence: float
    families: dict[str, str]


@dataclass(frozen=True)
class Content:
    """The data of the page, compressed as text.

    Attributes
    ----------
    study
        A JSON document: facts of the study, keys of its cells.
    numbers
        For each part a JSON document: column → numbers of its cells.
    curves
        For each part the learning curves of its cells: see `curve_streams`.
    """

    study: str
    numbers: list[str]
    curves: list[str]


def explorer_content(
    about: About,
    cells: pd.DataFrame,
    runs: pd.DataFrame,
    initial_sharpness: pd.DataFrame,
    cell_curves: Iterable[pd.DataFrame],
) -> Content:
    """Write the data of the page.

    Parameters
    ----------
    about
        The study.
    cells
        A table of the schema `CELLS`.
    runs
        ``grid``, ``dataset`` and ``null_loss`` of the runs. Losses are divided by the loss of the
        best constant: the median over the runs of a grid and data set, as in the figures.
    initial_sharpness
        A table of the schema `INITIAL_SHARPNESS`.
    cell_curves
        A table of the schema `CELL_CURVES`, of the same cells, in parts.

    Raises
    ------
    StudyError
        If there is no cell, a cell without runs, or if the cells of the two tables differ.
    """
    if cells.empty:
        raise StudyError(
            "the table of cells has no rows, so there is nothing to explore. Run the workflow with "
            "--forcerun cells"
        )
    null_losses = runs.groupby(["grid", "dataset"])["null_loss"].median().rename("null_loss")
    cells = cells.join(null_losses, on=["grid", "dataset"])
    if cells["null_loss"].isna().any():
        raise StudyError(
            "some cells have no runs: the tables come from different studies. Run the workflow "
            "with --forcerun cells"
        )
    keys = list(CELL_KEYS)
    found = [cells.iloc[:0][keys]]
    steps: dict[tuple[int, ...], int] = {}
    kinds: list[int] = []
    curves: list[str] = []
    for part in curve_parts(cell_curves):
        starts = np.flatnonzero(~part.duplicated(keys))
        found.append(part.iloc[starts][keys])
        for own in np.split(part["step"].to_numpy(), starts[1:]):
            kinds.append(steps.setdefault(tuple(own.tolist()), len(steps)))
        curves.append(packed(b"".join(map(stream_bytes, curve_streams(part, starts)))))
    if not pd.concat(found, ignore_index=True).equals(cells[keys]):
        raise StudyError(
            "the tables of cells and curves come from different studies. Run the workflow with "
            "--forcerun cells cell_curves"
        )
    study = study_document(about, cells, initial_sharpness, list(steps), kinds)
    return Content(packed(study), [packed(part) for part in number_parts(cells)], curves)


def study_document(
    about: About,
    cells: pd.DataFrame,
    initial_sharpness: pd.DataFrame,
    steps: Sequence[tuple[int, ...]],
    kinds: Sequence[int],
) -> bytes:
    """Write the facts of the study and the keys of its cells as JSON.

    Parameters
    ----------
    about, cells, initial_sharpness
        As for `explorer_content`.
    steps
        Lists of the evaluations of a curve, in updates.
    kinds
        For each cell the index of its list.
    """
    numbers = _numbers(cells)
    facts = {
        **asdict(about),
        "floor": LOWEST,
        "metrics": [asdict(metric) for metric in metrics(cells.columns)],
        "palette": map_palette(_PALETTE_SIZE),
        "no_better": NO_BETTER,
        "series": _series(cells),
        "sharpness": _sharpness(initial_sharpness),
        "linear": _linear(cells),
        "rows": len(cells),
        "part_cells": PART_CELLS,
        "columns": [name for name in cells.columns if name in {*CELL_KEYS, *numbers}],
        "whole": [name for name in numbers if cells[name].dtype.kind == "i"],
        "text": {key: _dictionary(cells[key]) for key in _TEXT_KEYS},
        "curves": {
            "streams": _STREAMS,
            "steps": steps,
            "kind": kinds,
            "per_decade": PER_DECADE,
            "infinite": INFINITE,
        },
    }
    text = json.dumps(facts, allow_nan=False, ensure_ascii=False)
    return f'{text[:-1]},"numbers":{_columns(cells, _NUMBER_KEYS)}}}'.encode()


def number_parts(cells: pd.DataFrame) -> Iterator[bytes]:
    """Write the other numbers of cells as JSON, in parts.

    Parameters
    ----------
    cells
        As for `explorer_content`, with their ``null_loss``.
    """
    names = [name for name in (*_numbers(cells), "null_loss") if name not in _NUMBER_KEYS]
    for start in range(0, len(cells), PART_CELLS):
        yield _columns(cells.iloc[start : start + PART_CELLS], names).encode()


def _numbers(cells: pd.DataFrame) -> list[str]:
    """Columns of the table of cells that the page contains, apart from texts."""
    shown = (column for metric in metrics(cells.columns) for column in metric.columns)
    return list(dict.fromkeys([*_NUMBER_KEYS, *_COUNTS, *shown]))


def _columns(cells: pd.DataFrame, names: Iterable[str]) -> str:
    columns = (f"{json.dumps(name)}:{number_list(cells[name].tolist())}" for name in names)
    return f"{{{','.join(columns)}}}"


def _dictionary(column: pd.Series) -> dict[str, list[Any]]:
    codes, names = pd.factorize(column, sort=True)
    return {"names": names.tolist(), "codes": codes.tolist()}


def _series(cells: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of the maps, from the lowest up: names, colours, and the limit of α times λ."""
    pairs = cells[["rule", "beta"]].drop_duplicates().itertuples(index=False, name=None)
    return [
        {
            "rule": rule,
            "beta": beta,
            "label": rule_style(rule).label,
            "limit": _limit(rule, beta),
            "color": line_colors(rule, beta),
        }
        for rule, beta in sorted(pairs, key=lambda pair: (rule_place(pair[0]), *pair))
    ]


def _limit(rule: str, beta: float) -> float | None:
    """Largest αλ at which the rule is stable on a quadratic, if theory has a limit."""
    if rule not in PREDICTED_RULES:
        return None
    return RULES[rule].effective_rate(float(stability_limit(rule, beta)), beta)


def _sharpness(initial: pd.DataFrame) -> list[dict[str, Any]]:
    """λ_max at the start of the runs: range and median over replicates."""
    groups = initial.groupby(["grid", "dataset", "network"])["lambda_max"]
    return [
        {
            **dict(zip(("grid", "dataset", "network"), names, strict=True)),
            "min": lambdas.min(),
            "median": lambdas.median(),
            "max": lambdas.max(),
        }
        for names, lambdas in groups
    ]


def _linear(cells: pd.DataFrame) -> dict[str, dict[str, list[str]]]:
    """Grid → chosen rule, or ``all`` → which of its axes of rates are linear."""
    linear: dict[str, dict[str, list[str]]] = {}
    for grid, own in cells.groupby("grid"):
        for rule in ("all", *own["rule"].unique()):
            # Plain gradient descent is shown with every rule.
            shown = own if rule == "all" else own[own["rule"].isin(["gd", rule])]
            axes = [axis for axis in ("alpha", "eta") if is_linear(shown[axis])]
            linear.setdefault(str(grid), {})[rule] = axes
    return linear


def curve_parts(frames: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Divide a table of the schema `CELL_CURVES` into parts of `PART_CELLS` cells."""
    pending: list[pd.DataFrame] = []
    for frame in frames:
        rows = pd.concat([*pending, frame])
        # The last part may continue in the next frame.
        ends = np.flatnonzero(~rows.duplicated(list(CELL_KEYS)))[PART_CELLS::PART_CELLS]
        bounds = [0, *ends.tolist()]
        for start, end in pairwise(bounds):
            yield rows.iloc[start:end]
        pending = [rows.iloc[bounds[-1] :]]
    yield from pending


def curve_streams(curves: pd.DataFrame, starts: NDArray[np.int64]) -> Iterator[Codes]:
    """Encode the learning curves of cells as changes between evaluations.

    For each loss the median, then the distances of the quartiles from it; last the number of
    diverged runs.

    Parameters
    ----------
    curves
        ``n`` rows of a table of the schema `CELL_CURVES`.
    starts
        The first row of each cell.

    Yields
    ------
    numpy.ndarray
        ``(n,)`` codes of a stream.
    """
    for loss in CURVE_LOSSES:
        low, median, high = (loss_codes(curves[f"{loss}_{quartile}"]) for quartile in QUARTILES)
        for codes in (median, median - low, high - median):
            yield differences(codes, starts)
    yield differences(curves["n_diverged"], starts)
