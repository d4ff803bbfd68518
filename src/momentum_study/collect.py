"""From shards to tables: one row per run of the design, one row per evaluation of a run."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from momentum_study.config.study import Study
from momentum_study.design import shards
from momentum_study.errors import StudyError
from momentum_study.keys import RUN_KEYS
from momentum_study.shards import CURVE_PREFIX, counts_steps
from momentum_study.tables import check_complete


def read_shards(study: Study, folder: Path) -> Iterator[pa.Table]:
    """Read all shards of a study's design, and no other file, those of one β after the other.

    Yields
    ------
    Table
        The shards that differ in their replicates alone, as one table. These tables come in the
        order of the keys.

    Raises
    ------
    StudyError
        If a shard is missing or damaged, or holds other runs than the design's.
    """
    by_factors = attrgetter("factors")
    for _, group in groupby(sorted(shards(study), key=by_factors), key=by_factors):
        blocks = list(group)
        table = pa.concat_tables([_read_shard(folder / shard.path) for shard in blocks])
        design = [run for shard in blocks for run in shard.runs()]
        check_complete(
            table.select(RUN_KEYS).to_pandas(), pd.DataFrame(design, columns=list(RUN_KEYS))
        )
        yield table


def _read_shard(path: Path) -> pa.Table:
    try:
        # Not through a path: Arrow would read columns into folder names such as `a=b`.
        with path.open("rb") as file:
            return pq.read_table(file, page_checksum_verification=True)
    except FileNotFoundError:
        raise StudyError(f"{path}: this shard is missing; run the workflow again") from None
    except (OSError, pa.ArrowException) as error:
        raise StudyError(
            f"{path}: damaged shard ({error}); delete it and run the workflow again"
        ) from None


def collect_runs(table: pa.Table) -> pd.DataFrame:
    """Return the runs of some shards, one row each."""
    columns = [name for name in table.column_names if not name.startswith(CURVE_PREFIX)]
    runs: pd.DataFrame = table.select(columns).to_pandas()
    whole = [name for name in columns if counts_steps(name)]
    return runs.astype(dict.fromkeys(whole, "Int64"))


def collect_curves(table: pa.Table) -> pd.DataFrame:
    """Return the curves of some shards, one row per run and evaluation.

    Text is categorical: a million rows, a handful of words.
    """
    lists = [name for name in table.column_names if name.startswith(CURVE_PREFIX)]
    lengths = pc.list_value_length(table.column(lists[0])).to_numpy()
    runs: pd.DataFrame = table.select(RUN_KEYS).to_pandas()
    text = [key for key in RUN_KEYS if runs[key].dtype == "str"]
    rows = np.repeat(np.arange(len(runs)), lengths)
    curves = runs.astype(dict.fromkeys(text, "category")).take(rows).reset_index(drop=True)
    for name in lists:
        curves[name.removeprefix(CURVE_PREFIX)] = pc.list_flatten(table.column(name)).to_numpy()
    return curves.astype({"step": np.int64})
