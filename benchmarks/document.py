"""Write the tables in pages of the documentation that show results of the benchmarks.

``python -m benchmarks.document`` replaces each table, which is between two markers. Its source is a
file in the folder with the page's name, or the published study's provenance.
"""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import large, stages, versions
from benchmarks.__main__ import TABLES
from benchmarks.error_rates import FILE as ERROR_RATES
from benchmarks.peers import REFERENCE
from benchmarks.slurm_groups import FILE as GROUPS
from benchmarks.step_costs import ratios
from benchmarks.summary import peer_summary
from momentum_study.analysis.claims.step_costs import step_costs
from momentum_study.core.markdown import Contents, filled

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "docs/performance"
PROVENANCE = ROOT / "results/published/provenance.json"


def summary_table() -> pd.DataFrame:
    """Ratios to the engine over the cases of each scope."""
    return peer_summary(pd.read_csv(KEPT / "peers.csv"))


def ratio_table() -> pd.DataFrame:
    """Median ratios in float32, a row per case and a column per contender."""
    peers = pd.read_csv(KEPT / "peers.csv")
    chosen = peers[(peers["dtype"] == "float32") & (peers["peer"] != REFERENCE)]
    wide = chosen.pivot_table(
        index=["workload", "rule", "networks"], columns="peer", values="ratio_median", sort=False
    )
    roof = peers[(peers["dtype"] == "float32") & (peers["peer"] == REFERENCE)]
    wide["roof share"] = roof.set_index(["workload", "rule", "networks"])["roof_share"]
    return wide.round(2).reset_index()


def breakdown_table() -> pd.DataFrame:
    """Shares of the engine's parts in float32, a row per workload and rule."""
    parts = pd.read_csv(KEPT / "breakdown.csv")
    chosen = parts[parts["dtype"] == "float32"]
    wide = chosen.pivot_table(
        index=["workload", "rule"], columns="part", values="share", sort=False
    )
    return wide.map("{:.0%}".format).reset_index()


def training_table() -> pd.DataFrame:
    """Use of the training phase of the published study."""
    training: dict[str, Any] = json.loads(PROVENANCE.read_text(encoding="utf-8"))["training"]
    return pd.DataFrame(
        {
            "wall-clock seconds": [round(training["wall_seconds"])],
            "jobs at once": [training["jobs_at_once"]],
            "seconds inside training": [round(training["training_seconds"])],
            "share": [f"{training['training_share']:.0%}"],
        }
    )


def step_costs_table() -> pd.DataFrame:
    """Time of an update by each rule, divided by gradient descent's in the same round."""
    costs = step_costs()
    medians = ratios(costs)["50%"].rename("ratio").reset_index()
    wide = medians.pivot_table(
        index=["network", "batch"], columns="rule", values="ratio", sort=False
    )
    return wide.round(3).reset_index()


def error_rates_table() -> pd.DataFrame:
    """How often equal cells, and comparisons of equal cells only, are called different."""
    rates = pd.read_csv(ERROR_RATES)
    runs = rates["baseline_runs"].astype(str) + " and " + rates["candidate_runs"].astype(str)
    return pd.DataFrame(
        {
            "logs of costs": rates["logs"],
            "runs of a cell": runs + np.where(rates["paired"], ", paired", ""),
            "cells in error": rates["cells"].map("{:.2%}".format),
            "comparisons with any": rates["comparisons"].map("{:.1%}".format),
        }
    )


def groups_table() -> pd.DataFrame:
    """Groups of shards on a cluster, a row per size."""
    groups = pd.read_csv(GROUPS)
    return pd.DataFrame(
        {
            "shards in a group": groups["shards"],
            "Slurm jobs": groups["slurm_jobs"],
            "seconds of training in each": groups["training_seconds"],
            "its start, of that": groups["overhead"].map("{:.0%}".format),
        }
    )


def shards_table() -> pd.DataFrame:
    """Training time of the shards of the paper study."""
    first = pd.read_csv(GROUPS).iloc[0]
    row = {name: first[f"shard_seconds_{name}"] for name in ("min", "mean", "max")}
    return pd.DataFrame([{"shards": int(first["slurm_jobs"])} | row])


