"""Shared parts of all pages: base style and hashes for the content security policy.

`base.css` defines pairs of colours, light and dark, and the style of text; pages add their own.
"""

import base64
import hashlib
from pathlib import Path

BASE_STYLE = Path(__file__).with_name("base.css")
"""The first part of every page's style."""


def content_hash(text: str) -> str:
    """Source expression of a Content-Security-Policy that allows an element with this text."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")
    return f"'sha256-{digest}'"
