"""Speed-up of momentum at its best learning rate, over β, for each batch size."""

from collections.abc import Sequence
from math import ceil

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from momentum_study.core.text import span
from momentum_study.figures.effects import (
    EDGE_NOTE,
    draw_effects,
    drawn_values,
    key_marks,
    on_axis,
    tuned_speed,
)
from momentum_study.figures.layout import (
    Page,
    Sheet,
    interval_text,
    label_outer,
    layout,
    nothing_to_draw,
    paged,
    panel_height,
)
from momentum_study.figures.rules import TUNED, RuleStyle, batch_styles
from momentum_study.figures.style import (
    BETWEEN,
    WIDTH,
    AxesArray,
    ratio_axis,
    text_width,
    tick_labels,
)

TITLE = "Speed-up over plain gradient descent, each rule at its best learning rate"

_MOST_COLUMNS = 4
_ASIDE = 0.2  # between batch sizes, as a share of the distance between β
_PANELS = 0.8  # of the width of the page
_LINE = 0.11  # inches, of a label
_ROOM = 0.6  # before the first β and after the last


def draw(contrasts: pd.DataFrame, confidence: float) -> Sheet:
    """Draw the speed-up of tuned momentum over tuned plain gradient descent, with its interval.

    Parameters
    ----------
    contrasts
        The table of contrasts.
    confidence
        Level of the intervals.

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
            "No grid of this study has plain gradient descent and momentum, each at several "
            "learning rates.",
        )
    settings = sorted(set(shown["setting"]), key=lambda one: 1.0 if one == TUNED else float(one))
    labels = _labels(settings)
    styles = batch_styles(shown["batch"])
    notes = [
        "Held fixed: data, start, minibatches and number of updates of a pair of runs. Each "
        "rule has its best learning rate (“tuned”: also its best β), chosen on the other fold "
        "of the replicates.",
        "Marks: updates of plain gradient descent / updates of momentum, interquartile mean "
        f"over {span(shown['n_pairs'], 'pair')} with its {interval_text(confidence)}. Target: "
        "the lowest loss that plain gradient descent reaches in every replicate of the fold "
        "used for tuning.",
        f"Dashed: as fast as plain gradient descent. {EDGE_NOTE}",
    ]

    def page(names: Sequence[str]) -> Page:
        columns = min(len(names), _MOST_COLUMNS)
        rows = -(-len(names) // columns)
        room = _PANELS * WIDTH / columns / (len(settings) - 1 + 2 * _ROOM)
        longest = max(map(text_width, labels))
        upright = longest + BETWEEN <= room
        step = 1 if upright else ceil(_LINE / room)
        labelled = slice((len(settings) - 1) % step, None, step)  # with the last one
        empty = layout(
            TITLE,
            notes,
            (rows, columns),
            names,
            height=panel_height(rows),
            gaps=(0.12, 0.04),
            below=0.2 if upright else max(longest + 0.1, 0.4),
            labels=("momentum coefficient β", "speed-up over plain gradient descent (log scale)"),
            keys=key_marks(list(styles.values())),
        )

        def fill(_: Sheet, panels: AxesArray) -> None:
            for axes, name in zip(panels.flat, names, strict=False):
                _set_axes(axes, shown, settings)
                places = range(len(settings))[labelled]
                axes.set_xticks(places, labels[labelled], rotation=0 if upright else 90)
                of_name = shown[shown["problem"] == name]
                for place, (batch, style) in enumerate(styles.items()):
                    aside = (place - (len(styles) - 1) / 2) * _ASIDE
                    _draw_batch(axes, of_name[of_name["batch"] == batch], settings, aside, style)
            label_outer(panels)

        return empty, fill

    return paged(sorted(set(shown["problem"])), page)


def _labels(settings: list[str]) -> list[str]:
    """Write β of each setting in the fewest digits."""
    betas = [setting for setting in settings if setting != TUNED]
    return [*tick_labels(map(float, betas)), *settings[len(betas) :]]


def _set_axes(axes: Axes, shown: pd.DataFrame, settings: list[str]) -> None:
    axes.set_xlim(-_ROOM, len(settings) - 1 + _ROOM)
    ratio_axis(axes, "y", drawn_values(shown, "log_ratio"), 5)
    if TUNED in settings:
        axes.axvline(settings.index(TUNED) - 0.5, color="0.8", linewidth=0.5, zorder=0)


def _draw_batch(
    axes: Axes, rows: pd.DataFrame, settings: list[str], aside: float, style: RuleStyle
) -> None:
    places = np.array([settings.index(setting) for setting in rows["setting"]], dtype=np.float64)
    draw_effects(axes, "y", places + aside, rows, style)
    # A line over every β, with gaps at effects that are not finite; tuned β is separate.
    effect = rows.set_index("setting")["effect"].reindex(
        [setting for setting in settings if setting != TUNED]
    )
    ratio = on_axis(effect.where(np.isfinite(effect)), "log_ratio")
    axes.plot(np.arange(len(ratio)) + aside, ratio, **style.line)
