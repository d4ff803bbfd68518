"""The same runs over two axes, α and η = (1−β)α: whether the winner depends on the axis."""

import pandas as pd
from matplotlib.figure import Figure

from momentum_study.figures.compared import compared_cells, draw_lines, held_fixed
from momentum_study.figures.layout import sheet
from momentum_study.figures.style import (
    ALPHA_LABEL,
    ETA_LABEL,
    LINE_NOTE,
    LOSS_LABEL,
    loss_axis,
    rate_axis,
)

_MOST_COLUMNS = 4


def draw(cells: pd.DataFrame, runs: pd.DataFrame) -> Figure:
    """Draw the loss of one grid and batch size over both rates.

    Parameters
    ----------
    cells, runs
        Rows of the grid and batch size.

    Returns
    -------
    Figure
        Two panels for each data set, one above the other, with the same runs and the same losses;
        a line for each β and one for plain descent.

    Raises
    ------
    StudyError
        If there are no cells of plain descent, or none of momentum.
    """
    compared = compared_cells(cells, runs)
    names = list(compared["panel"].unique())
    columns = min(len(names), _MOST_COLUMNS)
    blocks = [names[start : start + columns] for start in range(0, len(names), columns)]
    padded = [block + [""] * (columns - len(block)) for block in blocks]
    figure, panels = sheet(
        "The same runs over α and over η = (1−β)α",
        [
            held_fixed(compared),
            "α is the effective rate: where the loss depends on it alone, lines over α coincide. "
            "η is the rate of the heavy-ball form: where stability depends on it alone, lines over "
            "η end together.",
            f"Lines: median over replicates. {LINE_NOTE}",
        ],
        (2 * len(blocks), columns),
        [name for block in padded for name in block * 2],
        height=1.2,
        gaps=(0.36, 0.34),
        labels=("", LOSS_LABEL + " (log scale)"),
        series=sorted(set(compared["series"])),
    )
    for place, name in enumerate(names):
        block, column = divmod(place, columns)
        frame = compared[compared["panel"] == name]
        for row, (rate, label) in enumerate({"alpha": ALPHA_LABEL, "eta": ETA_LABEL}.items()):
            axes = panels[2 * block + row, column]
            axes.set_xlabel(label)
            rate_axis(axes, compared[rate], columns)
            loss_axis(axes, frame["loss"])
            draw_lines(axes, frame, rate)
    return figure
