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


PERFORMANCE: Contents = {
    "step_costs": step_costs_table,
    "summary": summary_table,
    "ratios": ratio_table,
    "breakdown": breakdown_table,
    "scaling": lambda: pd.read_csv(KEPT / "scaling.csv"),
    "training": training_table,
    "designs": lambda: pd.read_csv(KEPT / "designs.csv"),
}

PAGES: dict[Path, Contents] = {
    ROOT / "docs/performance.md": PERFORMANCE,
    ROOT / "docs/comparing.md": {"error_rates": error_rates_table},
    ROOT / "docs/cluster.md": {"shards": shards_table, "groups": groups_table},
}


def main() -> None:
    """Copy a benchmark's tables if requested, and update the pages."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.document", description=__doc__)
    parser.add_argument("--keep", type=Path, help="folder of a benchmark whose tables to copy")
    options = parser.parse_args()
    if options.keep:
        KEPT.mkdir(exist_ok=True)
        for name in TABLES:
            shutil.copyfile(options.keep / f"{name}.csv", KEPT / f"{name}.csv")
    for page, contents in PAGES.items():
        page.write_text(filled(page.read_text(encoding="utf-8"), contents), encoding="utf-8")


if __name__ == "__main__":
    main()
