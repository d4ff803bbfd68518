"""Performance profiles: on what share of problems each arm is nearly the best."""

from collections.abc import Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from momentum_study.core.text import counted, format_number
from momentum_study.engine.optimizers import USUAL_BETA
from momentum_study.figures.layout import (
    Page,
    Sheet,
    interval_text,
    label_outer,
    layout,
    nothing_to_draw,
    paged,
)
from momentum_study.figures.rules import ArmStyle, arm_style, arms_in_order, contrasted
from momentum_study.figures.style import AxesArray, log_axis, ratio_ticks
from momentum_study.tables.arms import arms_of_rows

TITLE = "How often each rule is nearly the best, all tuned"

CRITERIA = {
    "speed": "updates to the target",
    "train_loss": "training loss",
    "test_loss": "test loss",
}
"""Name in tables → display text."""

_MOST_COLUMNS = 3
_SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_BAND = 0.12  # opacity, so that overlapping bands are visible


def draw(profiles: pd.DataFrame, confidence: float) -> Sheet:
    """Draw the share of problems over the allowed ratio to the best cost.

    Parameters
    ----------
    profiles
        The table of profiles.
    confidence
        Level of the intervals.

    Returns
    -------
    Sheet
        A panel for each criterion and family of grids of several problems, a step line for each
        arm. A sentence if there is no such family.
    """
    shown = profiles[profiles["n_problems"] > 1]  # one problem has no share
    if shown.empty:
        return nothing_to_draw(TITLE, "This study has no two problems with the same rules.")
    shown = shown.assign(arm=arms_of_rows(shown))
    several_families = len(set(shown["family"])) > 1
    parts = {
        _title(rows, several_families): rows
        for _, rows in shown.groupby(["family", "criterion"], sort=True)
    }
    styles = {arm: arm_style(arm) for arm in arms_in_order(shown["arm"])}
    most = shown["ratio"].max()
    notes = [
        "Held fixed: the problem (data set, network, batch size), updates per run, replicates. "
        "Each rule is tuned on one fold of the replicates and evaluated on the other. "
        f"β = {format_number(USUAL_BETA)} unless the key gives another.",
        "Lines: share of problems on which the cost of a rule is at most the given multiple of "
        "the smallest cost; at 1, share of problems on which the rule is the best. A problem "
        "on which a rule fails never counts. Shaded, for plain gradient descent and momentum "
        f"with the most tuning: {interval_text(confidence)} over problems.",
    ]

    def page(titles: Sequence[str]) -> Page:
        columns = min(len(titles), _MOST_COLUMNS)
        empty = layout(
            TITLE,
            notes,
            (-(-len(titles) // columns), columns),
            titles,
            height=1.9,
            gaps=(0.26, 0.2),
            labels=("cost / smallest cost of any rule (log scale)", "share of problems"),
            keys=[Line2D([], [], label=style.label, **style.line) for style in styles.values()],
        )

        def fill(_: Sheet, panels: AxesArray) -> None:
            for axes, title in zip(panels.flat, titles, strict=False):
                rows = parts[title]
                log_axis(axes, "x", 1.0, most, ratio_ticks(1.0, most, 5))
                axes.set_ylim(-0.03, 1.03)
                axes.set_yticks(_SHARES)
                for arm, style in styles.items():
                    own = rows[rows["arm"] == arm].sort_values("ratio")
                    axes.plot(own["ratio"], own["share"], drawstyle="steps-post", **style.line)
                    if arm in contrasted(list(styles)):
                        _shade(axes, own, style)
            label_outer(panels)

        return empty, fill

    return paged(list(parts), page)


def _title(rows: pd.DataFrame, with_family: bool) -> str:
    family, criterion, problems = rows[["family", "criterion", "n_problems"]].iloc[0]
    words = [CRITERIA.get(criterion, criterion.replace("_", " "))]
    words += [family.replace("_", " ")] if with_family else []
    return ", ".join([*words, counted(problems, "problem")])


def _shade(axes: Axes, rows: pd.DataFrame, style: ArmStyle) -> None:
    band = (rows["ratio"], rows["share_low"], rows["share_high"])
    axes.fill_between(*band, step="post", color=style.color, alpha=_BAND, lw=0)
