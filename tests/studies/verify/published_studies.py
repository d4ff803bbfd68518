"""Small finished studies in a folder: valid tables, a figure, a paper, a page of the explorer."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from momentum_study.tables.catalogue import SCHEMAS
from momentum_study.tables.files import write_table
from tests.comparison_tables import claims_and_cases, theory
from tests.synthetic import synthetic_initial_sharpness, synthetic_runs

CONFIGURATION = {"study": "made", "seed": 1, "targets": [0.5, 0.2], "statistics": {"resamples": 50}}
PROVENANCE: dict[str, Any] = {
    "study": CONFIGURATION,
    "python": "3.11.7",
    "packages": {"numpy": "2.4.6", "pandas": "3.1.1"},
    "platform": "Linux-6.1-x86_64-with-glibc2.36",
    "processor": "A processor",
    "blas": [{"internal_api": "openblas", "version": "0.3.31", "architecture": "Haswell"}],
    "numpy_simd": {"baseline": ["X86_V2"], "found": ["X86_V3"], "not found": ["X86_V4"]},
    "commit": "1234",
    "seconds": {},
    "training": {},
}


def made_study(folder: Path) -> Path:
    """Write a study into a folder."""
    claims, cases = claims_and_cases()
    tables = {
        "runs.parquet": synthetic_runs(),
        "initial_sharpness.csv": synthetic_initial_sharpness(),
        "theory.csv": theory(),
        "claims.csv": claims,
        "claim_cases.csv": cases,
    }
    for name, table in tables.items():
        write_table(table, folder / "tables" / name, SCHEMAS[name])
    (folder / "explorer.html").write_bytes(b"<!DOCTYPE html>\nmade\n</html>\n")
    (folder / "figures/main").mkdir(parents=True)
    save_picture(np.full((40, 100, 3), 255, dtype=np.uint8), folder / "figures/main/maps.png")
    (folder / "paper.pdf").write_bytes(b"%PDF-1.7\npaper\n%%EOF\n")
    write_provenance(folder, PROVENANCE)
    return folder


def save_picture(pixels: np.ndarray, path: Path) -> None:
    Image.fromarray(pixels).save(path)


def write_provenance(folder: Path, provenance: dict[str, Any]) -> None:
    (folder / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")


def change_provenance(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    provenance = copy.deepcopy(PROVENANCE)
    change(provenance)
    write_provenance(folder, provenance)


def with_other_kernels(study: Path) -> None:
    """Record other kernels for the study, and round every metric of its runs differently."""
    change_provenance(study, lambda tree: tree["blas"][0].update(architecture="SkylakeX"))
    change_table(study / "tables/runs.parquet", rounded_otherwise)


def rounded_otherwise(runs: pd.DataFrame) -> None:
    """Move every number in single precision to its neighbour towards 0."""
    for name in runs.select_dtypes("float32"):
        runs[name] = np.nextafter(runs[name].to_numpy(), np.float32(0))


def change_table(path: Path, change: Callable[[pd.DataFrame], object]) -> None:
    """Change a table in place with pandas alone, rules of its schema or not; CSV as text."""
    if path.suffix == ".csv":
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        change(table)
        table.to_csv(path, index=False, lineterminator="\n")
    else:
        table = pd.read_parquet(path)
        change(table)
        table.to_parquet(path)


def set_value(folder: Path, name: str, rows: int | list[int], column: str, value: object) -> None:
    """Put a value into some rows of a table."""
    path = folder / "tables" / name
    if path.suffix == ".csv":
        value = "" if pd.isna(value) else str(value)

    def change(table: pd.DataFrame) -> None:
        table.loc[rows, column] = value

    change_table(path, change)
