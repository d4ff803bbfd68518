"""Drawing figures of the catalogue, and reading what is on them."""

import importlib
import inspect

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from momentum_study.figures.style import SMALL, WIDTH

LEVEL = 0.95


def draw(kind, tables, confidence=LEVEL):
    """Draw a kind of figure from tables by name."""
    module = importlib.import_module(f"momentum_study.figures.{kind}")
    given = {**tables, "confidence": confidence}
    return module.draw(**{name: given[name] for name in arguments(kind)})


def arguments(kind):
    """Names of the tables, and ``confidence`` if the figure has intervals."""
    module = importlib.import_module(f"momentum_study.figures.{kind}")
    return set(inspect.signature(module.draw).parameters)


def shown(figure):
    """Visible texts."""
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]


def written(figure):
    """Strings of the visible texts."""
    return [text.get_text().replace("\n", " ") for text in shown(figure)]


def boxes(figure):
    """Visible texts with the places they take, in pixels."""
    return places_and_pixels(figure)[0]


def places_and_pixels(figure):
    """Visible texts with the places they take, and all pixels."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    places = {text: text.get_window_extent(canvas.get_renderer()) for text in shown(figure)}
    return places, np.asarray(canvas.buffer_rgba())


def overlapping(places):
    """Pairs of texts that overlap; lines of one paragraph may touch."""
    texts, extents = list(places), np.array([box.extents for box in places.values()])
    low, high = extents[:, :2], extents[:, 2:]
    common = np.minimum(high[:, None], high[None]) - np.maximum(low[:, None], low[None])
    pairs = np.argwhere(np.triu((common[..., 0] > 0) & (common[..., 1] > 2), k=1))
    return [(texts[one].get_text(), texts[other].get_text()) for one, other in pairs]


def bold(figure):
    """Bold texts of the sheet below its title: the heads of columns."""
    return [text.get_text() for text in figure.texts if text.get_weight() == "bold"][1:]


def titles(figure):
    """Titles of the panels that have one."""
    return [title for axes in figure.axes if (title := axes.get_title(loc="left"))]


def assert_readable(figure):
    """Texts of all sheets are readable and inside the page, and so is everything drawn."""
    for sheet in figure.pages:
        assert sheet.get_figwidth() == WIDTH
        (places, pixels), page = places_and_pixels(sheet), sheet.bbox
        for text, box in places.items():
            assert text.get_fontsize() >= SMALL, text.get_text()
            inside = (
                page.x0 <= box.x0 and box.x1 <= page.x1 and page.y0 <= box.y0 <= box.y1 <= page.y1
            )
            assert inside, text.get_text()
        pairs = overlapping(places)
        assert not pairs, pairs
        # Ink on the border would be cut off. The last row of pixels may be half outside the page.
        for border in (pixels[0], pixels[-2], pixels[:, 0], pixels[:, -1]):
            assert (border[..., :3] == 255).all()
        for axes in sheet.axes:
            for axis in (axes.xaxis, axes.yaxis):
                labels = [label for label in tick_labels(axis) if label]
                assert len(set(labels)) == len(labels), labels


def tick_labels(axis):
    """Labels of the major ticks inside the limits of an axis."""
    low, high = sorted(axis.get_view_interval())
    ticks = axis.get_major_ticks()
    return [tick.label1.get_text() for tick in ticks if low <= tick.get_loc() <= high]
