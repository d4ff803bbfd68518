"""Sharpness of networks: the largest eigenvalue of the loss's Hessian, over all training rows.

It is measured at the start of the runs of each replicate, and along some of the runs: these are
trained again, which gives the same weights bit for bit.
"""

import numpy as np
import pandas as pd

from momentum_study.datasets.prepared import PreparedDataset
from momentum_study.engine.hessians import largest_eigenvalue
from momentum_study.engine.optimizers import get_rule
from momentum_study.runs.settings import StartSettings, SweepSettings
from momentum_study.runs.train import make_run_spec, make_start, train_runs
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.theory.quadratics import stability_limit


def initial_sharpness(settings: StartSettings, prepared: PreparedDataset) -> pd.DataFrame:
    """Return λ_max before the first update, a row per replicate.

    The schema is `INITIAL_SHARPNESS`.
    """
    start = make_start(settings, prepared)
    rows = []
    for place, (replicate, layers) in enumerate(
        zip(prepared.replicates, start.weights, strict=True)
    ):
        # The weights as training sees them, in its precision.
        weights = np.concatenate([layer.reshape(-1) for layer in layers])
        sharpness = largest_eigenvalue(
            start.architecture,
            weights.astype(settings.precision),
            start.arrays.train.take(slice(place, place + 1)),
        )
        rows.append((settings.grid, settings.dataset, settings.network, int(replicate), sharpness))
    names = ["grid", "dataset", "network", "replicate", "lambda_max"]
    return pd.DataFrame(rows, columns=names)


def followed_sharpness(
    settings: SweepSettings, prepared: PreparedDataset, checkpoints: int
) -> pd.DataFrame:
    """Train the runs of a sweep and return their λ_max at some evaluations.

    Parameters
    ----------
    settings
        The sweep, with the learning rates to follow; its schedule is constant.
    prepared
        Its data, with the replicates to follow.
    checkpoints
        Number of evaluations at which to measure, evenly spaced from the first to the last.

    Returns
    -------
    DataFrame
        A row per run and checkpoint, of the schema `SHARPNESS`.

    Raises
    ------
    StudyError
        As `make_run_spec`; also if the rule has no known stability limit.
    """
    rule = get_rule(settings.rule)
    start = make_start(settings, prepared)
    replicates = [int(replicate) for replicate in prepared.replicates]
    data = start.arrays.train
    spec = make_run_spec(settings, replicates, data.inputs.shape[1], keep_snapshots=True)
    history = train_runs(settings, start, {"train": data}, spec)
    chosen = np.linspace(0, len(history.steps) - 1, checkpoints).round().astype(int)
    limit = float(stability_limit(rule.name, settings.beta))
    rows = []
    for place, replicate in enumerate(replicates):
        own = data.take(slice(place, place + 1))
        for cell, rate in enumerate(settings.learning_rates):
            for evaluation in np.unique(chosen):
                weights = history.snapshots[place, cell, evaluation]
                finite = np.isfinite(weights).all()
                rows.append(
                    {
                        **dict(zip(RUN_KEYS, settings.factors, strict=False)),
                        "learning_rate": rate,
                        "replicate": replicate,
                        "step": int(history.steps[evaluation]),
                        "alpha": rule.effective_rate(rate, settings.beta),
                        "eta": rule.heavy_ball_rate(rate, settings.beta),
                        "train_loss": history.curves["train_loss"][place, cell, evaluation],
                        "lambda_max": largest_eigenvalue(start.architecture, weights, own)
                        if finite
                        else np.nan,
                        "stability_limit": limit / rate,
                    }
                )
    return pd.DataFrame(rows)
