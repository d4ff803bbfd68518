"""What all pages share: the base of their style, and what their policy lets in.

`base.css` has colours as pairs, light and dark, and the look of text; pages add their own.
"""

import base64
import hashlib
from pathlib import Path

BASE_STYLE = Path(__file__).with_name("base.css")
"""The first part of every page's style."""


def content_hash(text: str) -> str:
    """Source expression of a Content-Security-Policy that lets in an element with this text."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"
