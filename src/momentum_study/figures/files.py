"""The files of a figure: a picture with its title, the drawing without it, and the words."""

import json
from io import BytesIO
from pathlib import Path

from PIL import Image

from momentum_study.core.atomic import replacing
from momentum_study.figures.layout import Sheet
from momentum_study.figures.style import PIXELS_PER_INCH, WIDTH


def save_picture(sheet: Sheet, png: Path) -> None:
    """Write a figure as a PNG picture with its title.

    Neither this file nor those of `save_drawing` contain a date or a version, so equal figures
    have equal bytes.

    Parameters
    ----------
    sheet
        Drawn after `momentum_study.figures.style.apply_style`.
    png
        File to write. An error leaves the previous file unchanged.
    """
    canvas = BytesIO()
    sheet.savefig(canvas, format="png", metadata={"Software": None})
    # A palette of 256 colours takes a third of the bytes. This method keeps rare colours; methods
    # that count pixels turn the colour of a thin line grey.
    colors = Image.open(canvas).convert("RGB")
    picture = colors.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=1)
    with replacing(png) as file:
        picture.save(file, format="png", optimize=True, dpi=(PIXELS_PER_INCH, PIXELS_PER_INCH))


def save_drawing(sheet: Sheet, svg: Path, words: Path, alt: str) -> None:
    """Write the drawing without its title, and its words for a page that sets its own caption.

    Parameters
    ----------
    sheet
        Drawn after `momentum_study.figures.style.apply_style`.
    svg
        Drawing to write: panels and keys, as wide as the sheet and as high as needed.
    words
        JSON to write: ``title``, ``notes`` (paragraphs of the caption), ``alt``, and ``width`` and
        ``height`` of the drawing in inches.
    alt
        The alternative text.
    """
    with sheet.without_title() as box, replacing(svg) as file:
        sheet.savefig(file, format="svg", bbox_inches=box, metadata={"Creator": None, "Date": None})
    content = {
        "title": sheet.title,
        "notes": sheet.notes,
        "alt": alt,
        "width": WIDTH,
        "height": round(box.height, 2),
    }
    text = json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True)
    with replacing(words) as file:
        file.write(f"{text}\n".encode())
