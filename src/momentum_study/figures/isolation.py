"""Loss over α with an interval, for each β, data set and batch size."""

import pandas as pd
from matplotlib.axes import Axes

from momentum_study.core.rates import is_linear
from momentum_study.core.text import span
from momentum_study.figures.compared import compared_cells, draw_lines, held_fixed
from momentum_study.figures.layout import Sheet, interval_text, sheet_of_blocks
from momentum_study.figures.rules import batch_label
from momentum_study.figures.style import (
    ALPHA_LABEL,
    LINE_NOTE,
    LOSS_LABEL,
    loss_axis,
    rate_axis,
    scale_name,
)
from momentum_study.tables.keys import batches_in_order


def draw(cells: pd.DataFrame, runs: pd.DataFrame, confidence: float) -> Sheet:
    """Draw the loss of one grid over α, at all batch sizes.

    Parameters
    ----------
    cells, runs
        Rows of the grid.
    confidence
        Level of the intervals.

    Returns
    -------
    Sheet
        A panel for each data set and batch size, the full batch last; a line with its interval
        for each β and one for plain gradient descent.

    Raises
    ------
    StudyError
        If there are no cells of plain gradient descent, or none of momentum.
    """
    compared = compared_cells(cells, runs)
    full = compared.loc[compared["batch"] == "full", "batch_size"]
    size = "the batch size of a column" + (f" (full: {span(full, 'row')})" if len(full) else "")
    linear = is_linear(compared["alpha"])
    notes = [
        held_fixed(compared, size),
        f"Lines: median over replicates; shaded: its bootstrap {interval_text(confidence)}. "
        f"{LINE_NOTE}",
    ]

    def panel(axes: Axes, name: str, batch: str, shape: tuple[int, int]) -> None:
        of_name = compared[compared["panel"] == name]
        rate_axis(axes, compared["alpha"], shape[1], linear=linear)
        loss_axis(axes, of_name[["loss", "loss_low"]])
        draw_lines(axes, of_name[of_name["batch"] == batch], "alpha", intervals=True)

    return sheet_of_blocks(
        "Final training loss over α for each β",
        notes,
        list(compared["panel"].unique()),
        batches_in_order(compared["batch"]),
        panel,
        head=batch_label,
        labels=(scale_name(ALPHA_LABEL, linear=linear), scale_name(LOSS_LABEL, linear=False)),
        series=sorted(set(compared["series"])),
    )
