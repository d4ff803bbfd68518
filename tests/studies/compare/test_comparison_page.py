"""The command, what it writes and refuses, and the page in a browser."""

import base64
import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from momentum_study.cli.main import main
from momentum_study.studies.compare.cells import compared_cells, summary_table
from momentum_study.studies.compare.comparability import differences
from momentum_study.studies.compare.report import Picture, comparison_page, headline
from momentum_study.studies.compare.request import Name
from tests.projects import files
from tests.studies.compare.made_studies import (
    MADE,
    Tree,
    changed,
    compared_studies,
    made_runs,
    write_study,
)

HOSTILE = "<img src=x onerror=alert(1)>'\"&" + 60 * "x"


def command(results: Path, baseline: str, candidate: str, *more: str) -> list[str]:
    folder = results / "comparisons" / f"{baseline}--{candidate}"
    flags = {"baseline": baseline, "candidate": candidate, "results": results, "output": folder}
    return ["compare", *(f"--{name}={value}" for name, value in flags.items()), *more]


def compared(results: Path, baseline: str, candidate: str) -> Path:
    assert main(command(results, baseline, candidate)) == 0
    return results / "comparisons" / f"{baseline}--{candidate}"


@pytest.fixture(scope="module")
def folder(results: Path) -> Path:
    return compared(results, "made", "better")


