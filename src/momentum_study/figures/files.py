"""The files of a figure: a picture with its heading, the drawing alone, and its words."""

import json
from io import BytesIO
from pathlib import Path

from PIL import Image

from momentum_study.core.atomic import replacing
from momentum_study.figures.layout import Sheet
from momentum_study.figures.style import PIXELS_PER_INCH, WIDTH


def save_picture(sheet: Sheet, png: Path) -> None:
    """Write a figure as a picture that stands alone: heading and drawing.

    Neither this file nor those of `save_drawing` hold a date or a version: equal figures make
    equal bytes.

    Parameters
    ----------
    sheet
        Drawn after `momentum_study.figures.style.apply_style`.
    png
        File to write, whole or not at all.
    """
    canvas = BytesIO()
    sheet.savefig(canvas, format="png", metadata={"Software": None})
    # Flat colours and grey edges of letters: a palette of 256 takes a third of the bytes. This
    # method gives each colour its due; one that counts pixels greys that of a thin line.
    colors = Image.open(canvas).convert("RGB")
    picture = colors.quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=1)
    with replacing(png) as file:
        picture.save(file, format="png", optimize=True, dpi=(PIXELS_PER_INCH, PIXELS_PER_INCH))


def save_drawing(sheet: Sheet, svg: Path, words: Path, alt: str) -> None:
    """Write the drawing alone, for a page that sets heading and caption in its own type.

    Parameters
    ----------
    sheet
        Drawn after `momentum_study.figures.style.apply_style`.
    svg
        Drawing to write: panels and keys, as wide as the sheet, as high as they need.
    words
        JSON to write: ``title``, ``notes`` (paragraphs), ``alt``, and ``width`` and ``height`` of
        the drawing in inches.
    alt
        What stands for the figure where it cannot be seen.
    """
    with sheet.bare() as box, replacing(svg) as file:
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
