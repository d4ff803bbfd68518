"""A small synthetic study with valid, realistic tables.

Losses decay exponentially, as on a quadratic: with curvature λ and learning rate α the loss is
proportional to exp(−αλt/20) above a floor that grows with α and shrinks with the batch; where
αλ > 2(1 + β)/(1 − β) it increases instead until the run has diverged. Replicates differ in
curvature and floor. The tables are for tests only.
"""

from itertools import product

import numpy as np
import pandas as pd

from momentum_study.tables.schemas.runs import RUNS

DATASETS = {"digits": 8.0, "wine": 2.0}  # name: curvature
BATCHES = {"8": 8, "64": 64, "full": 400}
BETAS = (0.0, 0.5, 0.9)  # 0.0 is rule gd
LEARNING_RATES = (0.003, 0.03, 0.3, 1.0, 3.0)
TARGETS = (0.5, 0.2, 0.1)
STEPS = 200
EVALUATIONS = np.arange(0, STEPS + 1, 20)
NULL_LOSS = 2.0
PARTS = ("train", "validation", "test")


def synthetic_runs(seed: int = 0, replicates: int = 4) -> pd.DataFrame:
    """Runs table of 90 cells, in no particular row order."""
    runs, losses, _ = _study(seed, replicates)
    train, validation, test = losses["train"], losses["validation"], losses["test"]
    finite = np.isfinite(train)
    completed = finite.all(axis=1)
    rows = np.arange(len(runs))
    best = np.where(finite, validation, np.inf).argmin(axis=1)
    runs["parameters"] = 4810
    runs["null_loss"] = NULL_LOSS
    runs["status"] = np.where(completed, "completed", "diverged")
    runs["first_bad_step"] = _where(~completed, EVALUATIONS[finite.argmin(axis=1)])
    runs["reason"] = np.where(completed, "", "loss_limit")
    runs["train_loss_initial"] = train[:, 0]
    runs["train_loss_best"] = np.nanmin(train, axis=1)
    runs["validation_loss_best"] = validation[rows, best]
    runs["test_loss_at_best"] = test[rows, best]
    runs["step_best_validation"] = pd.array(EVALUATIONS[best], dtype="Int64")
    for part in PARTS:
        runs[f"{part}_loss_final"] = losses[part][:, -1]
        runs[f"{part}_score_final"] = _score(losses[part][:, -1])
    runs["validation_score_best"] = _score(validation[rows, best])
    runs["test_score_at_best"] = _score(test[rows, best])
    for target in TARGETS:
        reached = train <= target * NULL_LOSS
        runs[f"steps_to_{target}"] = _where(
            reached.any(axis=1), EVALUATIONS[reached.argmax(axis=1)]
        )
    beta = runs["beta"]
    runs["up_step_share"] = (np.diff(train, axis=1) > 0).mean(axis=1)
    runs["update_cosine"] = 2 * beta / (1 + beta) - 0.1
    runs["sign_flip_share"] = 0.5 * (1 - beta)
    runs["path_ratio"] = 1 + 5 * (1 - beta) * runs["alpha"]
    runs["gradient_norm_mean"] = 3 * np.nanmean(train, axis=1)
    runs["gradient_norm_final"] = 3 * train[:, -1]
    early = train[:, EVALUATIONS <= STEPS / 4]
    runs["train_loss_early"] = early[:, -1]
    runs["up_step_share_early"] = (np.diff(early, axis=1) > 0).mean(axis=1)
    metrics = [name for name, column in RUNS.columns.items() if column.dtype == "float32"]
    return runs.astype(dict.fromkeys(metrics, "float32"))


def synthetic_initial_sharpness(replicates: int = 4) -> pd.DataFrame:
    """Table of the curvatures at the start of these runs."""
    rows = [
        ("main", name, "32", replicate, curvature * (1 + 0.1 * replicate))
        for name, curvature in DATASETS.items()
        for replicate in range(replicates)
    ]
    return pd.DataFrame(rows, columns=["grid", "dataset", "network", "replicate", "lambda_max"])


