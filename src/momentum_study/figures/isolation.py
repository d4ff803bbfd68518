"""Loss over α with an interval, for each β, data set and batch size."""

from collections.abc import Sequence

import pandas as pd

from momentum_study.core.rates import is_linear
from momentum_study.core.text import span
from momentum_study.figures.compared import compared_cells, draw_lines, held_fixed
from momentum_study.figures.layout import (
    BLOCK_GAP,
    NARROW,
    Sheet,
    interval_text,
    label_outer,
    paged,
    panel_height,
    sheet,
    side_by_side,
)
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
    batches = batches_in_order(compared["batch"])
    full = compared.loc[compared["batch"] == "full", "batch_size"]
    size = "the batch size of a column" + (f" (full: {span(full, 'row')})" if len(full) else "")
    linear = is_linear(compared["alpha"])
    notes = [
        held_fixed(compared, size),
        f"Lines: median over replicates; shaded: its bootstrap {interval_text(confidence)}. "
        f"{LINE_NOTE}",
    ]

    def page(names: Sequence[str]) -> Sheet:
        blocks = side_by_side(names, batches)
        figure, panels = sheet(
            "Final training loss over α for each β",
            notes,
            blocks.shape,
            blocks.titles,
            height=panel_height(blocks.shape[0]),
            gaps=(NARROW, 0.03),
            heads=[batch_label(batch) for _, batch in blocks.places[: blocks.shape[1]]],
            labels=(
                scale_name(ALPHA_LABEL, linear=linear),
                scale_name(LOSS_LABEL, linear=False),
            ),
            series=sorted(set(compared["series"])),
            blocks=(len(batches), BLOCK_GAP),
        )
        for axes, (name, batch) in zip(panels.flat, blocks.places, strict=False):
            of_name = compared[compared["panel"] == name]
            rate_axis(axes, compared["alpha"], blocks.shape[1], linear=linear)
            loss_axis(axes, of_name[["loss", "loss_low"]])
            draw_lines(axes, of_name[of_name["batch"] == batch], "alpha", intervals=True)
        label_outer(panels, len(batches))
        return figure

    return paged(list(compared["panel"].unique()), page)
