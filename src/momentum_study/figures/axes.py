"""The same runs over α, η = (1−β)α and αλₘₐₓ: whether the best β depends on the axis."""

import pandas as pd
from matplotlib.axes import Axes

from momentum_study.core.rates import is_linear
from momentum_study.figures.compared import (
    compared_cells,
    draw_lines,
    held_fixed,
    initial_sharpness_of,
)
from momentum_study.figures.layout import Sheet, sheet_of_blocks
from momentum_study.figures.rules import Series
from momentum_study.figures.style import LINE_NOTE, LOSS_LABEL, loss_axis, rate_axis, scale_name
from momentum_study.theory.quadratics import stability_limit

RATES = {"alpha": "α", "eta": "η = (1−β)α", "scaled": "αλₘₐₓ"}
"""Columns on the x-axes, from left to right → display text."""

_LIMIT_TOP, _LIMIT_LENGTH = 1.0, 0.1  # of a panel's height


def draw(cells: pd.DataFrame, runs: pd.DataFrame, initial_sharpness: pd.DataFrame) -> Sheet:
    """Draw the loss of one grid and batch size over three rates.

    Parameters
    ----------
    cells, runs
        Rows of the grid and batch size.
    initial_sharpness
        Rows of the grid.

    Returns
    -------
    Sheet
        Three panels for each data set with the same runs and the same losses; a line for each β
        and one for plain gradient descent.

    Raises
    ------
    StudyError
        If there are no cells of plain gradient descent, or none of momentum.
    """
    compared = compared_cells(cells, runs)
    sharpness = {
        name: initial_sharpness_of(initial_sharpness, own)["lambda_max"].median()
        for name, own in compared.groupby("panel")
    }
    scaled = compared["alpha"] * compared["panel"].map(sharpness)
    compared = compared.join(scaled.rename("scaled"))
    linear = is_linear(compared["alpha"])
    # With a schedule the rate changes during a run, and there is no limit to compare it with.
    rates = [rate for rate in RATES if compared[rate].notna().any()]
    notes = [
        held_fixed(compared),
        "α is the effective rate: if the loss depends only on it, the lines over α coincide. "
        "η is the rate of the heavy-ball form: if stability depends only on it, the lines over "
        "η end together. λₘₐₓ: of the full training loss at the start, median over replicates. "
        "Marks on the upper edge: stability limits of a quadratic with this curvature, 2 for "
        "plain gradient descent and 2(1+β)/(1−β), in the colours of the lines.",
        f"Lines: median over replicates. {LINE_NOTE}",
    ]

    def panel(axes: Axes, name: str, rate: str, shape: tuple[int, int]) -> None:
        frame = compared[compared["panel"] == name]
        axes.set_xlabel(RATES[rate])
        rate_axis(axes, compared[rate].dropna(), shape[1], linear=linear)
        loss_axis(axes, frame["loss"])
        draw_lines(axes, frame, rate)
        if rate == "scaled":
            _draw_limits(axes, sorted(set(frame["series"])))

    return sheet_of_blocks(
        "The same runs over α, over η = (1−β)α and over αλₘₐₓ",
        notes,
        list(compared["panel"].unique()),
        rates,
        panel,
        below=0.33,
        labels=(
            scale_name("learning rate, in different units", linear=linear),
            scale_name(LOSS_LABEL, linear=False),
        ),
        series=sorted(set(compared["series"])),
    )


def _draw_limits(axes: Axes, series: list[Series]) -> None:
    """Mark the stability limit of each line on the upper edge."""
    ends = (_LIMIT_TOP - _LIMIT_LENGTH, _LIMIT_TOP)
    for one in series:
        limit = float(stability_limit("momentum" if one.is_momentum else "gd", one.beta))
        axes.plot([limit, limit], ends, color=one.color, transform=axes.get_xaxis_transform())
