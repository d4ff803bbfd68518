"""What is printed on the pages of a PDF, and where."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray
from scipy.spatial import cKDTree

MM = 72 / 25.4  # points
SIDE, TOP, BOTTOM = 16 * MM, 17 * MM, 19 * MM
SLACK = 1.5 * MM  # of glyphs and lines beyond their boxes
SCALE = 0.5  # pixels per point
LINE = 8.0  # points
LONGEST_FOOTER = 40  # characters
LEAST_FULL = 0.2  # of the height of a page


@dataclass(frozen=True)
class Page:
    """A page: its width in points, its text, and whether its pixels have ink, from the top.

    Characters other than spaces have boxes, ``(left, bottom, right, top)`` in points from the lower
    left corner.
    """

    width: float
    text: str
    characters: NDArray[np.str_]
    boxes: NDArray[np.float64]
    ink: NDArray[np.bool_]


def pages_of(pdf: bytes) -> Iterator[Page]:
    """Read all pages of a document."""
    document = pdfium.PdfDocument(pdf)
    for page in document:
        text = page.get_textpage()
        whole = text.get_text_range()
        boxes = np.array([text.get_charbox(place) for place in range(text.count_chars())])
        letters = np.array([text.get_text_range(place, 1).strip() for place in range(len(boxes))])
        solid = (letters != "") & (boxes[:, 2] > boxes[:, 0])
        pixels = page.render(scale=SCALE, grayscale=True).to_numpy()
        yield Page(page.get_width(), whole, letters[solid], boxes[solid], pixels < 200)
        text.close()
        page.close()
    document.close()


def overlapping(page: Page) -> list[str]:
    """Pairs of characters that share a third of the area of one of them."""
    low, high = page.boxes[:, :2], page.boxes[:, 2:]
    near = cKDTree((low + high) / 2).query_pairs(LINE, output_type="ndarray")
    near = near[np.diff(near, axis=1)[:, 0] > 2]  # the letters of a ligature have one box
    one, other = near.T
    common = np.minimum(high[one], high[other]) - np.maximum(low[one], low[other])
    areas = np.prod(high - low, axis=1)
    shared = np.prod(np.clip(common, 0, None), axis=1)
    pairs = near[shared > np.minimum(areas[one], areas[other]) / 3]
    return ["".join(pair) for pair in page.characters[pairs]]


def assert_printable(pdf: bytes) -> None:
    """Nothing leaves the margins, no texts overlap, and no page but a last one is nearly empty."""
    pages = list(pages_of(pdf))
    for number, page in enumerate(pages, 1):
        rows, columns = np.nonzero(page.ink)
        left, right = columns.min() / SCALE, (columns.max() + 1) / SCALE
        assert left >= SIDE - SLACK, number
        assert right <= page.width - SIDE + SLACK, number
        assert rows.min() / SCALE >= TOP - SLACK, number
        below = page.boxes[:, 1] < BOTTOM - SLACK
        footer = "".join(page.characters[below])
        assert footer.startswith("Momentum,measured"), (number, footer)
        assert footer.endswith(str(number)), (number, footer)
        assert len(footer) < LONGEST_FOOTER, (number, footer)
        pairs = overlapping(page)
        assert not pairs, (number, pairs)
    last = next(n for n, page in enumerate(pages) if "A Tables" in page.text) - 1
    for number, page in enumerate(pages[:-1]):
        body = page.ink[: -int(BOTTOM * SCALE)]
        filled = body.any(axis=1).sum() / len(body)
        assert number == last or filled >= LEAST_FULL, (number + 1, filled)
