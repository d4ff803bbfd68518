"""Maps of a comparison: the cells of a grid in which the candidate is better or worse."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize, to_hex
from matplotlib.lines import Line2D

from momentum_study.analysis.comparison.criteria import TRAIN_LOSS
from momentum_study.core.rates import is_linear
from momentum_study.core.text import format_number
from momentum_study.figures.cell_map import (
    NO_VALUE,
    draw_cells,
    draw_key,
    map_shape,
    set_map_axes,
    swatch,
)
from momentum_study.figures.compared import panel_names
from momentum_study.figures.layout import Page, Sheet, layout, paged
from momentum_study.figures.rules import arm_style, arms_in_order, batch_label
from momentum_study.figures.style import AxesArray, scale_name
from momentum_study.studies.compare.cells import compared_runs
from momentum_study.studies.compare.effects import FAILURES, SAME, UNDECIDED
from momentum_study.studies.compare.metrics import LOSSES
from momentum_study.studies.compare.schemas import BOTH, PROBLEM
from momentum_study.tables.arms import ArmKey
from momentum_study.tables.keys import batches_in_order

METRIC = TRAIN_LOSS
"""The metric of the maps."""

HATCHES = {UNDECIDED: "//////", "baseline": "----", "candidate": "||||"}

# Limits of the colour scale: a smaller one would show noise, a larger one would hide differences.
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
    "clip_on": False,
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
        """Display text of its grids and batch size."""
        return f"Grid {self.grids.replace('--', ' / ')}, {batch_label(self.batch)}"

    def alt(self, baseline: str, candidate: str) -> str:
        """Return the alternative text of the sheet."""
        return (
            f"Maps over learning rate, rule and momentum coefficient, one for each data set: "
            f"cells in which {candidate} has a lower or a higher final training loss than "
            f"{baseline}. {self.title}."
        )


def maps_of(cells: pd.DataFrame) -> list[Map]:
    """List the sheets of a comparison: grids and batch sizes with a difference."""
    differing = cells[(cells["metric"] == METRIC) & (cells["side"] == BOTH)]
    differing = differing[differing["outcome"] != SAME]
    return [
        Map(str(baseline), str(candidate), batch)
        for (baseline, candidate), own in differing.groupby(list(PROBLEM[:2]), sort=False)
        for batch in batches_in_order(own["batch"])
    ]


def limit_of(cells: pd.DataFrame) -> float:
    """Return the end of the colour scale of all maps of a comparison, as a log ratio."""
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
        All cells of the comparison, from `cells.compared_cells`.
    names
        Of baseline and candidate.
    limit
        Of the scale (`limit_of`).
    share
        Allowed share of false discoveries, as text.

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
    # Data sets of one side only have nothing to compare.
    titles = list(own.loc[own["side"] == BOTH, "panel"].unique())
    own = own[own["panel"].isin(titles)]
    linear = is_linear(own["rate"])
    rows = _rows(own)
    labels = [_row_label(*row) for row in rows]
    lines = max(label.count("\n") + 1 for label in labels)
    widest = max(len(line) for label in labels for line in label.split("\n"))
    colors = sns.color_palette("vlag_r", as_cmap=True)
    scale = Normalize(-limit, limit)
    heights = {row: y for y, row in enumerate(rows)}
    one_side = own["side"] != BOTH
    own = own.assign(
        y=[heights[row] for row in zip(own["rule"], own["beta"], strict=True)],
        color=[to_hex(colors(scale(shade))) for shade in own["shade"]],
        hatch=own["outcome"].where(~one_side, own["side"]).map(lambda key: HATCHES.get(key, "")),
    )
    own.loc[one_side, "color"] = NO_VALUE
    notes = list(_notes(which, own, names, share))

    def page(shown_titles: Sequence[str]) -> Page:
        empty = layout(
            f"{LOSSES[METRIC].capitalize()}: candidate compared with baseline",
            notes,
            map_shape(len(shown_titles)),
            shown_titles,
            height=max(_ROW * (1 + 0.7 * (lines - 1)) * len(rows), 1.6),
            gaps=(0.14, 0.2),
            labels=(scale_name(_rate_label(own), linear=linear), ""),
            key_last=True,
            sides=(0.25 + _CHARACTER * widest, 0.12),
        )

        def fill(_: Sheet, panels: AxesArray) -> None:
            for place, title in enumerate(shown_titles):
                axes, of_panel = panels.flat[place], own[own["panel"] == title]
                draw_cells(axes, of_panel, linear=linear)
                failed = of_panel[of_panel["kind"] == FAILURES]
                axes.plot(failed["rate"], failed["y"], **_CROSS)
                axes.set_ylim(len(rows) - 0.5, -0.5)
                set_map_axes(panels, place, own["rate"], dict(enumerate(labels)), linear=linear)
            _draw_key(panels.flat[len(shown_titles)], own, scale, colors)

        return empty, fill

    return paged(titles, page)


def _shades(cells: pd.DataFrame, limit: float) -> pd.Series:
    """Position of a cell on the scale: its log ratio, or its difference of shares times `limit`."""
    return cells["effect"].where(cells["kind"] != FAILURES, cells["effect"] * limit)


def _rows(cells: pd.DataFrame) -> list[tuple[str, float]]:
    """Rule and β of the rows of the maps, from the top."""
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
    paired = "paired by replicate" if cells["paired"].any() else "with other seeds, not paired"
    yield (
        f"Colour: mean of log(baseline / candidate), runs {paired}, compared "
        f"{compared_runs(cells)}; blue: the candidate is better. Cross: runs failed on at least "
        "one side; the shade is then the difference of the shares of failed runs, ±100 % at the "
        f"ends of the scale. Hatched: no detectable difference, at {share} false "
        "discoveries over all cells of the comparison."
    )


def _rate_label(cells: pd.DataFrame) -> str:
    by_position = (cells["matched_by"] == "position").any()
    return f"learning rate{' of the candidate' if by_position else ''}"


def _draw_key(place: Axes, cells: pd.DataFrame, scale: Normalize, colors: Colormap) -> None:
    """Draw the colour scale, and a key of the hatches and marks on the sheet."""
    limit = float(scale.vmax or 0.0)
    effects = cells.loc[cells["kind"] != FAILURES, "effect"].abs()
    end = max(log(ratio) for ratio in _TICKS if log(ratio) <= limit + 1e-9)
    present = {*cells["outcome"], *cells["side"]}
    entries: list[Artist] = [
        swatch("white" if which == UNDECIDED else NO_VALUE, HATCHES[which], label)
        for which, label in (
            (UNDECIDED, "undecided"),
            ("baseline", "only in the baseline"),
            ("candidate", "only in the candidate"),
        )
        if which in present
    ]
    if (cells["kind"] == FAILURES).any():
        entries.append(
            Line2D([], [], label="runs failed: shade by\nshares of failed runs", **_CROSS)
        )
    draw_key(
        place,
        scale,
        colors,
        "loss of candidate / baseline",
        entries,
        top=0.6,
        extend="both" if effects.max() > limit else "neither",
        ticks=[-end, 0.0, end],
        format=_ratio_label,
    )


def _ratio_label(log_ratio: float) -> str:
    """Write the factor from the loss of the baseline to that of the candidate."""
    ratio = exp(abs(log_ratio))
    number = format_number(float(f"{ratio:.3g}"))
    return "1" if ratio == 1 else (f"1/{number}" if log_ratio > 0 else number)
