"""Typesetting the paper with Typst: offline, reproducible bytes, warnings are errors."""

import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import typst

from momentum_study.core.errors import StudyError, StudyWarning

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
        The PDF, without a date. Its fonts are those of Typst and matplotlib, not of the system. It
        has no tags, and there is a warning, if Typst fails to write them: for some arrangements of
        floating figures it does (https://github.com/typst/typst/issues/8487).

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
        return _compile(compiler, source, pdf_standards=["ua-1"])
    except typst.TypstError as error:
        if not str(error).startswith("internal error"):
            raise StudyError(_failure(source, "does not compile", error.diagnostic)) from error
    warnings.warn(
        StudyWarning(
            "the paper has no tags for screen readers, because Typst failed to write them for this "
            "arrangement of its figures; its pages are complete"
        ),
        stacklevel=2,
    )
    return _compile(compiler, source, pdf_tags=False)


def _compile(compiler: typst.Compiler, source: Path, **options: Any) -> bytes:
    pdf, found = compiler.compile_with_warnings(format="pdf", timestamp=0, **options)
    if found:
        messages = "\n".join(warning.diagnostic for warning in found)
        raise StudyError(_failure(source, "compiles with warnings", messages))
    assert isinstance(pdf, bytes)  # one document
    return pdf


def _failure(source: Path, what: str, messages: str) -> str:
    return (
        f"{source}: the paper {what}.\n{messages.strip()}\n"
        "Fix the text at the positions listed above, then run the same command again"
    )
