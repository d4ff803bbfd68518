"""From shards to tables: one row per run of the design, one row per evaluation of a run."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from momentum_study.config.study import Study
from momentum_study.core.errors import StudyError
from momentum_study.runs.design import prepared_path, shards
from momentum_study.runs.shard_files import (
    Fingerprint,
    UnusableShardError,
    digest_of_file,
    read_shard,
)
from momentum_study.runs.train import CURVE_PREFIX, counts_steps
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.validation import check_complete, listed

# Checking a table takes some milliseconds, however small it is.
_RUNS_AT_ONCE = 3000


class UnusableShardsError(StudyError):
    """Some shards of a study are missing, damaged, or of another design or other data.

    Attributes
    ----------
    unusable
        Files that exist and cannot be used.
    """

    def __init__(self, message: str, unusable: list[Path]) -> None:
        super().__init__(message)
        self.unusable = unusable


def read_shards(study: Study, shards_folder: Path, data_folder: Path) -> Iterator[pa.Table]:
    """Read all shards of a study's design, and no other file.

    Parameters
    ----------
    study
        Its design lists the shards, and what each was trained from.
    shards_folder, data_folder
        Folders of the shards, and of the prepared data sets that they were trained on.

    Yields
    ------
    Table
        Sweeps with all their replicates, in the order of the keys; of a small study all sweeps.

    Raises
    ------
    UnusableShardsError
        After all shards have been read, naming every one that cannot be used.
    """
    keys = attrgetter("grid", "dataset", "network", "rule", "batch")
    design = sorted(shards(study), key=keys)
    prepared = {prepared_path(shard.dataset, shard.data) for shard in design}
    digests = {path: digest_of_file(data_folder / path) for path in prepared}
    problems: list[str] = []
    unusable: list[Path] = []
    pending: list[pa.Table] = []
    for _, group in groupby(design, key=keys):
        of_sweep: defaultdict[tuple[str, float], list[pa.Table]] = defaultdict(list)
        runs: list[tuple[str | float | int, ...]] = []
        for shard in group:
            path = shards_folder / shard.path
            runs += shard.runs()
            data = digests[prepared_path(shard.dataset, shard.data)]
            sweeps = list(shard.sweeps())
            ends = (shard.block.first, shard.block.last)
            try:
                tables = read_shard(path, [Fingerprint(sweep, data, ends) for sweep in sweeps])
            except FileNotFoundError:
                problems.append(f"{path}: this shard is missing")
            except UnusableShardError as error:
                problems.append(str(error))
                unusable.append(path)
            else:
                for sweep, table in zip(sweeps, tables, strict=True):
                    of_sweep[sweep.schedule, sweep.beta].append(table)
        if not problems:
            whole = [pa.concat_tables(of_sweep[key]) for key in sorted(of_sweep)]
            found = pd.concat([table.select(RUN_KEYS).to_pandas() for table in whole])
            check_complete(found, pd.DataFrame(runs, columns=list(RUN_KEYS)))
            pending += whole
            if sum(table.num_rows for table in pending) >= _RUNS_AT_ONCE:
                yield pa.concat_tables(pending)
                pending = []
    if problems:
        counted = f"{len(problems)} of {len(design)} shards cannot be used"
        raise UnusableShardsError(f"{counted}: {listed(problems)}", unusable)
    if pending:
        yield pa.concat_tables(pending)


def set_aside(unusable: Iterable[Path]) -> None:
    """Rename files of shards, with the suffix ``.unusable``, so that they are trained again."""
    for path in unusable:
        path.replace(path.with_name(f"{path.name}.unusable"))


def collect_runs(table: pa.Table) -> pd.DataFrame:
    """Return the runs of some shards, one row each."""
    columns = [name for name in table.column_names if not name.startswith(CURVE_PREFIX)]
    runs: pd.DataFrame = table.select(columns).to_pandas()
    whole = [name for name in columns if counts_steps(name)]
    return runs.astype(dict.fromkeys(whole, "Int64"))


def collect_curves(table: pa.Table) -> pd.DataFrame:
    """Return the curves of some shards, one row per run and evaluation.

    Text is categorical, since a million rows have a handful of values.
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