def stages_table() -> pd.DataFrame:
    """Cost of each stage of the paper study, with a last row for all of them, by version."""
    costs = pd.read_csv(stages.FILE)
    versions = []
    for version, rows in costs.groupby("version", sort=False):
        total = rows[["jobs", "processor_seconds", "share"]].sum()
        largest = rows["peak_mib"].max()
        everything = {"version": version, "stage": "all", **total, "peak_mib": largest}
        versions.append(pd.concat([rows, pd.DataFrame([everything])]))
    return _rounded_stages(pd.concat(versions, ignore_index=True), "version")


def versions_table() -> pd.DataFrame:
    """Times of whole commands in two versions, medians over rounds."""
    rows = pd.read_csv(versions.FILE)
    targets = rows["target"].drop_duplicates()
    columns: dict[str, Any] = {"command": "make " + targets}
    names = {"seconds": "wall-clock seconds", "processor_seconds": "processor seconds"}
    for column, name in names.items():
        medians = rows.pivot_table(column, "target", "version", "median").loc[targets]
        before, now = (medians[one].to_numpy() for one in (versions.BEFORE, versions.NOW))
        columns[f"{name}, {versions.BEFORE}"] = before.round().astype(int)
        columns[f"{name}, {versions.NOW}"] = now.round().astype(int)
        columns[f"{name}, ratio"] = (now / before).round(2)
    return pd.DataFrame(columns)


def large_stages_table() -> pd.DataFrame:
    """Cost of each stage of the large studies."""
    return _rounded_stages(pd.read_csv(KEPT / "large_stages.csv"), "study")


def _rounded_stages(costs: pd.DataFrame, of: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            of: costs[of],
            "stage": costs["stage"],
            "jobs": costs["jobs"].astype(int),
            "processor seconds": costs["processor_seconds"].round().astype(int),
            "share": costs["share"].map("{:.1%}".format),
            "wall-clock seconds of its jobs": costs["seconds"].round().astype("Int64"),
            "inside training": costs["training_seconds"]
            .where(costs["training_seconds"] > 0)
            .round()
            .astype("Int64"),
            "largest job, MiB": costs["peak_mib"].round().astype("Int64"),
        }
    )


def large_table() -> pd.DataFrame:
    """Steps of the large studies."""
    steps = pd.read_csv(KEPT / "large.csv")
    return pd.DataFrame(
        {
            "study": steps["study"],
            "runs": steps["runs"],
            "step": steps["step"],
            "jobs": steps["jobs"].astype("Int64"),
            "wall-clock seconds": steps["seconds"].round().astype(int),
            "processor seconds": steps["processor_seconds"].round().astype("Int64"),
            "cores busy": steps["cores_busy"].map("{:.0%}".format, na_action="ignore"),
            "largest job, MiB": steps["largest_job_mib"].astype("Int64"),
            "pages, MiB": steps["pages_mib"],
        }
    )


PERFORMANCE: Contents = {
    "step_costs": step_costs_table,
    "summary": summary_table,
    "ratios": ratio_table,
    "breakdown": breakdown_table,
    "scaling": lambda: pd.read_csv(KEPT / "scaling.csv"),
    "training": training_table,
    "designs": lambda: pd.read_csv(KEPT / "designs.csv"),
    "versions": versions_table,
    "stages": stages_table,
    "large": large_table,
    "large_stages": large_stages_table,
}

PAGES: dict[Path, Contents] = {
    ROOT / "docs/performance.md": PERFORMANCE,
    ROOT / "docs/comparing.md": {"error_rates": error_rates_table},
    ROOT / "docs/cluster.md": {"shards": shards_table, "groups": groups_table},
}


def main() -> None:
    """Copy a benchmark's tables if requested, and update the pages."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.document", description=__doc__)
    parser.add_argument("--keep", type=Path, help="folder of benchmarks whose tables to copy")
    options = parser.parse_args()
    if options.keep:
        KEPT.mkdir(exist_ok=True)
        kept = [options.keep / f"{name}.csv" for name in (*TABLES, *large.TABLES)]
        for path in filter(Path.exists, kept):
            shutil.copyfile(path, KEPT / path.name)
    for page, contents in PAGES.items():
        page.write_text(filled(page.read_text(encoding="utf-8"), contents), encoding="utf-8")


if __name__ == "__main__":
    main()
