"""Pages of the explorer of made-up designs, from tables with random numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from momentum_study.documents.explorer.data import About, explorer_content
from momentum_study.documents.explorer.metrics import metrics
from momentum_study.documents.explorer.page import explorer_page
from momentum_study.engine.optimizers import RULES
from momentum_study.tables.keys import CELL_KEYS

RUNS_PER_CELL = 4
TARGETS = [f"steps_to_{target}_n" for target in (0.5, 0.1)]
GD = ("gd", 0.0)


@dataclass(frozen=True)
class Design:
    """A study.

    Attributes
    ----------
    rates
        Grid → its learning rates.
    arms
        Rules and β of every grid.
    datasets
        Names.
    losses, distinct
        Lowest and highest relative loss, and the number of different ones: few make ties.
    diverged
        Numbers of diverged runs of a cell to draw from.
    evaluations
        Of every run, in updates.
    """

    rates: Mapping[str, Sequence[float]]
    arms: Sequence[tuple[str, float]] = (GD, ("momentum", 0.5), ("momentum", 0.9))
    datasets: Sequence[str] = ("digits", "wine")
    losses: tuple[float, float] = (0.01, 2.0)
    distinct: int = 1000
    diverged: Sequence[int] = (0, 0, 1, 2, 3, 4)
    evaluations: Sequence[int] = (0, 1, 4, 20, 100)
    seed: int = 0


def random_design(seed: int) -> Design:
    """One of many designs, with extreme names and numbers."""
    random = np.random.default_rng(seed)

    def one_of(*choices):
        return choices[random.integers(len(choices))]

    def name(kind: str, place: int) -> str:
        long = one_of("_of_the_survey_of_household_incomes", "abcdefghij" * 6, "")
        return f"{kind}{place}{long}"[:60]

    grids = [name("grid", place) for place in range(one_of(1, 1, 2, 6))]
    count = one_of(1, 2, 7, 20, 40)
    rates = [
        one_of(
            0.02 * np.arange(1, 61 if count < 20 else 21),
            np.geomspace(0.001, 30, 14),
            np.geomspace(1e-12, 1e12, 7),
            [1e9, 1e10],
            [0.1],
            [0.1, 0.10000001],
            [0.1, 0.2, 0.4],
            [1.0, 1.01, 1.02, 1.03],
            np.sort(random.lognormal(sigma=3, size=8)),
        )
        for _ in grids
    ]
    betas = one_of([0.9], [0.0, 0.5], [1 / 3, 2 / 3], [0.9, 0.99, 0.999, 0.99999])
    rules = one_of(["momentum"], ["momentum", "heavy_ball"], ["adam", "nesterov"])
    descent = one_of([GD], [GD], [])
    return Design(
        dict(zip(grids, rates, strict=True)),
        [*descent, *product(rules, betas)],
        [name("data", place) for place in range(count)],
        one_of((0.3, 0.35), (1e-8, 1e3), (0.01, 1.0), (1.0, 1.0)),
        diverged=one_of([0], [4], [0, 0, 1, 2, 3, 4]),
        evaluations=one_of([0, 1], [0, 1, 4, 20, 100], [0, 1, 10**3, 10**5, 10**6, 3 * 10**6]),
        seed=seed,
    )


def cells_of(design: Design) -> pd.DataFrame:
    """Make a table of cells: its keys, and the columns that the explorer reads."""
    random = np.random.default_rng(design.seed)
    keys = [
        (grid, dataset, "small", rule, "full", "constant", beta, rate)
        for grid, rates in design.rates.items()
        for dataset, (rule, beta), rate in product(design.datasets, design.arms, rates)
    ]
    cells = pd.DataFrame(keys, columns=list(CELL_KEYS)).sort_values(list(CELL_KEYS))
    cells = cells.reset_index(drop=True)
    count = len(cells)
    effective = [
        RULES[rule].effective_rate(rate, beta)
        for rule, beta, rate in zip(
            cells["rule"], cells["beta"], cells["learning_rate"], strict=True
        )
    ]
    diverged = random.choice(design.diverged, count)
    columns = {
        "alpha": effective,
        "eta": (1 - cells["beta"]) * effective,
        "batch_size": 100,
        "steps": design.evaluations[-1],
        "gradient_noise": 0.0,
        "n_runs": RUNS_PER_CELL,
        "n_completed": RUNS_PER_CELL - diverged,
        "n_diverged": diverged,
        "divergence_rate": diverged / RUNS_PER_CELL,
        "divergence_rate_low": 0.5 * diverged / RUNS_PER_CELL,
        "divergence_rate_high": 1.0,
    }
    for metric in metrics(TARGETS):
        if metric.kind == "rate":
            continue
        values = random.choice(np.geomspace(*design.losses, design.distinct), count)
        if metric.kind == "steps":
            values = np.ceil(values * design.evaluations[-1])
        worst = -np.inf if metric.better == "high" else np.inf
        half = 2 * diverged >= RUNS_PER_CELL
        columns[metric.count] = RUNS_PER_CELL
        columns[metric.value] = np.where(half, worst, values)
        columns[metric.low] = np.where(half, worst, 0.9 * values)
        columns[metric.high] = np.where(diverged > 0, worst, 1.1 * values)
    return pd.concat([cells, pd.DataFrame(columns)], axis="columns")


def curves_of(design: Design, cells: pd.DataFrame) -> pd.DataFrame:
    """Make the learning curves of cells: runs diverge one after the other, early and late."""
    random = np.random.default_rng(design.seed)
    shape = len(cells), len(design.evaluations)
    total = cells["n_diverged"].to_numpy()[:, None]
    when = np.sort(random.integers(1, shape[1], (len(cells), RUNS_PER_CELL)), axis=1)[:, :, None]
    gone = (when <= np.arange(shape[1])) & (np.arange(RUNS_PER_CELL)[:, None] < total[:, None])
    gone = gone.sum(axis=1)
    median = np.exp(np.cumsum(random.normal(0, 1, shape), axis=1))
    curves = cells.loc[cells.index.repeat(shape[1]), list(CELL_KEYS)].reset_index(drop=True)
    curves["step"] = np.tile(design.evaluations, len(cells))
    curves["n_runs"] = RUNS_PER_CELL
    curves["n_diverged"] = gone.ravel()
    for loss in ("train_loss", "test_loss"):
        for quartile, factor, most in (("q25", 0.8, 3), ("median", 1.0, 2), ("q75", 1.3, 1)):
            values = np.where(gone >= most, np.inf, factor * median)
            curves[f"{loss}_{quartile}"] = values.ravel()
    return curves


def design_page(folder: Path, design: Design) -> tuple[Path, pd.DataFrame]:
    """Write the page of a design; return its path and the table of cells."""
    cells = cells_of(design)
    runs = cells.drop_duplicates(["grid", "dataset"])[["grid", "dataset"]].assign(null_loss=1.0)
    starts = cells.drop_duplicates(["grid", "dataset"])[["grid", "dataset", "network"]]
    initial = pd.concat(starts.assign(lambda_max=curvature) for curvature in (0.5, 2.0, 40.0))
    about = About("made", "A study.", 0.95, {grid: grid for grid in design.rates})
    content = explorer_content(about, cells, runs, initial, [curves_of(design, cells)])
    path = folder / f"design{design.seed}.html"
    page = explorer_page(about, RUNS_PER_CELL * len(cells), len(cells), content)
    path.write_text(page, encoding="utf-8")
    return path, cells
