"""Large studies: a million runs through all of the analysis, and 200,000 runs from the start.

``python -m benchmarks.large`` makes two studies with the workflow. It writes what each step and
each stage of them cost, ``large.csv`` and ``large_stages.csv``.

``large_synthetic`` has copies of the runs of a finished study, under other names of data sets, so
that nothing is trained. Copies have equal numbers, which takes the same time and memory.
``large_real`` is a study of cheap networks, from its configuration to the explorer.
"""

import argparse
import resource
import shutil
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from pyarrow import parquet

from benchmarks.designs import ROOT, configuration, dry_run, snakemake
from benchmarks.processes import ContenderError
from benchmarks.stages import by_stage, costs_of_jobs
from benchmarks.summary import save, show
from momentum_study.config.study import Study
from momentum_study.core.errors import StudyError
from momentum_study.datasets.prepared import load_prepared, save_prepared
from momentum_study.runs.design import followed_sweeps, prepared_path, shards
from momentum_study.studies.record import PROVENANCE, read_provenance
from momentum_study.tables.files import read_table, write_large_table, write_table
from momentum_study.tables.schema import Table
from momentum_study.tables.schemas.curves import CURVES
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.schemas.sharpness import SHARPNESS

TABLES = ("large", "large_stages")
SYNTHETIC, REAL = STUDIES = ("large_synthetic", "large_real")
STEPS = {
    SYNTHETIC: ("tables", "figures", "explorer"),
    REAL: ("collect", "tables", "figures", "explorer", "all"),
}
"""Targets of the workflow, one after the other."""

_COPY = "_copy"


@dataclass(frozen=True)
class Copies:
    """A finished study of which every data set with all its runs is copied.

    Attributes
    ----------
    source
        Folder of the finished study.
    number
        Of each data set and its runs, the original included.
    """

    source: Path
    number: int

    def names(self, dataset: str) -> list[str]:
        """Return the names of the copies, the first of them the data set's own."""
        return [dataset, *(f"{dataset}{_COPY}{i:02d}" for i in range(2, self.number + 1))]

    def configuration(self) -> dict[str, Any]:
        """Return the configuration of the study of all copies."""
        tree: dict[str, Any] = deepcopy(read_provenance(self.source / PROVENANCE)["study"])
        tree["study"] = SYNTHETIC
        tree["datasets"] = {
            copy: recipe for name, recipe in tree["datasets"].items() for copy in self.names(name)
        }
        for grid in tree["grids"].values():
            grid["datasets"] = [copy for name in grid["datasets"] for copy in self.names(name)]
        return tree

    def write(self, study: Study, folder: Path) -> None:
        """Write what the analysis reads, as if the study had been trained.

        Snakemake has no records of these files and goes by their dates: prepared data are older
        than the tables made from them.
        """
        (folder / "datasets").mkdir(parents=True)
        for name, block in sorted(
            {(shard.dataset, shard.data) for shard in shards(study)}, key=str
        ):
            own = prepared_path(_original(name), block)
            prepared = load_prepared(self.source / "datasets" / own)
            renamed = replace(prepared, raw=replace(prepared.raw, name=name))
            save_prepared(folder / "datasets" / prepared_path(name, block), renamed)
        for sweep in followed_sweeps(study):
            own = replace(sweep, dataset=_original(sweep.dataset)).name
            sharpness = read_table(_followed(self.source, own), SHARPNESS)
            path = _followed(folder, sweep.name)
            write_table(sharpness.assign(dataset=sweep.dataset), path, SHARPNESS)
        for schema in (INITIAL_SHARPNESS, RUNS):
            write_table(self._copied(schema), folder / "tables" / schema.file, schema)
        write_large_table(self._curves(study), folder / "tables" / CURVES.file, CURVES)

    def _copied(self, schema: Table) -> pd.DataFrame:
        table = read_table(self.source / "tables" / schema.file, schema)
        copies = zip(*map(self.names, table["dataset"]), strict=True)
        return pd.concat([table.assign(dataset=list(names)) for names in copies])

    def _curves(self, study: Study) -> Iterator[pd.DataFrame]:
        """Yield the curves of each grid and data set, in the order of the keys."""

        @lru_cache(maxsize=4)  # copies of a few data sets are next to each other
        def read(grid: str, dataset: str) -> pd.DataFrame:
            chosen = [("grid", "=", grid), ("dataset", "=", dataset)]
            path = self.source / "tables" / CURVES.file
            curves: pd.DataFrame = parquet.read_table(path, filters=chosen).to_pandas()
            return curves

        for grid in sorted(study.grids):
            for dataset in sorted(study.grids[grid].datasets):
                yield read(grid, _original(dataset)).assign(dataset=dataset)


def _original(dataset: str) -> str:
    return dataset.partition(_COPY)[0]


def _followed(folder: Path, sweep: str) -> Path:
    return folder / "sharpness" / f"{sweep}.csv"


