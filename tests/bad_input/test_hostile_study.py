"""A complete study with hostile text in every place that is not restricted to plain names.

Its description, and the path, columns and classes of its data, are commands, markup, wildcards and
Typst code; they must remain text. About 40 s on two idle cores.
"""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from momentum_study.cli.main import main
from momentum_study.studies.record import PROVENANCE
from tests.projects import copy_project, snakemake
from tests.studies.compare.made_studies import MADE, changed, made_runs, write_study

pytestmark = pytest.mark.slow

DESCRIPTION = (
    "<script>alert(1)</script><img src=x onerror=alert(2)> $(touch pwned) `touch pwned`; 'a' \"b\" "
    "{x} {{y}} {wildcards.z} %s \\ #panic() #let a = *b* _c_ @ref <label> $x^2$ // /* ~ é \u05d0"
)
FOLDER = "mine $(touch pwned) 'q' \"d\" ; `touch pwned` é&#*?[a]"
COLUMNS = ("<script>alert(3)</script>", "$(touch pwned) $x$", "#panic() {x}")
CLASSES = ("<b>u</b> $x$", "$(touch pwned) {x}")
CONFIGURATION: dict[str, Any] = {
    "study": "hostile",
    "description": DESCRIPTION,
    "seed": 1,
    "datasets": {
        "mine": {
            "source": "file",
            "path": f"{FOLDER}/table.csv",
            "target": COLUMNS[2],
            "task": "classification",
        }
    },
    "networks": {"tiny": {"hidden": [4]}},
    "grids": {
        "con": {
            "datasets": ["mine"],
            "networks": ["tiny"],
            "rules": {"gd": {}, "momentum": {"beta": [0.9]}},
            "learning_rates": [1e-12, 0.1, 1e12],
            "batch_sizes": ["full"],
            "replicates": 4,
            "steps": 20,
            "evaluations": 5,
            "figures": ["maps"],
        }
    },
    "statistics": {"resamples": 20},
    "theory": {"draws": 200},
    "landscapes": {"draws": 20},
    "validation": {"epochs": 20},
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project folder in which the study has run, up to the paper and the explorer."""
    folder = copy_project(tmp_path_factory.mktemp("hostile") / "a project")
    lines = [f"{i},{i % 3},{CLASSES[i % 2]}" for i in range(30)]
    (folder / FOLDER).mkdir()
    table = "\n".join([",".join(COLUMNS), *lines])
    (folder / FOLDER / "table.csv").write_text(table, encoding="utf-8")
    text = yaml.safe_dump(CONFIGURATION, allow_unicode=True)
    (folder / "config/hostile.yaml").write_text(text, encoding="utf-8")
    before = outside(folder)
    done = snakemake(folder, "--cores", "2", "paper", "explorer", configfile="config/hostile.yaml")
    assert done.returncode == 0, done.stdout + done.stderr
    assert outside(folder) == before
    return folder


def outside(folder: Path) -> set[str]:
    """All paths outside the study's own folder, except the caches of Snakemake and Python."""
    own = re.compile(r"results(/hostile(/.*)?)?|\.snakemake(/.*)?|.*__pycache__.*")
    paths = {path.relative_to(folder.parent).as_posix() for path in folder.parent.rglob("*")}
    return {path for path in paths if not own.fullmatch(path.removeprefix(f"{folder.name}/"))}


def test_nothing_is_run_and_nothing_is_written_elsewhere(project: Path) -> None:
    assert not [path for path in project.parent.rglob("*") if path.name.startswith("pwned")]
    made = {path.name for path in (project / "results/hostile").iterdir()}
    assert {"paper.pdf", "explorer.html", "tables", "figures"} <= made


@pytest.fixture
def opened(browser: Any) -> Iterator[Any]:
    contexts = []

    def open_page(path: Path) -> tuple[Any, list[str], list[str]]:
        contexts.append(browser.new_context())
        page = contexts[-1].new_page()
        complaints: list[str] = []
        requests: list[str] = []
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(path.as_uri())
        return page, complaints, requests

    yield open_page
    for context in contexts:
        context.close()


def directives(page: Any) -> dict[str, str]:
    policy = page.locator('meta[http-equiv="Content-Security-Policy"]').get_attribute("content")
    return dict(part.strip().split(" ", 1) for part in policy.split(";"))


def test_the_explorer_shows_the_text_as_text(project: Path, opened: Any) -> None:
    path = project / "results/hostile/explorer.html"
    page, complaints, requests = opened(path)
    page.wait_for_selector("html[data-ready]")
    shown = page.locator(".lead").text_content()
    assert shown == DESCRIPTION
    assert complaints == []
    assert requests == [path.as_uri()]
    policy = directives(page)
    assert policy["default-src"] == "'none'"
    assert all(re.fullmatch(r"'(none|sha256-[\w+/=]+)'", value) for value in policy.values())


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """Address of a server on this machine, and the paths that were requested."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", paths
        server.shutdown()
        thread.join()


def test_the_policy_blocks_code_that_is_inserted_into_the_page(
    project: Path, opened: Any, asked: tuple[str, list[str]], tmp_path: Path
) -> None:
    """Foreign scripts, pictures, styles and links have no effect, even unescaped."""
    html = (project / "results/hostile/explorer.html").read_text(encoding="utf-8")
    address, paths = asked
    attack = (
        f"<script>alert(1)</script><img src='{address}/a' onerror='alert(2)'>"
        f"<iframe src='{address}/b'></iframe><svg onload='alert(3)'></svg>"
        f"<link rel=stylesheet href='{address}/c'><p id=styled style='color: red'>x</p>"
        f"<a href='javascript:alert(4)' id=link>y</a><base href='{address}/'>"
    )
    path = tmp_path / "attacked.html"
    path.write_text(html.replace("</header>", f"{attack}</header>"), encoding="utf-8")
    page, complaints, _ = opened(path)
    page.wait_for_selector("html[data-ready]")
    page.evaluate("document.getElementById('link').click()")
    color = page.evaluate("getComputedStyle(document.getElementById('styled')).color")
    assert color != "rgb(255, 0, 0)"
    assert page.evaluate("document.baseURI") == path.as_uri()
    assert not {"1", "2", "3", "4"} & set(complaints)
    assert paths == []
    assert any("Content Security Policy" in complaint for complaint in complaints)


def test_names_in_the_record_of_another_study_are_text_in_the_comparison(
    tmp_path: Path, opened: Any
) -> None:
    runs = made_runs().query("dataset == 'wine' and batch == 'full'")
    tree = changed(MADE, {"datasets": ["wine"], "batch_sizes": ["full"]})
    for name in ("made", "other"):
        write_study(tmp_path / name, tree, runs)
    path = tmp_path / "other" / PROVENANCE
    record = json.loads(path.read_text(encoding="utf-8"))
    record["study"]["grids"]["main"]["rules"][DESCRIPTION] = {"beta": [0.9]}
    record["study"]["grids"]["main"]["schedules"].append(COLUMNS[0])
    path.write_text(json.dumps(record), encoding="utf-8")
    output = tmp_path / "compared"
    compare = ["compare", "--baseline=made", "--candidate=other", f"--results={tmp_path}"]
    assert main([*compare, f"--output={output}"]) == 0
    path = output / "index.html"
    page, complaints, requests = opened(path)
    for text in (DESCRIPTION, COLUMNS[0]):
        assert text in page.locator("body").text_content()
    assert complaints == []
    assert [url for url in requests if not url.startswith("data:")] == [path.as_uri()]
    assert directives(page)["default-src"] == "'none'"
    assert "script-src" not in directives(page)
