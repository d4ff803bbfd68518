"""How often cells are called different, where nothing differs and where something does."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks.error_rates import LEVEL, called_different, equal_costs
from momentum_study.studies.compare.cells import compared_cells
from momentum_study.studies.compare.effects import FAILURES, compared_costs
from tests.studies.compare.made_studies import (
    SMALL,
    changed,
    compared_studies,
    trained_runs,
    write_study,
)

CELLS = 40
REPEATS = 300


def compared(folder: Path, baseline: str, candidate: str) -> pd.DataFrame:
    _, settings, pairs = compared_studies(folder, baseline, candidate)
    return compared_cells(pairs, settings)


def decided(cells: pd.DataFrame) -> pd.Series:
    return cells["outcome"].isin(["better", "worse"])


def test_other_seeds_of_one_study_do_not_differ(tmp_path: Path) -> None:
    for seed in range(20):
        study = changed(SMALL, seed=seed)
        write_study(tmp_path / f"s{seed}", study, trained_runs(study))
    shares, wrong = [], []
    for seed in range(0, 20, 2):
        cells = compared(tmp_path, f"s{seed}", f"s{seed + 1}")
        assert not cells["paired"].any()
        shares.append(decided(cells).mean())
        wrong.append(decided(cells[cells["metric"] == "train_loss"]).any())
    assert len(shares) >= 10
    assert np.mean(shares) <= LEVEL
    # Of ten comparisons three or more would err in one of a hundred cases.
    assert sum(wrong) <= 2


def counted(costs: np.ndarray) -> np.ndarray:
    """Updates at which a loss was seen: of forty evaluations."""
    steps = np.round(1000 * (np.arange(1, 41) / 40) ** 2)
    return steps[np.clip(np.searchsorted(steps, 60 * costs**0.3), 0, 39)]


@pytest.mark.parametrize("kind", ["as they are", "counted", "floored", "failing"])
@pytest.mark.parametrize("n", [4, 10])
@pytest.mark.parametrize("paired", [True, False])
def test_equal_cells_do_not_differ(kind: str, n: int, paired: bool) -> None:
    generator = np.random.default_rng(n)
    costs = equal_costs(
        "t, two degrees of freedom",
        (n, n),
        paired=paired,
        comparisons=REPEATS,
        cells=CELLS,
        generator=generator,
    )
    if kind == "counted":
        costs = [counted(side) for side in costs]
    if kind == "failing":
        costs = [np.where(side > np.quantile(side, 0.8), np.inf, side) for side in costs]
    floor = 1.0 if kind == "floored" else 0.0
    wrong = called_different(*costs, floor, paired=paired, cells=CELLS)
    assert wrong.mean() <= LEVEL
    # That one is wrong anywhere is what the correction limits; three standard errors more.
    limit = LEVEL + 3 * np.sqrt(LEVEL * (1 - LEVEL) / REPEATS)
    assert wrong.any(axis=1).mean() <= limit
    found = compared_costs(*costs, floor, 1 - LEVEL, paired=paired)
    assert (found.p_value <= LEVEL).mean() <= 1.3 * LEVEL


def test_survivors_of_unpaired_runs_would_mislead() -> None:
    # The candidate is the baseline, but gives up earlier: it fails above another threshold.
    generator = np.random.default_rng(0)
    logs = generator.normal(size=(2, 40_000, 10))
    costs = [
        np.where(side > end, np.inf, np.exp(side)) for side, end in zip(logs, (1, 0), strict=True)
    ]
    as_many = np.isinf(costs[0]).sum(axis=1) == np.isinf(costs[1]).sum(axis=1)
    costs = [side[as_many] for side in costs]
    wrong = []
    for one, other in zip(*costs, strict=True):
        survivors = [np.log(side[np.isfinite(side)]) for side in (one, other)]
        if 2 <= len(survivors[0]) < 10:
            test = stats.ttest_ind(*survivors, equal_var=False)
            wrong.append(test.statistic > 0 and test.pvalue <= LEVEL)
    assert len(wrong) > 1000, len(wrong)
    # In this direction LEVEL / 2 would be right.
    assert np.mean(wrong) > 4 * LEVEL / 2
    found = compared_costs(*costs, 0.0, 1 - LEVEL, paired=False)
    assert not (found.p_value[found.kind == FAILURES] <= LEVEL).any()


def test_doubled_rates_are_better_below_the_best_and_worse_at_the_edge(tmp_path: Path) -> None:
    rates = [0.001, 0.01, 0.1, 6.0, 10.0, 16.0, 60.0, 90.0]
    for name, factor in (("small", 1), ("doubled", 2)):
        grid = {"learning_rates": [factor * rate for rate in rates], "replicates": 8}
        tree = changed(SMALL, grid)
        write_study(tmp_path / name, tree, trained_runs(tree))
    cells = compared(tmp_path, "small", "doubled")
    assert (cells["matched_by"] == "position").all()
    assert cells["paired"].all()
    cells = cells[cells["metric"] == "train_loss"]
    too_small = cells["baseline_alpha"] <= 0.1
    assert (cells["outcome"][too_small] == "better").all()
    assert not (cells["outcome"][~too_small] == "better").any()
    rise = cells["candidate_divergence_rate"] - cells["baseline_divergence_rate"]
    assert (rise >= 0.5).sum() >= 3
    assert (cells["outcome"][rise >= 0.5] == "worse").all()