def synthetic_sharpness() -> pd.DataFrame:
    """Sharpness along some of these runs: it increases to the limit of stability."""
    rows = []
    for (name, curvature), beta, alpha, replicate, step in product(
        DATASETS.items(), (0.0, 0.9), (0.03, 0.3), range(2), EVALUATIONS
    ):
        limit = 2 * (1 + beta) / (1 - beta) / alpha
        rows.append(
            {
                "grid": "main",
                "dataset": name,
                "network": "32",
                "rule": "momentum" if beta else "gd",
                "batch": "full",
                "schedule": "constant",
                "beta": beta,
                "learning_rate": alpha,
                "replicate": replicate,
                "step": step,
                "alpha": alpha,
                "eta": (1 - beta) * alpha,
                "train_loss": 1 / (1 + step),
                "lambda_max": min(curvature * (1 + replicate + step), limit),
                "stability_limit": limit,
            }
        )
    return pd.DataFrame(rows)


def synthetic_curves(seed: int = 0, replicates: int = 4) -> pd.DataFrame:
    """Curves table of the same runs, 11 evaluations each."""
    runs, losses, keys = _study(seed, replicates)
    count = len(EVALUATIONS)
    curves = runs.loc[runs.index.repeat(count), keys].reset_index(drop=True)
    curves["step"] = np.tile(EVALUATIONS, len(runs))
    for part in PARTS:
        curves[f"{part}_loss"] = losses[part].ravel()
        curves[f"{part}_score"] = _score(losses[part].ravel())
    beta = curves["beta"]
    # Undefined before the first update.
    moving = curves["train_loss"].where(curves["step"] > 0)
    curves["gradient_norm"] = 3 * moving
    curves["update_norm"] = 0.1 * moving
    curves["update_cosine"] = 2 * beta / (1 + beta) - 0.1 + 0 * moving
    curves["sign_flip_share"] = 0.5 * (1 - beta) + 0 * moving
    values = [name for name in curves.columns if name not in (*keys, "step")]
    return curves.astype(dict.fromkeys(values, "float32"))


def _study(seed: int, replicates: int) -> tuple[pd.DataFrame, dict[str, np.ndarray], list[str]]:
    """Keys and rates of the runs; losses (runs, evaluations), NaN after a divergence."""
    design = product(DATASETS, BATCHES, BETAS, LEARNING_RATES, range(replicates))
    keys = ["dataset", "batch", "beta", "learning_rate", "replicate"]
    runs = pd.DataFrame(list(design), columns=keys)
    runs.insert(0, "grid", "main")
    runs.insert(2, "network", "32")
    runs.insert(3, "rule", np.where(runs["beta"] == 0, "gd", "momentum"))
    runs.insert(5, "schedule", "constant")
    keys = list(runs.columns)
    runs["alpha"] = runs["learning_rate"]
    runs["eta"] = (1 - runs["beta"]) * runs["alpha"]
    runs["batch_size"] = runs["batch"].map(BATCHES)
    runs["steps"] = STEPS
    runs["gradient_noise"] = 0.0

    generator = np.random.default_rng(seed)
    alpha, beta, batch_size = runs[["alpha", "beta", "batch_size"]].to_numpy().T[..., None]
    # One draw per replicate, the same for all its cells, as in a paired study.
    luck = generator.lognormal(sigma=0.3, size=replicates)[runs["replicate"]][:, None]
    curvature = runs["dataset"].map(DATASETS).to_numpy()[:, None] * luck
    floor = 0.02 * luck + 0.3 * alpha / batch_size
    decay = np.exp(-np.minimum(alpha * curvature / 20, 1.0) * EVALUATIONS)
    jitter = generator.normal(scale=0.02, size=decay.shape) / np.sqrt(batch_size)
    excess = alpha * curvature / (2 * (1 + beta) / (1 - beta)) - 1
    train = NULL_LOSS * (floor + decay) / (floor + 1) * np.exp(jitter)
    train = np.where(
        excess > 0, NULL_LOSS * np.exp(np.minimum(0.1 * excess * EVALUATIONS, 10)), train
    )
    train[train > 100 * NULL_LOSS] = np.nan
    return runs, {"train": train, "validation": 1.1 * train, "test": 1.12 * train}, keys


def _score(loss: np.ndarray) -> np.ndarray:
    """Accuracy that decreases from 1 to 0.1 as the loss increases."""
    return 0.1 + 0.9 * np.exp(-loss)


def _where(present: np.ndarray, values: np.ndarray) -> pd.Series:
    """Integers, missing where not present."""
    return pd.Series(values, dtype="Int64").where(present)
