"""Maps of a comparison: in which cells of a grid the candidate is better, worse, or neither."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, exp, log
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize, to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from momentum_study.analysis.comparison.criteria import TRAIN_LOSS
from momentum_study.core.text import format_number
from momentum_study.figures.compared import panel_names
from momentum_study.figures.layout import Sheet, key_beside, sheet, swatch
from momentum_study.figures.maps import cell_edges
from momentum_study.figures.rules import arm_style, arms_in_order, batch_label
from momentum_study.figures.style import SMALL, rate_axis
from momentum_study.studies.compare.effects import FAILURES, SAME, UNDECIDED
from momentum_study.studies.compare.metrics import LOSSES
from momentum_study.studies.compare.schemas import BOTH, PROBLEM
from momentum_study.tables.arms import ArmKey
from momentum_study.tables.keys import batches_in_order

METRIC = TRAIN_LOSS
"""The metric that maps show."""

ONE_SIDE = "0.87"
"""Colour of cells that one side alone has."""

HATCHES = {UNDECIDED: "//////", "baseline": "----", "candidate": "||||"}

_HATCH_COLOR = "0.55"
# Of the scale: a smaller one would show noise, a larger one nothing.
_LIMITS = (log(1.1), log(10.0))
_TICKS = (1.1, 1.2, 1.5, 2.0, 3.0, 5.0, 10.0)
_LABEL_CHARACTERS = 22
_CHARACTER = 0.055  # inches, of a label of a row
_ROW = 0.17  # inches
_CROSS: dict[str, Any] = {
    "linestyle": "",
    "marker": "x",
    "markersize": 2.6,
    "markeredgewidth": 0.6,
    "color": "0.25",
}


@dataclass(frozen=True)
class Map:
    """A sheet of maps: a pair of grids and a batch size."""

    baseline_grid: str
    candidate_grid: str
    batch: str

    @property
    def grids(self) -> str:
        """Both grids, or the name of both."""
        names = dict.fromkeys([self.baseline_grid, self.candidate_grid])
        return "--".join(names)

    @property
    def path(self) -> str:
        """Path below the figures, without suffix."""
        return f"{self.grids}/difference_batch{self.batch}"

    @property
    def title(self) -> str:
        """Its grids and batch size, for people."""
        return f"Grid {self.grids.replace('--', ' / ')}, {batch_label(self.batch)}"

    def alt(self, baseline: str, candidate: str) -> str:
        """Return what stands for the sheet where it cannot be seen."""
        return (
            f"Maps over learning rate, rule and momentum coefficient, one for each data set, of "
            f"where {candidate} has a lower final training loss than {baseline} and where a higher "
            f"one. {self.title}."
        )


def maps_of(cells: pd.DataFrame) -> list[Map]:
    """List the sheets of a comparison: grids and batch sizes in which something differs."""
    differing = cells[(cells["metric"] == METRIC) & (cells["side"] == BOTH)]
    differing = differing[differing["outcome"] != SAME]
    return [
        Map(str(baseline), str(candidate), batch)
        for (baseline, candidate), own in differing.groupby(list(PROBLEM[:2]), sort=False)
        for batch in batches_in_order(own["batch"])
    ]


def limit_of(cells: pd.DataFrame) -> float:
    """Return where the scale of effects ends on all maps of a comparison, as a log ratio."""
    effects = cells.loc[(cells["metric"] == METRIC) & (cells["kind"] != FAILURES), "effect"]
    return float(np.clip(effects.abs().max(), *_LIMITS)) if effects.notna().any() else _LIMITS[0]


def draw(
    which: Map, cells: pd.DataFrame, names: tuple[str, str], limit: float, share: str
) -> Sheet:
    """Draw the maps of one pair of grids and batch size.

    Parameters
    ----------
    which
        The sheet.
    cells
        All cells of the comparison, as `cells.compared_cells` gives them.
    names
        Of baseline and candidate.
    limit
        Of the scale (`limit_of`).
    share
        Of errors allowed among what is called different, in words.

    Returns
    -------
    Sheet
        A panel for each data set (and network and schedule, if there are several); a column for
        each learning rate, a row for each rule and β.
    """
    own = cells[
        (cells["metric"] == METRIC)
        & (cells["baseline_grid"] == which.baseline_grid)
        & (cells["candidate_grid"] == which.candidate_grid)
        & (cells["batch"] == which.batch)
    ]
    own = own.assign(
        panel=panel_names(own),
        rate=own["candidate_learning_rate"].fillna(own["baseline_learning_rate"]),
        shade=_shades(own, limit),
    )
    # What one side alone trained on has nothing to show.
    titles = list(own.loc[own["side"] == BOTH, "panel"].unique())
    own = own[own["panel"].isin(titles)]
    rows = _rows(own)
    labels = [_row_label(*row) for row in rows]
    columns = _columns(len(titles) + 1)
    lines = max(label.count("\n") + 1 for label in labels)
    widest = max(len(line) for label in labels for line in label.split("\n"))
    figure, panels = sheet(
        f"{LOSSES[METRIC].capitalize()}: candidate against baseline",
        list(_notes(which, own, names, share)),
        (ceil((len(titles) + 1) / columns), columns),
        titles,
        height=max(_ROW * (1 + 0.7 * (lines - 1)) * len(rows), 1.6),
        gaps=(0.14, 0.2),
        labels=(_rate_label(own), ""),
        sides=(0.25 + _CHARACTER * widest, 0.12),
    )
    colors = sns.color_palette("vlag_r", as_cmap=True)
    scale = Normalize(-limit, limit)
    for place, title in enumerate(titles):
        axes = panels.flat[place]
        _draw_map(axes, own[own["panel"] == title], rows, scale, colors)
        rate_axis(axes, own["rate"], columns)
        edges = cell_edges(np.unique(own["rate"]))
        axes.set(xlim=(edges[0], edges[-1]), ylim=(len(rows) - 0.5, -0.5))
        axes.set_yticks(range(len(rows)), labels)
        axes.tick_params(labelleft=place % columns == 0)
    _draw_key(panels.flat[len(titles)], own, scale, colors)
    return figure


def _shades(cells: pd.DataFrame, limit: float) -> pd.Series:
    """Where a cell lies on the scale: its log ratio, or its difference of shares times the end."""
    return cells["effect"].where(cells["kind"] != FAILURES, cells["effect"] * limit)


def _rows(cells: pd.DataFrame) -> list[tuple[str, float]]:
    """Rows of the maps, rule and β, from the top."""
    found = set(zip(cells["rule"], cells["beta"], strict=True))
    arms = arms_in_order(map(ArmKey, cells["rule"]))
    order = {arm.rule: place for place, arm in enumerate(arms)}
    return sorted(found, key=lambda row: (order[row[0]], row[1]), reverse=True)


def _row_label(rule: str, beta: float) -> str:
    name = arm_style(ArmKey(rule)).label
    label = f"{name} {format_number(beta)}" if beta else name
    return "\n".join(textwrap.wrap(label, _LABEL_CHARACTERS))


def _notes(which: Map, cells: pd.DataFrame, names: tuple[str, str], share: str) -> Iterator[str]:
    fixed = [which.title[0].lower() + which.title[1:]]
    for key, words in (("network", "network “{}”"), ("schedule", "{} schedule")):
        if len(cells[key].unique()) == 1:
            fixed.append(words.format(cells[key].iloc[0].replace("_", " ")))
    yield f"Candidate: {names[1]}. Baseline: {names[0]}. Held fixed: {', '.join(fixed)}."
    paired = "paired by replicate" if cells["paired"].any() else "of other seeds, not paired"
    yield (
        f"Colour: mean of log(baseline / candidate) over replicates, runs {paired}; blue where the "
        "candidate is better. Cross: runs failed on one side at least, the shade is then the "
        "difference of the shares that failed, ±100 % at the ends of the scale. Hatched: not told "
        f"apart, at {share} false discoveries over all cells of the comparison."
    )


def _rate_label(cells: pd.DataFrame) -> str:
    by_position = (cells["matched_by"] == "position").any()
    return f"learning rate{' of the candidate' if by_position else ''} (log scale)"


def _columns(slots: int) -> int:
    """Number of columns, up to 4: the fewest rows, then the fewest empty places."""
    choices = range(min(slots, 2), min(slots, 4) + 1)
    return min(choices, key=lambda columns: (ceil(slots / columns), columns))


def _draw_map(
    axes: Axes,
    cells: pd.DataFrame,
    rows: Sequence[tuple[str, float]],
    scale: Normalize,
    colors: Colormap,
) -> None:
    # Not as seaborn's heatmap, whose columns are the same for all rows: a rule may have its own
    # learning rates, and one side other rates than both.
    for y, (rule, beta) in enumerate(rows):
        row = cells[(cells["rule"] == rule) & (cells["beta"] == beta)].sort_values("rate")
        if row.empty:
            continue
        edges = cell_edges(row["rate"].to_numpy())
        columns = (row[name] for name in ("side", "outcome", "shade"))
        for side, outcome, shade, left, right in zip(*columns, edges[:-1], edges[1:], strict=True):
            one_side = side != BOTH
            axes.add_artist(  # not as a patch, of which each would ask for the limits anew
                Rectangle(
                    (left, y - 0.5),
                    right - left,
                    1.0,
                    facecolor=ONE_SIDE if one_side else to_hex(colors(scale(shade))),
                    edgecolor="white",
                    linewidth=0.3,
                    hatch=HATCHES.get(side if one_side else outcome, ""),
                    hatchcolor=_HATCH_COLOR,
                )
            )
        middles = np.sqrt(edges[:-1] * edges[1:])[row["kind"] == FAILURES]
        axes.plot(middles, np.full(len(middles), y), **_CROSS)


def _draw_key(place: Axes, cells: pd.DataFrame, scale: Normalize, colors: Colormap) -> None:
    """Fill the free place after the last panel: scale and hatches that are on the sheet."""
    bar = place.inset_axes((0.03, 0.93, 0.9, 0.07))
    limit = float(scale.vmax or 0.0)
    effects = cells.loc[cells["kind"] != FAILURES, "effect"].abs()
    end = max(log(ratio) for ratio in _TICKS if log(ratio) <= limit + 1e-9)
    place.figure.colorbar(
        ScalarMappable(scale, colors),
        cax=bar,
        orientation="horizontal",
        extend="both" if effects.max() > limit else "neither",
        extendfrac=0.07,
        ticks=[-end, 0.0, end],
        format=FuncFormatter(lambda value, _: _ratio_label(value)),
    )
    bar.minorticks_off()
    bar.set_xlabel("loss of candidate / baseline", size=SMALL)
    entries: list[Any] = []
    present = {*cells["outcome"], *cells["side"]}
    for which, label in (
        (UNDECIDED, "undecided"),
        ("baseline", "only in the baseline"),
        ("candidate", "only in the candidate"),
    ):
        if which in present:
            color = "white" if which == UNDECIDED else ONE_SIDE
            entries.append(swatch(color, HATCHES[which], _HATCH_COLOR, label))
    if (cells["kind"] == FAILURES).any():
        entries.append(
            Line2D([], [], label="runs failed: shade by\nshares of failed runs", **_CROSS)
        )
    key_beside(place, entries, top=0.6)


def _ratio_label(log_ratio: float) -> str:
    """Write what a loss is multiplied by, from the baseline to the candidate."""
    ratio = exp(abs(log_ratio))
    number = format_number(float(f"{ratio:.3g}"))
    return "1" if ratio == 1 else (f"1/{number}" if log_ratio > 0 else number)