@pytest.fixture(scope="module")
def hostile(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page in which every name tries to be markup."""
    sides, settings, pairs = compared_studies(results, "made", "other")
    cells, names = compared_cells(pairs, settings), (Name(HOSTILE), Name("b", HOSTILE))
    summary = summary_table(cells, pairs, settings)
    texts = ["dataset", "network", "baseline_grid", "candidate_grid"]
    for table in (cells, summary):  # whose empty names mean something
        table[texts] = table[texts].where(table[texts] == "", table[texts] + HOSTILE)
    differing = differences(*sides, [("main", "main")]).assign(meaning=HOSTILE)
    picture = Picture(HOSTILE, HOSTILE, HOSTILE, b"no picture")
    page = comparison_page(names, settings, cells, summary, differing, [picture])
    path = tmp_path_factory.mktemp("hostile") / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def test_everything_is_written(folder: Path) -> None:
    figures = {
        f"figures/main/difference_batch{batch}.{suffix}"
        for batch in ("8", "64", "full")
        for suffix in ("png", "svg", "json")
    }
    assert (
        set(files(folder, ""))
        == {"cells.csv", "summary.csv", "differences.csv", "index.html"} | figures
    )


def test_the_page_has_the_results(folder: Path, results: Path) -> None:
    page = (folder / "index.html").read_text(encoding="utf-8")
    (found,) = re.findall(r'<p class="found">(.*?)</p>', page)
    numbers = re.fullmatch(
        r"Of 90 matched cells, compared in the 4 replicates that both have, (\d+) are better, "
        r"(\d+) worse, (\d+) undecided, (\d+) same in final training loss "
        r"\(5 % false discoveries\)\.",
        found,
    )
    assert numbers
    assert sum(map(int, numbers.groups())) == 90
    assert int(numbers[1]) > 20
    assert "runs are paired by replicate" in page
    same = compared(results, "made", "made") / "index.html"
    text = same.read_text(encoding="utf-8")
    assert "No difference in the 4 replicates that both have: all 90 matched cells" in text
    assert "<img" not in text
    assert "Nothing that affects the compared cells." in text


ONE = {"replicates": 1}


@pytest.mark.parametrize(
    ("grid", "top", "kept", "parts"),
    [
        (ONE, {}, "replicate < 1", ["No difference in the 1 replicate that", "in replicates."]),
        (
            {"replicates": 3},
            {"seed": 9},
            "replicate < 3",
            [
                "between 4 replicates of the baseline and 3 replicates of the cand",
                "seed, replicates.",
            ],
        ),
        (
            {"datasets": ["wine"]},
            {},
            "dataset == 'wine'",
            ["No difference in the 4 replicates", "all 45 matched", "one side only: 45 cell(s)"],
        ),
        (
            {"batch_sizes": [8], "rules": {"gd": {}}, **ONE},
            {},
            "batch == '8' and rule == 'gd' and replicate < 1",
            ["in the 1 replicate that", "side only: 80 cell(s)", "replicates, batch_sizes, rules."],
        ),
        ({}, {"targets": [0.5, 0.2]}, "replicate >= 0", ["No difference in the 4", "in targets."]),
        ({"steps": 50}, {}, "replicate >= 0", ["No difference in the 4", "in steps."]),
    ],
)
def test_the_summary_says_what_it_rests_on(
    results: Path, grid: Tree, top: Tree, kept: str, parts: list[str]
) -> None:
    part = changed(MADE, grid, study="part", **top)
    write_study(results / "part", part, made_runs().query(kept))
    (baseline, candidate), settings, pairs = compared_studies(results, "made", "part")
    differing = differences(baseline, candidate, [("main", "main")])
    found = headline(compared_cells(pairs, settings), differing, settings)
    assert [part for part in parts if part not in found] == []


def test_links_lead_to_files_that_are_there(folder: Path) -> None:
    page = (folder / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="([^"]*)"', page)
    assert len(links) == 3 + 3
    assert all((folder / link).is_file() for link in links)


def test_nothing_is_let_in_but_the_style_and_pictures_in_the_page(folder: Path) -> None:
    page = (folder / "index.html").read_text(encoding="utf-8")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.replace("&#39;", "'") == (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'"
    )
    assert "<script" not in page
    assert not re.search(r"<[^>]* (?:on\w+|style)=", page)
    assert not re.search(r"https?://", page)


def test_markup_in_names_is_text(hostile: Path) -> None:
    page = hostile.read_text(encoding="utf-8")
    assert HOSTILE not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") > 20


def test_another_comparison_leaves_no_figure_of_the_old_one(results: Path) -> None:
    folder = results / "comparisons/made--other"
    stray = folder / "figures/old/difference_batch8.png"
    stray.parent.mkdir(parents=True)
    stray.touch()
    compared(results, "made", "other")
    assert not stray.exists()
    assert len(list(folder.rglob("*.png"))) == 3


def test_another_process_writes_the_same_bytes(folder: Path, results: Path, tmp_path: Path) -> None:
    flags = command(results, "made", "better")
    flags[4] = f"--output={tmp_path}"
    subprocess.run(
        [sys.executable, "-m", "momentum_study", *flags],
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "1"},
    )
    for name, path in files(folder, "").items():
        assert (tmp_path / name).read_bytes() == path.read_bytes(), name


def test_a_refusal_is_one_line(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command(results, "made.mian", "made")) == 1
    shown = capsys.readouterr().err
    assert shown.startswith("error: ")
    assert "did you mean 'main'?" in shown
    assert shown.count("\n") == 1


@pytest.mark.parametrize(
    ("which", "scheme", "width"),
    [
        *(("folder", "light", 400), ("folder", "dark", 1280)),
        *(("hostile", "dark", 400), ("hostile", "light", 1280)),
    ],
)
def test_the_page_is_read_without_complaint_at_any_width(
    request, browser, which: str, scheme: str, width: int
) -> None:
    place: Path = request.getfixturevalue(which)
    path = place if place.suffix else place / "index.html"
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=True
    )
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("dialog", lambda dialog: complaints.append(dialog.message))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(path.as_uri())
    assert complaints == []
    assert [url for url in requests if not url.startswith("data:")] == [path.as_uri()]
    # Wide tables and maps scroll in their own boxes.
    assert page.evaluate("document.documentElement.scrollWidth") == width
    wider = "nodes => nodes.filter((one) => one.scrollWidth > one.clientWidth).length"
    assert page.locator("th, td").evaluate_all(wider) == 0
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    dark = sum(map(int, re.findall(r"\d+", ground)[:3])) < 200
    assert dark == (scheme == "dark")
    if which == "folder":
        sizes = page.evaluate("[...document.images].map(image => image.naturalWidth)")
        assert len(sizes) == 3
        assert min(sizes) > 1000
    context.close()