def cheap_study() -> dict[str, Any]:
    """Return the configuration of 224,000 runs of small networks with few updates."""
    tree = configuration(datasets=7, betas=39, batches=1, replicates=40)
    grid = tree["grids"]["one"]
    grid |= {"datasets": ["iris", "wine", "diabetes", "moons", "conditioned"]}
    grid |= {"batch_sizes": [16, "full"], "steps": 60, "evaluations": 12}
    return tree | {"study": REAL, "replicates_per_shard": 40}


def measure(
    name: str, tree: dict[str, Any], copies: Copies | None, cores: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make a study, whose folder must not exist, and return what its steps and stages cost.

    Parameters
    ----------
    name, tree
        The study and its configuration.
    copies
        What its runs are copied from; if None, they are trained.
    cores
        For the workflow.

    Returns
    -------
    steps
        A row per step: wall-clock and processor time of Snakemake and all its jobs, the peak memory
        of the largest job, the share of the cores' time that is processor time.
    stages
        As `by_stage`; the stage ``snakemake`` is what the steps took beyond the jobs that they ran.

    Raises
    ------
    ContenderError
        If the workflow fails.
    """
    study, folder = Study.model_validate(tree), ROOT / "results" / name
    rows: list[dict[str, Any]] = [{"step": "dry run", "seconds": dry_run(tree, len(shards(study)))}]
    beyond = []
    if copies:
        copies.write(study, folder)
    folder.mkdir(parents=True, exist_ok=True)
    configfile = folder / "configuration.yaml"
    configfile.write_text(yaml.safe_dump(tree, sort_keys=False), encoding="utf-8")
    for target in STEPS[name]:
        started, before = time.time(), _processor_seconds()
        run_workflow(target, configfile, cores)
        seconds, used = time.time() - started, _processor_seconds() - before
        jobs = costs_of_jobs(folder)
        jobs = jobs[jobs["started"] >= started]
        rows.append(
            {
                "step": target,
                "jobs": len(jobs),
                "seconds": seconds,
                "processor_seconds": used,
                "cores_busy": used / (cores * seconds),
                "largest_job_mib": jobs["peak_mib"].max(),
            }
        )
        own = used - jobs["processor_seconds"].sum()
        beyond.append({"stage": "snakemake", "seconds": seconds, "processor_seconds": own})
        print(f"{name}, {target}: {seconds:.0f} s", flush=True)
    runs = sum(shard.run_count for shard in shards(study))
    pages = sum(path.stat().st_size for path in _files(folder, "explorer*"))
    steps = pd.DataFrame(rows).round(
        {"seconds": 1, "processor_seconds": 1, "cores_busy": 2, "largest_job_mib": 0}
    )
    steps.loc[steps["step"] == "explorer", "pages_mib"] = round(pages / 2**20, 1)
    steps.insert(0, "study", name)
    steps.insert(1, "runs", runs)
    stages = by_stage(pd.concat([costs_of_jobs(folder), pd.DataFrame(beyond)]))
    stages.insert(0, "study", name)
    return steps.astype({"jobs": "Int64", "largest_job_mib": "Int64"}), stages


def run_workflow(target: str, configfile: Path, cores: int) -> None:
    """Make a target of a study.

    Raises
    ------
    ContenderError
        If Snakemake fails.
    """
    done = snakemake(target, "--cores", str(cores), configfile=configfile)
    if done.returncode != 0:
        raise ContenderError(f"{configfile}, {target}: {done.stdout}{done.stderr}")


def _processor_seconds() -> float:
    """Of all processes that were started here and have ended, with those they started."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _files(folder: Path, pattern: str) -> list[Path]:
    """Files that match, and those in folders that match."""
    found = [file for path in folder.glob(pattern) for file in (path, *path.rglob("*"))]
    return [path for path in found if path.is_file()]


def main() -> None:
    """Make the studies and write the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__)
    parser.add_argument("--studies", nargs="+", choices=STUDIES, default=STUDIES)
    parser.add_argument(
        "--source", type=Path, default=Path("results/paper"), help="folder of a finished study"
    )
    parser.add_argument("--copies", type=int, default=20, help="of the finished study")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--output", type=Path, default=Path("results/benchmarks"))
    options = parser.parse_args()
    copies = Copies(options.source, options.copies)
    measured = []
    try:
        for name in options.studies:
            shutil.rmtree(ROOT / "results" / name, ignore_errors=True)  # an earlier measurement
            if name == SYNTHETIC:
                measured.append(measure(name, copies.configuration(), copies, options.cores))
            else:
                measured.append(measure(name, cheap_study(), None, options.cores))
    except (ContenderError, StudyError) as error:
        raise SystemExit(f"error: {error}") from None
    for name, parts in zip(TABLES, zip(*measured, strict=True), strict=True):
        table = pd.concat(parts, ignore_index=True)
        save(table, options.output / f"{name}.csv")
        show(name, table)


if __name__ == "__main__":
    main()
