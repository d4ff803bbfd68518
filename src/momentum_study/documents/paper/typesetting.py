"""Typesetting the paper with Typst: offline, the same bytes each time, warnings are errors."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typst

from momentum_study.core.errors import StudyError

# Figures are drawn with this font, which comes with matplotlib.
_FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"


def typeset(source: Path, root: Path, inputs: Mapping[str, Any]) -> bytes:
    """Compile a document to a tagged PDF (PDF/UA-1).

    Parameters
    ----------
    source
        The main file.
    root
        Folder that holds all files that the document reads.
    inputs
        What the document finds under `sys.inputs`, each value as JSON.

    Returns
    -------
    bytes
        The PDF. It holds no date; its fonts are Typst's own and `matplotlib`'s, whatever the
        system has.

    Raises
    ------
    StudyError
        If the document does not compile, or compiles with a warning. The message is Typst's, with
        the place in the source.
    """
    compiler = typst.Compiler(
        str(source),
        root=str(root),
        font_paths=[str(_FONTS)],
        ignore_system_fonts=True,
        sys_inputs={
            name: json.dumps(value, ensure_ascii=False, allow_nan=False)
            for name, value in inputs.items()
        },
    )
    try:
        pdf, warnings = compiler.compile_with_warnings(
            format="pdf", pdf_standards=["ua-1"], timestamp=0
        )
    except typst.TypstError as error:
        raise StudyError(_failure(source, "does not compile", error.diagnostic)) from error
    if warnings:
        told = "\n".join(warning.diagnostic for warning in warnings)
        raise StudyError(_failure(source, "compiles with warnings", told))
    assert isinstance(pdf, bytes)  # one document
    return pdf


def _failure(source: Path, what: str, told: str) -> str:
    return (
        f"{source}: the paper {what}.\n{told.strip()}\n"
        "Mend the text at the places named above, and run the same command again"
    )
