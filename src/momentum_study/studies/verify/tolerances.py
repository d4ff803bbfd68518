"""Tolerances of reproduced values, with reasons.

Studies computed with the same kernels and versions agree byte for byte, and nothing is tolerated.
Other kernels round differently. In most of a table only the last digits change. Near the edge of
stability training is chaotic: there a changed digit grows until the whole run is different, and
another run may diverge. So a tolerance has two parts: a distance, and a share of rows that may be
beyond it. The training loss of *monotone* runs never rose; hardly any of them may be beyond it. All
tolerances were measured (`docs/reproducing.md`).
"""

from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Tolerance:
    """A value may differ from the published b by ``absolute + relative · |b|``.

    Attributes
    ----------
    relative, absolute
        The distance. Infinite and missing values and text must be equal.
    share
        The share of rows that may be beyond it.
    monotone
        The share of monotone rows that may be; None if they count like the others.
    """

    relative: float = 0.0
    absolute: float = 0.0
    share: float = 0.0
    monotone: float | None = None

    def share_of(self, monotone: bool) -> float:
        """Return the share of monotone or other rows that may be beyond the distance."""
        return self.monotone if monotone and self.monotone is not None else self.share


class Leeway(Enum):
    """Which part of a tolerance applies between two studies.

    ``NONE``: same portable kernels and versions, so bytes must be equal. ``ROUNDING``: the distance
    alone. ``CHAOTIC``: the share of rows beyond it as well, because many trained runs are
    different.
    """

    NONE = "bytes"
    ROUNDING = "distance"
    CHAOTIC = "distance and share"

    def distance(self, tolerance: Tolerance, published: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the allowed distance from finite published values."""
        if self is Leeway.NONE:
            return np.zeros_like(published)
        return tolerance.absolute + tolerance.relative * np.abs(published)

    def allowed(self, share: float, rows: int) -> int:
        """Return how many of these rows may be beyond the distance."""
        return int(share * rows) if self is Leeway.CHAOTIC else 0


@dataclass(frozen=True)
class TableTolerances:
    """The tolerances of a table.

    Attributes
    ----------
    columns
        Patterns of column names with their tolerance; the first that matches counts.
    reason
        Reason for the values, as text.
    rows
        The share of rows that may be in one table only.
    monotone
        Column whose published value is 0 in monotone rows, if there is one.
    """

    columns: tuple[tuple[tuple[str, ...], Tolerance], ...]
    reason: str = ""
    rows: float = 0.0
    monotone: str | None = None

    def of(self, column: str) -> Tolerance:
        """Return the tolerance of a column, `EXACT` by default."""
        return next(
            (
                tolerance
                for names, tolerance in self.columns
                if any(fnmatchcase(column, name) for name in names)
            ),
            EXACT,
        )


EXACT = Tolerance()
# The last digits of double and of single precision.
DOUBLE = Tolerance(relative=1e-6, absolute=1e-8)
SINGLE = Tolerance(relative=1e-5, absolute=1e-6)


_Columns = tuple[str, Tolerance]


def _table(
    reason: str, *columns: _Columns, rows: float = 0.0, monotone: str | None = None
) -> TableTolerances:
    """Make tolerances from column names in one string, separated by spaces."""
    named = tuple((tuple(names.split()), tolerance) for names, tolerance in columns)
    return TableTolerances(named, reason, rows, monotone)


_METRIC = {"relative": 1e-3, "absolute": 1e-4}
_ESTIMATE = {"relative": 1e-2, "absolute": 1e-3}
_EFFECTS = "effect low high equivalence_* probability p_*"
_NEW_INTERVAL = "An interval over a few replicates moves when one of the runs is different."
_NO_TRAINING = "No training: only the last digits."

TABLES = {
    "advice.csv": _table(
        _NEW_INTERVAL,
        ("n_*", Tolerance(share=0.1)),
        (_EFFECTS, Tolerance(**_ESTIMATE, share=0.25)),
    ),
    "budget.csv": _table(
        "The best of k trials is often a cell at the edge of stability.",
        ("n_diverged", Tolerance(share=0.3)),
        ("advantage*", Tolerance(relative=0.1, absolute=0.1, share=0.35)),
        ("validation_* test_* draw_*", Tolerance(relative=0.1, absolute=0.01, share=0.4)),
    ),
    "claim_cases.csv": _table(
        "Like the effects that they summarise; an outcome close to its margin may change.",
        ("n_*", Tolerance(share=0.1)),
        ("outcome", Tolerance(share=0.05)),
        (_EFFECTS, Tolerance(**_ESTIMATE, share=0.3)),
    ),
    "claims.csv": _table(
        "Twelve rows. Verdicts are exact; conditions list cases, one of which may change.",
        ("effect low high", Tolerance(relative=0.1, absolute=0.1, share=0.4)),
        ("condition", Tolerance(share=0.25)),
        ("n n_*", Tolerance(share=0.5)),
    ),
    "contrasts.csv": _table(
        _NEW_INTERVAL,
        ("n_*", Tolerance(share=0.05)),
        (_EFFECTS, Tolerance(**_ESTIMATE, share=0.2)),
    ),
    "datasets.csv": _table(_NO_TRAINING, ("condition_number", DOUBLE)),
    "initial_sharpness.csv": _table(_NO_TRAINING, ("lambda_max", DOUBLE)),
    "landscapes.csv": _table(_NO_TRAINING, ("*", DOUBLE)),
    "pairs.parquet": _table(
        "Two runs each. Which runs form a pair depends on tuning and on their state.",
        ("cost reference_cost gain", Tolerance(**_METRIC, share=0.2)),
        (
            "rule beta learning_rate alpha reference_beta reference_rate diverged "
            "reference_diverged state target",
            Tolerance(share=0.02),
        ),
        rows=0.04,
    ),
    "profiles.csv": _table(
        "Shares of a few problems: one that changes is a step of a tenth.",
        ("share* mean_rank friedman_p n_*", Tolerance(absolute=0.1, share=0.015)),
    ),
    "runs.parquet": _table(
        "Chaotic where the loss rises and falls; hardly at all where it never rose.",
        ("null_loss train_loss_initial", SINGLE),
        ("status reason first_bad_step", Tolerance(share=0.03, monotone=0.001)),
        ("steps_to_*", Tolerance(share=0.1, monotone=0.001)),
        (
            "sign_flip_share update_cosine gradient_norm_final",
            Tolerance(**_METRIC, share=0.4, monotone=0.15),
        ),
        (
            "train_* validation_* test_* step_* up_step_* path_ratio gradient_norm_mean",
            Tolerance(**_METRIC, share=0.4, monotone=0.01),
        ),
        monotone="up_step_share",
    ),
    "sensitivity.csv": _table(
        "Grid values: of two close cells, the other one may be the best.",
        ("n_*", Tolerance(share=0.3)),
        ("near_* width_* best_* scaling_exponent*", Tolerance(**_ESTIMATE, share=0.1)),
    ),
    "sharpness.csv": _table(
        "Followed runs, some of them beyond the edge of stability.",
        ("train_loss lambda_max", Tolerance(**_METRIC, share=0.25)),
    ),
    "stability.csv": _table(
        "Counts of diverged runs: one more or less.",
        ("lambda_max", DOUBLE),
        ("n_bad n_both n_correct", Tolerance(relative=0.05, absolute=2.0)),
        ("accuracy*", Tolerance(absolute=0.1)),
        ("shift", Tolerance(share=0.25)),
    ),
    "step_costs.csv": _table("Recorded once and copied."),
    "theory.csv": _table(_NO_TRAINING, ("predicted measured error", DOUBLE)),
    "trajectories.csv": _table(_NO_TRAINING, ("x y value", DOUBLE)),
    "tuned.csv": _table(
        "Of two equally good cells, tuning may choose the other one.",
        ("rule beta learning_rate alpha eta extend_* median_updates n_*", Tolerance(share=0.05)),
        ("*_score optimism outcome win_share", Tolerance(**_ESTIMATE, share=0.2)),
    ),
    "validation.csv": _table(
        "Trainings that converge; whether a finding holds is exact.",
        ("published", DOUBLE),
        ("ours low high difference", Tolerance(**_ESTIMATE)),
    ),
}
"""By the name of the file in a study's `tables/`."""

PICTURES = Tolerance(absolute=32.0, share=0.04)
"""Of a pixel's strongest colour, from 0 to 255, and of the pixels of a figure.

The palette of a figure is chosen from its pixels: a line that moves changes the tint of others.
"""

RUNS_THAT_DIFFER = 0.1
"""From this share of runs on that differ at all, rounding has reached the runs in general."""
