"""Properties of every figure of the catalogue: its words, its fit on the page, its files."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jinja2
import pytest
from docutils.core import publish_parts

from momentum_study.cli.main import main
from momentum_study.figures.catalogue import KINDS, FigureJob
from momentum_study.figures.files import save_drawing, save_picture
from momentum_study.figures.style import FONT, PIXELS_PER_INCH, WIDTH
from momentum_study.tables.catalogue import SCHEMAS
from momentum_study.tables.files import read_table, write_table
from tests import comparison_tables as made
from tests.figures.drawings import (
    arguments,
    assert_readable,
    draw,
    shown,
    written,
)
from tests.projects import ROOT

REPORT = ROOT / "workflow" / "report"
POINTS = 72  # per inch
TALLEST = 7.5  # inches of a page of the paper for a drawing
FIXED = {"theory.csv", "landscapes.csv", "trajectories.csv", "profiles.csv"}
GROWING = [kind for kind, about in KINDS.items() if not FIXED.issuperset(about.tables)]
UNLABELLED = {"trajectories", "verdicts"}  # contours in a plane; units in the titles of panels


@pytest.fixture(scope="session")
def small_figures(study):
    """The figures whose size depends on the study, with one data set and one batch size."""
    last = tuple(made.CONDITION)[-1:]
    claims, cases = (table[table["number"] == 1] for table in made.claims_and_cases())
    of_runs = {
        name: table[(table["dataset"] == "wine") & (table.get("batch", "full") == "full")]
        for name, table in study.items()
        if "dataset" in table and {"replicate", "grid"} & set(table)
    }
    tables = {
        **study,
        **{name: table.reset_index(drop=True) for name, table in of_runs.items()},
        "contrasts": made.contrasts(last, ("64",)),
        "advice": made.advice(last, ("64",)),
        "budget": made.budget(last, ("64",)),
        "theory": made.theory(),
        "claims": claims,
        "claim_cases": cases,
    }
    return {kind: draw(kind, tables) for kind in GROWING}


@pytest.fixture(scope="module")
def tables(study, tmp_path_factory):
    """A folder of tables."""
    folder = tmp_path_factory.mktemp("tables")
    for name in {name for kind in KINDS.values() for name in kind.tables}:
        write_table(study[Path(name).stem], folder / name, SCHEMAS[name])
    return folder


def flags(kinds, tables, folder, grid="main"):
    """Flags of the command that draws these kinds of figures; their files lie in the folder."""
    scopes = {"study": (), "grid": (grid,), "batch": (grid, "full")}
    figures = [
        {**FigureJob(kind, *scopes[KINDS[kind].per]).description, "path": kind} for kind in kinds
    ]
    places = ["--tables", str(tables), "--output", str(folder)]
    return ["figures", "--figures", json.dumps(figures), "--confidence", "0.8", *places]


@pytest.fixture(scope="module")
def written_figures(tables, tmp_path_factory):
    """The folder of files that the command writes, in a process with its own hashes of strings."""
    folder = tmp_path_factory.mktemp("figures")
    call = flags(KINDS, tables, folder)
    program = f"from momentum_study.cli.main import main\nexit(main({call}))"
    environment = {"PYTHONHASHSEED": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program], check=True, env=os.environ | environment)
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_has_the_same_bytes_in_another_process_alone(
    written_figures, tables, kind, tmp_path, monkeypatch
):
    """Pictures take most of the time; `same_bytes/test_surroundings.py` compares them too."""
    assert len((written_figures / f"{kind}.png").read_bytes()) > 10_000
    monkeypatch.setattr("momentum_study.cli.commands.figures.save_picture", lambda *_: None)
    assert main(flags([kind], tables, tmp_path)) == 0
    for suffix, least in (("svg", 10_000), ("json", 300)):
        content = (tmp_path / f"{kind}.{suffix}").read_bytes()
        assert len(content) > least
        assert content == (written_figures / f"{kind}.{suffix}").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_files_have_no_date_or_version_and_svg_text_is_text(written_figures, kind):
    svg = (written_figures / f"{kind}.svg").read_text(encoding="utf-8")
    assert "<dc:date>" not in svg
    assert "Matplotlib v" not in svg
    assert set(re.findall(r"font-family: ([^;\"]+)", svg)) == {f"'{FONT}'"}
    png = (written_figures / f"{kind}.png").read_bytes()
    assert b"Software" not in png
    assert b"tIME" not in png
    assert int.from_bytes(png[16:20], "big") == WIDTH * PIXELS_PER_INCH


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_of_a_figure_are_complete_and_not_in_its_drawing(written_figures, kind):
    text = (written_figures / f"{kind}.json").read_text(encoding="utf-8")
    words = json.loads(text)
    assert list(words) == ["alt", "height", "notes", "title", "width"]
    assert text.endswith("}\n")
    assert words["title"]
    assert words["notes"][0].startswith("Held fixed: ")
    assert words["notes"][-1] == f"Check {KINDS[kind].see}"
    assert words["alt"].startswith(KINDS[kind].alt)
    assert ("Grid: main." in words["alt"]) == (KINDS[kind].per != "study")
    assert ("Batch size: full." in words["alt"]) == (KINDS[kind].per == "batch")
    svg = (written_figures / f"{kind}.svg").read_text(encoding="utf-8")
    drawn = " ".join(re.findall(r">([^<>]+)</(?:text|tspan)>", svg))
    assert words["title"] not in drawn
    assert not any(note in drawn for note in words["notes"])


@pytest.mark.parametrize("kind", KINDS)
def test_the_catalogue_lists_the_tables_of_each_figure(kind):
    tables = {Path(name).stem for name in KINDS[kind].tables}
    assert tables == arguments(kind) - {"confidence"}


@pytest.mark.parametrize("kind", KINDS)
def test_figures_with_intervals_state_their_level(written_figures, kind):
    words = json.loads((written_figures / f"{kind}.json").read_text(encoding="utf-8"))
    levels = set(re.findall(r"([\d.]+) % interval", " ".join(words["notes"])))
    # Verdicts also have intervals for equivalence, at the level 2c − 1.
    expected = (
        {"80", "60"} if kind == "verdicts" else {"80"} if "confidence" in arguments(kind) else set()
    )
    assert levels == expected


@pytest.mark.parametrize("kind", KINDS)
def test_the_drawing_is_as_wide_as_a_page_and_cut_to_its_height(written_figures, kind):
    words = json.loads((written_figures / f"{kind}.json").read_text(encoding="utf-8"))
    svg = (written_figures / f"{kind}.svg").read_text(encoding="utf-8")
    (size,) = re.findall(r'<svg [^>]*?viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert tuple(map(float, size)) == pytest.approx(
        (POINTS * words["width"], POINTS * words["height"]), abs=0.01
    )
    assert words["width"] == WIDTH
    assert words["height"] <= TALLEST


@pytest.mark.parametrize("kind", KINDS)
def test_hiding_the_title_hides_nothing_else(figures, kind):
    sheet = figures[kind]
    sheet.get_tightbbox()  # creates the labels of ticks
    before = written(sheet)
    with sheet.without_title() as box:
        assert sorted([*written(sheet), sheet.title]) == sorted(before)
        drawn = sheet.get_tightbbox()
    assert written(sheet) == before
    assert box.y0 < drawn.y0 < box.y0 + 0.05
    assert box.y1 - 0.05 < drawn.y1 < box.y1


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - UNLABELLED))
def test_axes_are_labelled(figures, kind):
    sheet = figures[kind]
    common = {text.get_rotation(): text.get_text() for text in sheet.texts[-2:]}
    for axes in (axes for axes in sheet.axes if axes.axison):
        below = [one for one in sheet.axes if one.get_position().x0 == axes.get_position().x0]
        assert common[0.0] or any(one.get_xlabel() for one in below)
        left = [one for one in sheet.axes if one.get_position().y0 == axes.get_position().y0]
        assert common[90.0] or any(one.get_ylabel() for one in left)


@pytest.mark.parametrize(
    ("size", "kind"), [*(("usual", kind) for kind in KINDS), *(("small", kind) for kind in GROWING)]
)
def test_texts_are_large_enough_inside_the_page_and_do_not_overlap(
    figures, small_figures, kind, size
):
    assert_readable({"usual": figures, "small": small_figures}[size][kind])


def test_a_figure_that_cannot_be_written_leaves_the_previous_files(figures, tmp_path, monkeypatch):
    figure = figures["lag"]
    old = [tmp_path / f"old.{suffix}" for suffix in ("json", "png", "svg")]
    for path in old:
        path.write_text("old")
    words, png, svg = old

    def fail(*arguments, **keywords):
        raise OSError("disk full")

    monkeypatch.setattr(figure, "savefig", fail)
    with pytest.raises(OSError, match="disk full"):
        save_picture(figure, png)
    with pytest.raises(OSError, match="disk full"):
        save_drawing(figure, svg, words, "alt")
    assert figure.title in {text.get_text() for text in shown(figure)}
    assert sorted(tmp_path.iterdir()) == old
    assert {path.read_text() for path in old} == {"old"}


def test_failed_figures_are_named_and_the_others_are_drawn(tables, tmp_path, capsys, monkeypatch):
    def broken():
        raise RuntimeError("broken")

    monkeypatch.setattr("momentum_study.figures.lag.draw", broken)
    kinds = ("isolation", "performance", "lag")
    assert main(flags(kinds, tables, tmp_path, grid="other")) == 1
    *_, head, unknown, internal = capsys.readouterr().err.splitlines()
    assert "2 of the 3 figures" in head
    assert unknown.startswith("error: isolation: ")
    assert "found no cell at all" in unknown
    assert internal.startswith("error: lag: internal error (RuntimeError)")
    assert {path.name for path in tmp_path.iterdir()} == {
        f"performance.{suffix}" for suffix in ("svg", "png", "json")
    }


def test_a_table_is_read_once_for_all_figures(tables, tmp_path, monkeypatch):
    read = []

    def counted(path, schema, *more):
        read.append(path.name)
        return read_table(path, schema, *more)

    monkeypatch.setattr("momentum_study.cli.commands.figures.read_table", counted)
    monkeypatch.setattr("momentum_study.cli.commands.figures.save_picture", lambda *_: None)
    assert main(flags(("lag", "noise_floor", "quadratic_rates"), tables, tmp_path)) == 0
    assert read == ["theory.csv"]


@pytest.mark.parametrize("caption", [path.stem for path in sorted(REPORT.glob("*.rst"))])
def test_captions_of_the_report_are_valid(caption):
    source = (REPORT / f"{caption}.rst").read_text(encoding="utf-8")
    job = {"params": {"see": {"momentum/maps_batch16": "whether it works."}}}
    text = jinja2.Template(source, undefined=jinja2.StrictUndefined).render(snakemake=job)
    publish_parts(text, writer="html", settings_overrides={"halt_level": 2, "report_level": 2})
    assert ("momentum/maps_batch16" in text) == (caption == "figure")
