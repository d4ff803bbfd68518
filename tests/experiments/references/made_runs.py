"""Runs with a known effect of momentum: the columns that the findings look at, and no others."""

from itertools import product

import numpy as np
import pandas as pd

from momentum_study.tables.keys import RUN_KEYS

SIZES = {"16": 16, "64": 64, "full": 256}


def made_runs(
    seed=0,
    datasets=("a", "b", "c", "d", "e", "f"),
    sizes=SIZES,
    rates=(0.001, 0.01, 0.1),
    betas=(0.9,),
    replicates=range(10),
):
    """Runs of gd and momentum whose loss and updates to a target do not differ but for noise.

    Targets are reached fastest at the middle rate.
    """
    cells = [("gd", 0.0), *(("momentum", beta) for beta in betas)]
    rows = product(datasets, sizes, cells, rates, replicates)
    runs = pd.DataFrame(
        [
            ("g", dataset, "n", rule, batch, "constant", beta, rate, replicate)
            for dataset, batch, (rule, beta), rate, replicate in rows
        ],
        columns=list(RUN_KEYS),
    )
    generator = np.random.default_rng(seed)
    runs["alpha"] = runs["learning_rate"]
    runs["gradient_noise"] = 0.0
    runs["batch_size"] = runs["batch"].map(sizes)
    runs["status"] = "completed"
    runs["noise"] = generator.normal(scale=0.1, size=len(runs))
    runs["train_loss_final"] = 0.3 * np.exp(runs["noise"])
    detour = np.abs(np.log(runs["learning_rate"] / np.median(rates)))
    for target, updates in (("0.5", 40), ("0.1", 200)):
        steps = np.round(updates * np.exp(detour + runs["noise"]))
        runs[f"steps_to_{target}"] = steps.astype("Int64")
    return runs


def of(runs, rule):
    return runs["rule"] == rule


def speed_up(runs, log_factor):
    """Divide momentum's updates to every target by exp(log_factor), one number per run."""
    factor = np.where(of(runs, "momentum"), np.exp(log_factor), 1.0)
    for column in ("steps_to_0.5", "steps_to_0.1"):
        runs[column] = np.round(runs[column].to_numpy("float64") / factor).astype(np.int64)
        runs[column] = runs[column].astype("Int64")
    return runs
