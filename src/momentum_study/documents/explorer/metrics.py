"""Quantities that the maps of the explorer show: columns of the table of cells and their labels."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from momentum_study.tables.keys import target_columns


@dataclass(frozen=True)
class Metric:
    """A quantity with its interval.

    Attributes
    ----------
    name
        In the address of a view.
    value, low, high, count
        Columns of the table of cells: the estimate, its interval, and its number of runs.
    label
        Display text.
    group
        Heading in the list of metrics.
    kind
        ``"relative"``: a loss, divided by that of the best constant. ``"score"``: accuracy or R².
        ``"steps"``: updates, infinite if half of the runs missed the target. ``"path"``: a property
        of the path, which may be missing. ``"rate"``: a share of runs.
    scale
        Of the colours.
    better
        Which end is better, if any.
    """

    name: str
    value: str
    low: str
    high: str
    count: str
    label: str
    group: str
    kind: Literal["relative", "score", "steps", "path", "rate"]
    scale: Literal["log", "linear"]
    better: Literal["low", "high", "none"]

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table of cells, each once."""
        return tuple(dict.fromkeys((self.count, self.value, self.low, self.high)))


def metrics(columns: Iterable[str]) -> list[Metric]:
    """List the metrics of a table of cells with these columns, the most important first."""
    targets = [column.removesuffix("_n") for column in columns if column.endswith("_n")]
    losses, scores, paths = "Loss / loss of the best constant", "Score", "Shape of the path"
    return [
        _median("train_loss_final", "final training loss", losses, "relative", "log", "low"),
        _median(
            "test_loss_at_best",
            "test loss at the best validation loss",
            losses,
            "relative",
            "log",
            "low",
        ),
        _median("train_score_final", "final training score", scores, "score", "linear", "high"),
        _median(
            "test_score_at_best",
            "test score at the best validation loss",
            scores,
            "score",
            "linear",
            "high",
        ),
        *(
            _median(
                column,
                f"updates to {column.removeprefix('steps_to_')} of the best constant’s loss",
                "Updates to a target",
                "steps",
                "log",
                "low",
            )
            for column in target_columns(targets)
        ),
        _median("up_step_share", "share of rises of the loss", paths, "path", "linear", "none"),
        _median("sign_flip_share", "share of sign flips", paths, "path", "linear", "none"),
        _median("update_cosine", "cosine of consecutive updates", paths, "path", "linear", "none"),
        _median("path_ratio", "path length / distance", paths, "path", "log", "none"),
        Metric(
            name="divergence_rate",
            value="divergence_rate",
            low="divergence_rate_low",
            high="divergence_rate_high",
            count="n_runs",
            label="share of runs that diverged",
            group="Divergence",
            kind="rate",
            scale="linear",
            better="none",
        ),
    ]


def _median(
    column: str,
    label: str,
    group: str,
    kind: Literal["relative", "score", "steps", "path"],
    scale: Literal["log", "linear"],
    better: Literal["low", "high", "none"],
) -> Metric:
    return Metric(
        name=column,
        value=f"{column}_median",
        low=f"{column}_median_low",
        high=f"{column}_median_high",
        count=f"{column}_n",
        label=label,
        group=group,
        kind=kind,
        scale=scale,
        better=better,
    )
