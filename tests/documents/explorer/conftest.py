"""Small studies and their pages."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.documents.explorer.made_pages import MadePage, made_page, several_grids
from tests.synthetic import synthetic_runs

HOSTILE = ["<script>alert(1)</script>", "\"><img src=x onerror=alert('2')> & 'a', b"]


@pytest.fixture(scope="session")
def study(tmp_path_factory) -> MadePage:
    """Three batch sizes, and a second grid with two rules and two schedules."""
    return made_page(tmp_path_factory.mktemp("study"), several_grids())


@pytest.fixture(scope="session")
def hostile(tmp_path_factory) -> MadePage:
    """Names that contain markup."""
    runs, curves, initial = several_grids()
    tables = [
        table.replace({"dataset": dict(zip(["digits", "wine"], HOSTILE, strict=True))})
        for table in (runs, curves, initial)
    ]
    folder = tmp_path_factory.mktemp("hostile")
    return made_page(folder, tables, description="</script></style><script>alert(3)</script>")


@pytest.fixture(scope="session")
def without_descent(tmp_path_factory) -> MadePage:
    tables = [
        table[table["rule"] != "gd"] if "rule" in table else table for table in several_grids()
    ]
    return made_page(tmp_path_factory.mktemp("without_descent"), tables)


@pytest.fixture(scope="session")
def diverged(tmp_path_factory) -> MadePage:
    """Every run of one data set diverged at the start."""
    runs, curves, initial = several_grids()
    gone = runs["dataset"] == "wine"
    completed = runs["status"] == "completed"
    donor = synthetic_runs().query("status == 'diverged'").iloc[0]
    columns = [name for name in runs.columns if name.endswith(("_final", "_n"))]
    columns += ["status", "first_bad_step", "reason", *runs.columns[runs.isna().any()]]
    for column in dict.fromkeys(columns):
        runs.loc[gone & completed, column] = donor[column]
    dead = (curves["dataset"] == "wine") & (curves["step"] > 0)
    values = curves.columns[curves.columns.get_loc("train_loss") :]
    curves.loc[dead, values] = float("nan")
    return made_page(tmp_path_factory.mktemp("diverged"), [runs, curves, initial])


class Opened:
    """A page in the browser, with its errors and requests."""

    def __init__(self, page, path: Path, address: str = "") -> None:
        self._page = page
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.listeners = {
            "console": lambda message: self.errors.append(message.text),
            "pageerror": lambda error: self.errors.append(str(error)),
            "dialog": lambda dialog: self.errors.append(dialog.message),
            "request": lambda request: self.requests.append(request.url),
        }
        for event, listener in self.listeners.items():
            page.on(event, listener)
        page.goto(path.as_uri() + address)

    @property
    def page(self):
        """The page, when the data of its view are decoded and drawn."""
        self._page.wait_for_selector("html[data-ready]")
        return self._page

    def leave(self):
        """Leave the page; return the empty one."""
        for event, listener in self.listeners.items():
            self._page.remove_listener(event, listener)
        self._page.goto("about:blank")
        return self._page

    def text(self, selector: str) -> str:
        return self.page.locator(selector).inner_text()

    def cell(self, dataset: str, beta: float, rate: float):
        """A cell of the map, by its keys."""
        name = "none" if beta == 0 else str(beta)
        row = self.page.locator(f'[data-dataset="{dataset}"] [role="row"]').filter(
            has=self.page.get_by_text(name, exact=True)
        )
        return row.locator(f'[role="gridcell"][aria-label*="α = {rate:g};"]')


@pytest.fixture(scope="session")
def blank_pages() -> dict[str, list]:
    """Pages that are free, by their settings: making one takes longer than opening the explorer."""
    return {}


@pytest.fixture
def opened(browser, blank_pages) -> Iterator:
    """Open a page: ``opened(made, address, **context)``."""
    used = []

    def open_page(made: MadePage, address: str = "", **settings) -> Opened:
        settings = {"viewport": {"width": 1280, "height": 900}} | settings
        free = blank_pages.setdefault(repr(settings), [])
        if not free:
            free.append(browser.new_context(**settings).new_page())
            free[0].set_default_timeout(5_000)
        used.append((free, Opened(free.pop(), made.path, address)))
        return used[-1][1]

    yield open_page
    for free, one in used:
        free.append(one.leave())


@pytest.fixture(scope="session")
def cells(study) -> pd.DataFrame:
    return study.cells
