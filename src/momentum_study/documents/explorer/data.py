"""The data of the explorer: two documents in its page, the cells and their learning curves."""

import json
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.analysis.stability import PREDICTED_RULES
from momentum_study.core.errors import StudyError
from momentum_study.core.rates import is_linear
from momentum_study.documents.explorer.colors import line_colors
from momentum_study.documents.explorer.encoding import (
    INFINITE,
    LOWEST,
    PER_DECADE,
    differences,
    loss_codes,
    number_list,
    pack_streams,
)
from momentum_study.documents.explorer.metrics import metrics
from momentum_study.engine.optimizers import RULES
from momentum_study.figures.rules import rule_place, rule_style
from momentum_study.figures.style import NO_BETTER, map_palette
from momentum_study.tables.columns import CELL_FACTS
from momentum_study.tables.keys import CELL_KEYS
from momentum_study.tables.schemas.cell_curves import CURVE_LOSSES, QUARTILES
from momentum_study.theory.quadratics import stability_limit

_TEXT_KEYS = CELL_KEYS[:6]
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


def cells_document(
    about: About, cells: pd.DataFrame, runs: pd.DataFrame, initial_sharpness: pd.DataFrame
) -> bytes:
    """Write the data of the maps as JSON.

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

    Raises
    ------
    StudyError
        If there is no cell, or a cell without runs.
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
    chosen = metrics(cells.columns)
    numbers = dict.fromkeys(
        [*CELL_KEYS[6:], *CELL_FACTS, *_COUNTS, *(c for m in chosen for c in m.columns)]
    )
    facts = {
        **asdict(about),
        "floor": LOWEST,
        "metrics": [asdict(metric) for metric in chosen],
        "palette": map_palette(_PALETTE_SIZE),
        "no_better": NO_BETTER,
        "series": _series(cells),
        "sharpness": _sharpness(initial_sharpness),
        "linear": _linear(cells),
        "rows": len(cells),
        "columns": [column for column in cells.columns if column in {*_TEXT_KEYS, *numbers}],
        "whole": [column for column in numbers if cells[column].dtype.kind == "i"],
        "text": {key: _dictionary(cells[key]) for key in _TEXT_KEYS},
    }
    columns = ",".join(
        f"{json.dumps(column)}:{number_list(cells[column].tolist())}"
        for column in [*numbers, "null_loss"]
    )
    text = json.dumps(facts, allow_nan=False, ensure_ascii=False)
    return f'{text[:-1]},"numbers":{{{columns}}}}}'.encode()


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


def curves_document(cells: pd.DataFrame, cell_curves: pd.DataFrame) -> bytes:
    """Write the learning curves of all cells, in the order of the table of cells.

    Streams contain medians and numbers of diverged runs as changes between evaluations, and
    quartiles as distances from the median.

    Parameters
    ----------
    cells
        A table of the schema `CELLS`.
    cell_curves
        A table of the schema `CELL_CURVES`, of the same cells.

    Raises
    ------
    StudyError
        If the cells of the two tables differ.
    """
    keys = list(CELL_KEYS)
    first = ~cell_curves.duplicated(keys).to_numpy()
    if not cell_curves.loc[first, keys].reset_index(drop=True).equals(cells[keys]):
        raise StudyError(
            "the tables of cells and curves come from different studies. Run the workflow with "
            "--forcerun cells cell_curves"
        )
    starts = np.flatnonzero(first)
    steps = [tuple(own.tolist()) for own in np.split(cell_curves["step"].to_numpy(), starts[1:])]
    kinds = {own: place for place, own in enumerate(dict.fromkeys(steps))}
    streams = {}
    for loss in CURVE_LOSSES:
        low, median, high = (
            loss_codes(cell_curves[f"{loss}_{quartile}"]) for quartile in QUARTILES
        )
        streams[f"{loss}_median"] = differences(median, starts)
        streams[f"{loss}_q25"] = median - low
        streams[f"{loss}_q75"] = high - median
    streams["n_diverged"] = differences(cell_curves["n_diverged"], starts)
    header = {
        "steps": list(kinds),
        "kind": [kinds[own] for own in steps],
        "per_decade": PER_DECADE,
        "infinite": INFINITE,
    }
    return pack_streams(header, streams)
