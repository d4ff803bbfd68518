"""The files of a figure: a picture with its title, the drawing without it, and the words."""

import json
import re
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from momentum_study.core.atomic import replacing
from momentum_study.figures.layout import Sheet
from momentum_study.figures.style import PIXELS_PER_INCH, POINTS_PER_INCH, WIDTH


def save_picture(sheet: Sheet, png: Path) -> None:
    """Write a figure as a PNG picture with its title.

    Neither this file nor those of `save_drawing` contain a date or a version, so equal figures
    have equal bytes.

    Parameters
    ----------
    sheet
        Drawn after `momentum_study.figures.style.apply_style`; its further sheets are below it.
    png
        File to write. An error leaves the previous file unchanged.
    """
    pictures = map(_picture, sheet.pages)
    # A palette of 256 colours takes a third of the bytes.
    picture = _joined(pictures) if sheet.further else _reduced(next(pictures), refinements=1)
    with replacing(png) as file:
        picture.save(file, format="png", optimize=True, dpi=(PIXELS_PER_INCH, PIXELS_PER_INCH))


def _picture(page: Sheet) -> Image.Image:
    canvas = BytesIO()
    page.savefig(canvas, format="rgba")
    width = round(WIDTH * PIXELS_PER_INCH)
    content = canvas.getbuffer()
    return Image.frombytes("RGBA", (width, len(content) // (4 * width)), content).convert("RGB")


def _reduced(picture: Image.Image, refinements: int) -> Image.Image:
    # This method keeps rare colours; methods that count pixels turn the colour of a thin line grey.
    return picture.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=refinements)


def _joined(pictures: Iterable[Image.Image]) -> Image.Image:
    """Return pictures below each other with common colours.

    Colours are reduced from a list of all of them: from the pixels of twenty sheets it takes half a
    gigabyte, and refinements take minutes.
    """
    sheets = []
    for picture in pictures:
        pixels = np.asarray(picture.convert("RGBA")).view(np.uint32)[..., 0]
        colors, places = np.unique(pixels, return_inverse=True)
        sheets.append((colors, places.astype(np.uint32)))
    every = np.unique(np.concatenate([colors for colors, _ in sheets]))
    row = Image.frombytes("RGBA", (len(every), 1), every.tobytes()).convert("RGB")
    reduced = _reduced(row, refinements=0)
    new = np.asarray(reduced)[0]
    whole = Image.fromarray(
        np.concatenate([new[np.searchsorted(every, colors)][places] for colors, places in sheets])
    )
    whole.putpalette(reduced.getpalette() or [])
    return whole


def save_drawing(sheet: Sheet, svg: Path, words: Path, alt: str) -> None:
    """Write the drawing without its title, and its words for a page that sets its own caption.

    Parameters
    ----------
    sheet
        Drawn after `momentum_study.figures.style.apply_style`.
    svg
        Drawing to write: panels and keys, as wide as the sheet and as high as needed. The drawings
        of several sheets are below each other, and each follows a line ``<!-- page -->``.
    words
        JSON to write: ``title``, ``notes`` (paragraphs of the caption), ``alt``, and ``width`` and
        ``height`` of the drawing in inches.
    alt
        The alternative text.
    """
    drawings, height = [], 0.0
    for page in sheet.pages:
        canvas = BytesIO()
        with page.without_title() as box:
            page.savefig(
                canvas, format="svg", bbox_inches=box, metadata={"Creator": None, "Date": None}
            )
        drawings.append(canvas.getvalue().decode())
        height += box.height
    with replacing(svg) as file:
        file.write((drawings[0] if len(drawings) == 1 else _stacked(drawings)).encode())
    content = {
        "title": sheet.title,
        "notes": sheet.notes,
        "alt": alt,
        "width": WIDTH,
        "height": round(height, 2),
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
    with replacing(words) as file:
        file.write(f"{text}\n".encode())


def _stacked(drawings: list[str]) -> str:
    """Put drawings below each other; each stays a complete drawing between two marked lines."""
    parts, top = [], 0.0
    for drawing in drawings:
        body = drawing[drawing.index("<svg ") :].strip()
        height = float(re.findall(r'viewBox="0 0 [\d.]+ ([\d.]+)"', body)[0])
        # Inside another drawing a point is a unit of it.
        size = f'y="{top:g}" width="{POINTS_PER_INCH * WIDTH:g}" height="{height:g}"'
        parts.append(re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', size, body, count=1))
        top += height
    mark = "\n<!-- page -->\n"
    width = f"{POINTS_PER_INCH * WIDTH:g}"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}pt" height="{top:g}pt" '
        f'viewBox="0 0 {width} {top:g}">'
    )
    return mark.join([head, *parts, "</svg>\n"])
