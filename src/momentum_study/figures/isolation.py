"""Loss over α with an interval, for each β, data set and batch size: β or α, varied alone."""

import pandas as pd
from matplotlib.figure import Figure

from momentum_study.figures.compared import batch_name, compared_cells, draw_lines, held_fixed
from momentum_study.figures.layout import sheet
from momentum_study.figures.style import ALPHA_LABEL, LINE_NOTE, LOSS_LABEL, loss_axis, rate_axis
from momentum_study.keys import batches_in_order


def draw(cells: pd.DataFrame, runs: pd.DataFrame) -> Figure:
    """Draw the loss of one grid over α, at all batch sizes.

    Parameters
    ----------
    cells, runs
        Rows of the grid.

    Returns
    -------
    Figure
        A row of panels for each data set, a column for each batch size, full batch last; a line
        with its interval for each β and one for plain descent.

    Raises
    ------
    StudyError
        If there are no cells of plain descent, or none of momentum.
    """
    compared = compared_cells(cells, runs)
    names = list(compared["panel"].unique())
    batches = batches_in_order(compared["batch"])
    pairs = [(name, batch) for name in names for batch in batches]
    frames = [
        compared[(compared["panel"] == name) & (compared["batch"] == batch)]
        for name, batch in pairs
    ]
    figure, panels = sheet(
        "Final training loss over α for each β",
        [
            held_fixed(compared, "in a column the batch size"),
            f"Lines: median over replicates; shaded: its bootstrap interval. {LINE_NOTE}",
        ],
        (len(names), len(batches)),
        [
            f"{name}, {batch_name(batch, frame)}"
            for (name, batch), frame in zip(pairs, frames, strict=True)
        ],
        height=0.88,
        gaps=(0.16, 0.05),
        labels=(ALPHA_LABEL, LOSS_LABEL + " (log scale)"),
        series=sorted(set(compared["series"])),
    )
    for axes, (name, _), frame in zip(panels.flat, pairs, frames, strict=True):
        rate_axis(axes, compared["alpha"], len(batches))
        loss_axis(axes, compared.loc[compared["panel"] == name, ["loss", "loss_low"]])
        axes.label_outer()
        draw_lines(axes, frame, "alpha", intervals=True)
    return figure
