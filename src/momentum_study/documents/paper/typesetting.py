"""Typesetting the paper with Typst: offline, reproducible bytes, warnings are errors."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typst

from momentum_study.core.errors import StudyError

# The font of the figures, which is part of matplotlib.
_FONTS = Path(mpl.get_data_path()) / "fonts" / "ttf"


def typeset(source: Path, root: Path, inputs: Mapping[str, Any]) -> bytes:
    """Compile a document to a tagged PDF (PDF/UA-1).

    Parameters
    ----------
    source
        The main file.
    root
        Folder of all files that the document reads.
    inputs
        Values of `sys.inputs` of the document, written as JSON.

    Returns
    -------
    bytes
        The PDF, without a date. Its fonts are those of Typst and matplotlib, not of the system.

    Raises
    ------
    StudyError
        If the document does not compile, or compiles with a warning. The message contains that of
        Typst, with the position in the source.
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
        messages = "\n".join(warning.diagnostic for warning in warnings)
        raise StudyError(_failure(source, "compiles with warnings", messages))
    assert isinstance(pdf, bytes)  # one document
    return pdf


def _failure(source: Path, what: str, messages: str) -> str:
    return (
        f"{source}: the paper {what}.\n{messages.strip()}\n"
        "Fix the text at the positions listed above, then run the same command again"
    )
