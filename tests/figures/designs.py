"""Tables of random designs, for figures: names, rates, β, losses and divergence of any kind.

The tables are made directly, not by training, and contain the columns that figures read.
"""

from dataclasses import dataclass
from itertools import cycle, product
from string import ascii_lowercase

import numpy as np
import pandas as pd

from tests import comparison_tables as made

STEPS = (0, 1, 3, 10, 30, 100, 300)
NULL_LOSS = 2.0
REPLICATES = 4


@dataclass(frozen=True)
class Design:
    """What a study varies.

    `losses` is the range of relative losses, `stable` the share of rates below the first at which
    runs diverge.
    """

    names: tuple[str, ...]
    rates: tuple[float, ...]
    betas: tuple[float, ...] = (0.5, 0.9)
    batches: tuple[str, ...] = ("16", "full")
    networks: tuple[str, ...] = ("medium",)
    losses: tuple[float, float] = (0.01, 1.2)
    stable: float = 0.8


def names_of(count, letters, digits=2):
    """Names of one length that differ in their last characters only, with underscores as spaces."""
    words = "survey_of_household_incomes_and_expenditures_of_every_region_wave_"
    return tuple(f"{words[: letters - digits]}{place:0{digits}}" for place in range(count))


def random_design(random):
    """Draw a design: up to 40 data sets with names of up to 60 letters, any rates and losses."""
    letters = int(random.integers(4, 61))
    # Most designs are small, because a drawing takes seconds.
    count = int(random.choice([1, 1, 2, 2, 3, 3, 4, 5, 6, 8, 12, 20, 40]))
    names = names_of(count, letters)
    if random.random() < 0.5:
        names = tuple(
            "".join(random.permutation(list(name.strip("_")))).strip("_") for name in names
        )
        names = tuple(f"{ascii_lowercase[n % 26]}{n}{name}"[:60] for n, name in enumerate(names))
    low = 10.0 ** random.integers(-6, 9)
    many = int(random.integers(2, 41))
    rates = [
        (low,),
        (low, 10 * low),
        (0.1, 0.10000001),
        tuple(np.geomspace(low, low * 10.0 ** random.integers(1, 7), many)),
        tuple(np.linspace(low, low * random.integers(2, 60), many)),
    ][random.integers(5)]
    betas = np.unique(1 - 10.0 ** -random.uniform(0.1, 3, random.integers(1, 9)))
    if random.random() < 0.5:
        betas = np.unique(betas.round(2).clip(0, 0.99))
    batches = [("full",), ("16", "full"), ("8", "1024", "full"), ("4", "16", "64", "256")]
    ranges = [(1e-7, 1e3), (0.3, 0.9), (0.95, 0.99), (1.0, 1.001), (1e-7, 1e-7), (2.0, 900.0)]
    return Design(
        names,
        tuple(float(rate) for rate in rates),
        tuple(float(beta) for beta in betas),
        batches[random.integers(len(batches))],
        ("medium",)
        if random.random() < 0.7 or count > 8
        else ("medium", "deep_network_of_thirty_units"),
        ranges[random.integers(len(ranges))],
        float(random.choice([0.0, 0.5, 0.8, 1.0])),
    )


