"""Set-up of every test: portable kernels, before NumPy is imported, and repeatable random examples.

Tests of pages share one browser, tests of the workflow one undisturbed run of the smoke study; the
first test that needs it starts it.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from momentum_study.core.kernels import choose
from tests.projects import copy_project, snakemake

pytest_plugins = ["tests.tally"]

choose("portable")

settings.register_profile("study", deadline=None, derandomize=True)
settings.register_profile("thorough", settings.get_profile("study"), max_examples=300)
settings.load_profile("study")

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",  # continuous integration runs as root
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slowest tests first, so that no worker is left alone with them at the end."""
    items.sort(
        key=lambda item: (
            item.get_closest_marker("slow") is None,
            "undisturbed" not in getattr(item, "fixturenames", ()),
        )
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium; continuous integration must have one")
        pytest.skip("skipped: no Chromium")
    from playwright.sync_api import sync_playwright  # few tests need it

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which the smoke study has run completely; tests do not change it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # the folder of all workers
    folder = shared / "undisturbed"
    with (shared / "undisturbed.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first worker makes it
        if not folder.exists():
            made = copy_project(shared / "undisturbed run")
            done = snakemake(made, "--cores", "2")
            assert done.returncode == 0, done.stdout + done.stderr
            made.rename(folder)
    return folder
