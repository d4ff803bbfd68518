"""What every test needs: pinned kernels, before NumPy is loaded, and repeatable random examples.

And for pages one browser, started by the first test that asks for it.
"""

import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import settings

from momentum_study.kernels import pin

pin()

settings.register_profile("study", deadline=None, derandomize=True)
settings.load_profile("study")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",  # continuous integration runs as root
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium, and on CI there has to be one")
        pytest.skip("skipped: no Chromium")
    from playwright.sync_api import sync_playwright  # only now: few tests need it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
