"""How far a reproduced value may be from the published one, and why.

Studies computed with the same kernels and versions agree to the last byte, and nothing is
tolerated. Other kernels round differently. In most of a table that stays in the last digits. Close
to the edge of stability training is chaotic: there a last digit grows until the run is another
one, and a run may diverge that did not. So a tolerance has two parts: a distance, and a share of
rows that may lie beyond it. Runs whose loss never rose are *steady*: of them hardly any may.
All of them were measured (`docs/reproducing.md`).
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
        The distance. Infinite and missing values, and text, must be the same.
    share
        The share of rows that may lie beyond it.
    steady
        The share of a table's steady rows that may; None where they count like the others.
    """

    relative: float = 0.0
    absolute: float = 0.0
    share: float = 0.0
    steady: float | None = None

    def share_of(self, steady: bool) -> float:
        """Return the share of rows, steady ones or others, that may lie beyond the distance."""
        return self.steady if steady and self.steady is not None else self.share


class Leeway(Enum):
    """How much of a tolerance applies between two studies.

    ``NONE``: computed alike, byte for byte. ``ROUNDING``: the distance alone. ``CHAOS``: the share
    of rows beyond it as well, for trained runs really came out differently.
    """

    NONE = "bytes"
    ROUNDING = "distance"
    CHAOS = "distance and share"

    def distance(self, tolerance: Tolerance, published: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far from finite published values one may be."""
        if self is Leeway.NONE:
            return np.zeros_like(published)
        return tolerance.absolute + tolerance.relative * np.abs(published)

    def allowed(self, share: float, rows: int) -> int:
        """Return how many of so many rows may lie beyond the distance."""
        return int(share * rows) if self is Leeway.CHAOS else 0


@dataclass(frozen=True)
class TableTolerances:
    """The tolerances of a table.

    Attributes
    ----------
    columns
        Names of columns, `*` for anything, with their tolerance; the first that fits counts.
    reason
        Why they are what they are, for people.
    rows
        The share of rows that may be there on one side alone.
    steady
        Name of the column whose published value is 0 in steady rows, if the table has such.
    """

    columns: tuple[tuple[tuple[str, ...], Tolerance], ...]
    reason: str = ""
    rows: float = 0.0
    steady: str | None = None

    def of(self, column: str) -> Tolerance:
        """Return the tolerance of a column; that of a column without one is none."""
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
    reason: str, *columns: _Columns, rows: float = 0.0, steady: str | None = None
) -> TableTolerances:
    """Name columns in one string, separated by blanks."""
    named = tuple((tuple(names.split()), tolerance) for names, tolerance in columns)
    return TableTolerances(named, reason, rows, steady)


_METRIC = {"relative": 1e-3, "absolute": 1e-4}
_ESTIMATE = {"relative": 1e-2, "absolute": 1e-3}
_EFFECTS = "effect low high equivalence_* probability p_*"
_NEW_INTERVAL = "An interval over a few replicates moves as soon as one of them is another run."
_NO_TRAINING = "No training: the last digits alone."

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
        "As the effects they sum up; an outcome close to its margin may tip over.",
        ("n_*", Tolerance(share=0.1)),
        ("outcome", Tolerance(share=0.05)),
        (_EFFECTS, Tolerance(**_ESTIMATE, share=0.3)),
    ),
    "claims.csv": _table(
        "Twelve rows. Verdicts are exact; conditions name the cases, of which one may tip over.",
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
        "Two runs each. Which runs make a pair depends on what tuning chose, and on their state.",
        ("cost reference_cost gain", Tolerance(**_METRIC, share=0.2)),
        (
            "rule beta learning_rate alpha reference_beta reference_rate diverged "
            "reference_diverged state target",
            Tolerance(share=0.02),
        ),
        rows=0.04,
    ),
    "profiles.csv": _table(
        "Shares of a few problems: one that tips over is a step of a tenth.",
        ("share* mean_rank friedman_p n_*", Tolerance(absolute=0.1, share=0.015)),
    ),
    "runs.parquet": _table(
        "Chaos where the loss rises and falls; next to none in steady runs, whose loss never rose.",
        ("null_loss train_loss_initial", SINGLE),
        ("status reason first_bad_step", Tolerance(share=0.03, steady=0.001)),
        ("steps_to_*", Tolerance(share=0.1, steady=0.001)),
        (
            "sign_flip_share update_cosine gradient_norm_final",
            Tolerance(**_METRIC, share=0.4, steady=0.15),
        ),
        (
            "train_* validation_* test_* step_* up_step_* path_ratio gradient_norm_mean",
            Tolerance(**_METRIC, share=0.4, steady=0.01),
        ),
        steady="up_step_share",
    ),
    "sensitivity.csv": _table(
        "Grid values: the best cell of two that are close is another one.",
        ("n_*", Tolerance(share=0.3)),
        ("near_* width_* best_* scaling_exponent*", Tolerance(**_ESTIMATE, share=0.1)),
    ),
    "sharpness.csv": _table(
        "Followed runs, some of them beyond the edge of stability.",
        ("train_loss lambda_max", Tolerance(**_METRIC, share=0.25)),
    ),
    "stability.csv": _table(
        "Counts of runs that diverged: one more or less.",
        ("lambda_max", DOUBLE),
        ("n_bad n_both n_correct", Tolerance(relative=0.05, absolute=2.0)),
        ("accuracy*", Tolerance(absolute=0.1)),
        ("shift", Tolerance(share=0.25)),
    ),
    "step_costs.csv": _table("Recorded once and copied."),
    "theory.csv": _table(_NO_TRAINING, ("predicted measured error", DOUBLE)),
    "trajectories.csv": _table(_NO_TRAINING, ("x y value", DOUBLE)),
    "tuned.csv": _table(
        "Of two cells that are equally good, tuning may take the other one.",
        ("rule beta learning_rate alpha eta extend_* median_updates n_*", Tolerance(share=0.05)),
        ("*_score optimism outcome win_share", Tolerance(**_ESTIMATE, share=0.2)),
    ),
    "validation.csv": _table(
        "Trainings that settle, and what holds is exact.",
        ("published", DOUBLE),
        ("ours low high difference", Tolerance(**_ESTIMATE)),
    ),
}
"""By the name of the file in a study's `tables/`."""

EXPLORER_FACTS = _table("Colours, names and λ_max at the start.", ("number", DOUBLE))
EXPLORER_CELLS = _table(
    "Medians over replicates, with intervals.",
    ("alpha eta batch_size steps gradient_noise", EXACT),
    ("null_loss", SINGLE),
    ("n_* divergence_* *_n", Tolerance(share=0.1)),
    ("*", Tolerance(**_METRIC, share=0.3)),
)
EXPLORER_CURVES = _table(
    "Medians and quartiles, in steps of a 200th of a decade.",
    ("n_diverged", Tolerance(share=0.1)),
    ("*", Tolerance(absolute=1.0, share=0.25)),
)

PICTURES = Tolerance(absolute=32.0, share=0.04)
"""Of a pixel's strongest colour, from 0 to 255, and of the pixels of a figure.

A figure's palette is chosen from its own pixels: a line that moves changes the tint of others.
"""

RUNS_THAT_DIFFER = 0.1
"""From this share of runs on that differ at all, training came out differently everywhere."""