def tables_of(design, random):
    """All tables of a design that grow with it, by name; one grid, ``main``."""
    cells = _cells(design, random)
    keys = ["grid", "dataset", "network", "rule", "batch", "schedule", "beta", "learning_rate"]
    curves = cells[keys].merge(pd.DataFrame({"step": STEPS}), how="cross")
    falling = np.exp(-curves["step"] / 50) + design.losses[0]
    for quartile, factor in (("q25", 0.8), ("median", 1.0), ("q75", 1.3)):
        curves[f"train_loss_{quartile}"] = falling * factor
    diverged = cells.loc[cells["n_diverged"] == REPLICATES, keys].assign(late=True)
    late = curves.merge(diverged, how="left", on=keys)["late"].notna() & (curves["step"] > 10)
    curves.loc[late.to_numpy(), [name for name in curves if name.startswith("train")]] = np.inf
    curvature = dict(
        zip(design.names, 10.0 ** random.uniform(-1, 2, len(design.names)), strict=True)
    )
    initial = pd.DataFrame(
        [
            ("main", name, network, replicate, curvature[name] * (1 + 0.1 * replicate))
            for name, network, replicate in product(design.names, design.networks, range(3))
        ],
        columns=["grid", "dataset", "network", "replicate", "lambda_max"],
    )
    stability = cells[["grid", "dataset", "network", "batch"]].drop_duplicates()
    return {
        "cells": cells,
        "runs": pd.DataFrame({"dataset": design.names, "null_loss": NULL_LOSS}),
        "cell_curves": curves,
        "initial_sharpness": initial,
        "stability": stability.assign(
            outcome="diverged", accuracy=0.957, accuracy_low=0.912, accuracy_high=1.0
        ),
        "sharpness": _sharpness(design, curvature, random),
        "contrasts": _renamed(made.contrasts(), design),
        "advice": _renamed(made.advice(), design),
        "budget": _renamed(made.budget(), design),
        "profiles": made.profiles(),
        "datasets": _renamed(made.datasets(), design),
        "theory": made.theory(),
        **dict(zip(("claims", "claim_cases"), made.claims_and_cases(), strict=True)),
    }


def batch_of(tables, batch):
    """The rows of a batch size."""
    return {
        name: table[table["batch"] == batch].reset_index(drop=True) if "batch" in table else table
        for name, table in tables.items()
    }


def _cells(design, random):
    rows = [
        {
            "grid": "main",
            "dataset": name,
            "network": network,
            "rule": rule,
            "batch": batch,
            "schedule": "constant",
            "beta": beta,
            "learning_rate": rate,
            "alpha": rate,
            "eta": (1 - beta) * rate,
            "batch_size": 500 if batch == "full" else int(batch),
            "steps": STEPS[-1],
            "n_runs": REPLICATES,
        }
        for name, network, batch, (rule, beta), rate in product(
            design.names,
            design.networks,
            design.batches,
            [("gd", 0.0), *(("momentum", beta) for beta in design.betas)],
            design.rates,
        )
    ]
    cells = pd.DataFrame(rows)
    place = cells["learning_rate"].rank(method="dense") / len(design.rates)
    low, high = design.losses
    loss = NULL_LOSS * np.exp(random.uniform(np.log(low), np.log(high), len(cells)))
    beyond = (place > design.stable).to_numpy()
    cells["n_diverged"] = np.where(beyond, random.integers(1, REPLICATES + 1, len(cells)), 0)
    failed = (2 * cells["n_diverged"] >= REPLICATES).to_numpy()
    for end, factor in (("", 1.0), ("_low", 0.9), ("_high", 1.1)):
        cells[f"train_loss_final_median{end}"] = np.where(failed, np.inf, loss * factor)
    return cells


def _sharpness(design, curvature, random):
    rates = sorted(random.choice(design.rates, min(4, len(design.rates)), replace=False))
    rows = []
    for name, network, (rule, beta), rate in product(
        design.names,
        design.networks,
        [("gd", 0.0), ("momentum", design.betas[-1])],
        rates,
    ):
        limit = 2 * (1 + beta) / (1 - beta) / rate
        for step in STEPS:
            rows.append(
                {
                    "grid": "main",
                    "dataset": name,
                    "network": network,
                    "rule": rule,
                    "batch": "full",
                    "schedule": "constant",
                    "beta": beta,
                    "learning_rate": rate,
                    "replicate": 0,
                    "step": step,
                    "alpha": rate,
                    "lambda_max": min(curvature[name] * (1 + step), limit),
                    "stability_limit": limit,
                }
            )
    return pd.DataFrame(rows)


def _renamed(table, design):
    """Copies of the rows of made data sets under the names of a design."""
    groups = [own for _, own in table.groupby("dataset")]
    pairs = zip(design.names, cycle(groups))
    return pd.concat([own.assign(dataset=name) for name, own in pairs], ignore_index=True)
