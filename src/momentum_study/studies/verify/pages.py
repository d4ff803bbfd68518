"""Comparing the explorer's page: what its compressed data say, not how they were compressed.

Builds of zlib differ in how they compress the same bytes, and numbers in the data have the
tolerances of the tables they come from.
"""

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from momentum_study.core.errors import RESTORE, StudyError
from momentum_study.documents.explorer.encoding import unpack_streams, unpacked
from momentum_study.studies.verify.findings import Comparison
from momentum_study.studies.verify.tables import compare_tables
from momentum_study.studies.verify.tolerances import (
    EXPLORER_CELLS,
    EXPLORER_CURVES,
    EXPLORER_FACTS,
    Leeway,
)
from momentum_study.tables.keys import CELL_KEYS

_DATA = re.compile(r'(<script type="text/plain" id="(\w+)-data">)([^<]*)(</script>)')
_COLUMNS = ("numbers", "text", "columns", "rows", "whole")
"""What of the document of cells makes up its table."""

# Damage, and the shapes that data of another program may have.
_UNREADABLE = (
    *(OSError, EOFError, zlib.error, ValueError, LookupError),
    *(TypeError, AttributeError, OverflowError, RecursionError),
)


@dataclass(frozen=True)
class Explorer:
    """A page taken apart.

    Attributes
    ----------
    frame
        The page without its data.
    facts
        A row per fact that is no column of the table of cells: ``fact``, ``number``, ``text``.
    cells
        The table of cells.
    curves
        A row per cell and evaluation: `CELL_KEYS`, ``step`` and the codes of its curves.
    """

    frame: str
    facts: pd.DataFrame
    cells: pd.DataFrame
    curves: pd.DataFrame


def compare_explorers(here: Path, published: Path, leeway: Leeway) -> list[Comparison]:
    """Compare two pages: what surrounds the data, facts, cells and curves.

    Raises
    ------
    StudyError
        If one of the files is no page of the explorer, or damaged.
    """
    a, b = read_explorer(here), read_explorer(published)
    problems = () if a.frame == b.frame else ("another page around the data",)
    return [
        Comparison(0, problems=problems),
        compare_tables(a.facts, b.facts, ["fact"], EXPLORER_FACTS, leeway),
        compare_tables(a.cells, b.cells, CELL_KEYS, EXPLORER_CELLS, leeway),
        compare_tables(a.curves, b.curves, [*CELL_KEYS, "step"], EXPLORER_CURVES, leeway),
    ]


def read_explorer(path: Path) -> Explorer:
    """Read and unpack a page.

    Raises
    ------
    StudyError
        If the file is no page of the explorer, or damaged.
    """
    try:
        page = path.read_text(encoding="utf-8")
        if not page.endswith("</html>\n"):
            raise ValueError("it is cut off")
        packed = {match[2]: match[3] for match in _DATA.finditer(page)}
        data = {name: unpacked(text) for name, text in packed.items()}
        document = json.loads(data["cells"])
        cells = _cells(document)
        curves = _curves(data["curves"], cells[list(CELL_KEYS)])
        facts = _facts({key: value for key, value in document.items() if key not in _COLUMNS})
    except _UNREADABLE as error:
        raise StudyError(
            f"{path}: cannot be read as a page of the explorer: {error!r}; {RESTORE}"
        ) from None
    return Explorer(_DATA.sub(r"\1\4", page), facts, cells, curves)


def _cells(document: Mapping[str, Any]) -> pd.DataFrame:
    texts = {
        key: np.asarray(column["names"], dtype=object)[column["codes"]]
        for key, column in document["text"].items()
    }
    # A missing value is null, an infinite one 1e999.
    numbers = {
        name: np.asarray(values, dtype="float64") for name, values in document["numbers"].items()
    }
    return pd.DataFrame({**texts, **numbers}).astype(dict.fromkeys(texts, "str"))


def _curves(content: bytes, cells: pd.DataFrame) -> pd.DataFrame:
    """Undo `momentum_study.documents.explorer.data.curves_document`."""
    header, streams = unpack_streams(content)
    steps = [header["steps"][kind] for kind in header["kind"]]
    lengths = np.asarray([len(one) for one in steps])
    frame = cells.loc[cells.index.repeat(lengths)].reset_index(drop=True)
    frame["step"] = np.concatenate(steps).astype("float64")
    cell = np.repeat(np.arange(len(cells)), lengths)
    for name, codes in streams.items():
        if not name.endswith(("_q25", "_q75")):
            # Changes from one evaluation of a cell to the next.
            codes = pd.Series(codes).groupby(cell).cumsum().to_numpy()
        frame[name] = codes.astype("float64")
    for name in [name for name in streams if name.endswith("_q25")]:
        loss = name.removesuffix("_q25")
        frame[f"{loss}_q25"] = frame[f"{loss}_median"] - frame[f"{loss}_q25"]
        frame[f"{loss}_q75"] = frame[f"{loss}_median"] + frame[f"{loss}_q75"]
    return frame


def _facts(tree: Any) -> pd.DataFrame:
    rows = list(_leaves(tree, ""))
    return pd.DataFrame(rows, columns=["fact", "number", "text"]).astype(
        {"fact": "str", "number": "float64", "text": "str"}
    )


def _leaves(tree: Any, path: str) -> Iterator[tuple[str, float, str]]:
    if isinstance(tree, dict | list):
        entries = tree.items() if isinstance(tree, dict) else enumerate(tree)
        for key, value in entries:
            yield from _leaves(value, f"{path}.{key}" if path else str(key))
    elif isinstance(tree, int | float) and not isinstance(tree, bool):
        yield path, float(tree), ""
    else:
        yield path, np.nan, json.dumps(tree, ensure_ascii=False)
