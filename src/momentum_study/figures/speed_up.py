"""What momentum gains at its best learning rate, over β, for each batch size."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from momentum_study.core.text import span
from momentum_study.figures.blocks import panel_height
from momentum_study.figures.catalogue import what_to_see
from momentum_study.figures.effects import (
    EDGE_NOTE,
    draw_effects,
    drawn_values,
    key_marks,
    nothing_to_draw,
    on_axis,
    tuned_speed,
)
from momentum_study.figures.layout import Sheet, label_outer, sheet
from momentum_study.figures.rules import TUNED, RuleStyle, batch_styles
from momentum_study.figures.style import ratio_axis

TITLE = "How much faster than plain descent, each at its best learning rate"

_MOST_COLUMNS = 4
_ASIDE = 0.2  # between batch sizes, of the room of a β
_ROOM = 0.6  # beyond the first β and the last


def draw(contrasts: pd.DataFrame) -> Sheet:
    """Draw the speed-up of tuned momentum over tuned descent, with its interval.

    Parameters
    ----------
    contrasts
        The table of contrasts.

    Returns
    -------
    Sheet
        A panel for each data set, a line over β for each batch size; at the right of each panel
        momentum with β tuned as well. A sentence if there is no such comparison.
    """
    shown = tuned_speed(contrasts)
    if shown.empty:
        return nothing_to_draw(
            TITLE,
            "No grid of this study has plain descent and momentum, each at several learning rates.",
        )
    names = sorted(set(shown["problem"]))
    settings = sorted(set(shown["setting"]))
    styles = batch_styles(shown["batch"])
    columns = min(len(names), _MOST_COLUMNS)
    rows = -(-len(names) // columns)
    figure, panels = sheet(
        TITLE,
        [
            "Held fixed: data, start, minibatches and number of updates of a pair of runs. Each "
            "rule has its best learning rate, and where written its best β, chosen on the other "
            "half of the replicates.",
            "Marks: interquartile mean over pairs of updates of plain descent / updates of "
            f"momentum, with its interval, over {span(shown['n_pairs'])} pairs. Target: the "
            "hardest that plain descent reaches in every replicate of the half that chooses.",
            f"Dashed: as fast as plain descent. {EDGE_NOTE}",
            what_to_see("speed_up"),
        ],
        (rows, columns),
        names,
        height=panel_height(rows),
        gaps=(0.12, 0.04),
        below=0.4,
        labels=("momentum coefficient β", "times as fast as plain descent (log scale)"),
        keys=key_marks(list(styles.values())),
    )
    for axes, name in zip(panels.flat, names, strict=False):
        _set_axes(axes, shown, settings)
        of_name = shown[shown["problem"] == name]
        for place, (batch, style) in enumerate(styles.items()):
            aside = (place - (len(styles) - 1) / 2) * _ASIDE
            _draw_batch(axes, of_name[of_name["batch"] == batch], settings, aside, style)
    label_outer(panels)
    return figure


def _set_axes(axes: Axes, shown: pd.DataFrame, settings: list[str]) -> None:
    axes.set_xlim(-_ROOM, len(settings) - 1 + _ROOM)
    axes.set_xticks(range(len(settings)), settings, rotation=90)
    ratio_axis(axes, "y", drawn_values(shown, "log_ratio"), 5)
    if TUNED in settings:
        axes.axvline(settings.index(TUNED) - 0.5, color="0.8", linewidth=0.5, zorder=0)


def _draw_batch(
    axes: Axes, rows: pd.DataFrame, settings: list[str], aside: float, style: RuleStyle
) -> None:
    places = np.array([settings.index(setting) for setting in rows["setting"]], dtype=np.float64)
    draw_effects(axes, "y", places + aside, rows, style)
    # A line over every β, broken where there is no finite effect; the tuned one stands apart.
    effect = rows.set_index("setting")["effect"].reindex(
        [setting for setting in settings if setting != TUNED]
    )
    ratio = on_axis(effect.where(np.isfinite(effect)), "log_ratio")
    axes.plot(np.arange(len(ratio)) + aside, ratio, **style.line)
