"""Comparison of the update rules with recorded trajectories of torch.optim and optax.

With the recording (``library_trajectories.csv``, by ``benchmarks/record_reference.py``) a study
does not need these two large packages. The problem is Rosenbrock's function in two dimensions.

PyTorch's ``dampening`` is not an average from v = 0: the first velocity is the first
gradient, v₁ = g₁, and only then v ← βv + (1 − dampening)g. These are the iterates of the average
that starts from the velocity v₀ = g₁, and it is compared with that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import rosen_der

from momentum_study.engine.optimizers import RULES
from momentum_study.engine.points import Points
from momentum_study.experiments.references.rows import Row, exact

FloatArray = NDArray[np.float64]

START = (-1.5, 2.0)
UPDATES = (1, 10, 100)
KEYS = ["library", "optimizer", "settings"]


@dataclass(frozen=True)
class Case:
    """An optimizer of a library, and the rule of the engine that makes the same updates.

    Attributes
    ----------
    library, optimizer, arguments
        The optimizer and its arguments. Transformations of optax are followed by ``optax.scale``
        with the argument ``scale``.
    rule, beta, rate
        The same for the engine.
    starts_moving
        True if the first velocity is the first gradient instead of 0.
    """

    library: str
    optimizer: str
    arguments: Mapping[str, Any]
    rule: str
    beta: float
    rate: float
    starts_moving: bool = False

    @property
    def settings(self) -> str:
        """The arguments as text."""
        return ", ".join(f"{name}={value}" for name, value in self.arguments.items())


# Rates with visible progress, well within the limits of stability.
_HEAVY = {"momentum": 0.9}
CASES = (
    Case("torch.optim", "SGD", {"lr": 5e-4}, "gd", 0.0, 5e-4),
    Case("torch.optim", "SGD", {"lr": 1e-4, **_HEAVY}, "heavy_ball", 0.9, 1e-4),
    Case(
        "torch.optim",
        "SGD",
        {"lr": 1e-3, **_HEAVY, "dampening": 0.9},
        "momentum",
        0.9,
        1e-3,
        starts_moving=True,
    ),
    Case("torch.optim", "SGD", {"lr": 1e-4, **_HEAVY, "nesterov": True}, "nesterov", 0.9, 1e-4),
    Case("torch.optim", "Adam", {"lr": 0.05}, "adam", 0.9, 0.05),
    Case("optax", "sgd", {"learning_rate": 5e-4}, "gd", 0.0, 5e-4),
    Case("optax", "trace", {"decay": 0.9, "scale": -1e-4}, "heavy_ball", 0.9, 1e-4),
    Case(
        "optax",
        "sgd",
        {"learning_rate": 1e-4, **_HEAVY, "nesterov": True},
        "nesterov",
        0.9,
        1e-4,
    ),
    Case("optax", "ema", {"decay": 0.9, "debias": False, "scale": -1e-3}, "momentum", 0.9, 1e-3),
    Case(
        "optax",
        "ema",
        {"decay": 0.9, "debias": True, "scale": -1e-3},
        "momentum_corrected",
        0.9,
        1e-3,
    ),
    Case("optax", "adam", {"learning_rate": 0.05}, "adam", 0.9, 0.05),
)


def record_file() -> Path:
    """Return the file of the recording."""
    return Path(__file__).with_name("library_trajectories.csv")


def read_record() -> pd.DataFrame:
    """Read the recording: one row per case and number of updates, with the position x, y."""
    return pd.read_csv(record_file(), dtype={"version": "str"})


def study_path(case: Case) -> FloatArray:
    """Return the positions ``(updates + 1, 2)`` by the rule of the engine, the start first."""
    points = Points(RULES[case.rule], case.beta, case.rate, START)
    if case.starts_moving:
        points.state[0][...] = rosen_der(points.positions)
    return points.run(rosen_der, max(UPDATES))


def library_rows() -> list[Row]:
    """Compare every recorded position, coordinate by coordinate."""
    record = read_record().groupby(KEYS)
    rows = []
    for case in CASES:
        path = study_path(case)
        recorded = record.get_group((case.library, case.optimizer, case.settings))
        for point in recorded.to_dict("records"):
            source = f"{case.library} {point['version']} (recorded)"
            for axis, name in enumerate("xy"):
                quantity = (
                    f"{name} after {point['updates']} updates, {case.optimizer}({case.settings})"
                )
                ours = float(path[point["updates"], axis])
                rows.append(exact(source, quantity, point[name], ours))
    return rows
