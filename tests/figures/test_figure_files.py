"""What holds for every figure: its words, its fit on the page, its files."""

import importlib
import json
import os
import re
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import jinja2
import pytest
from docutils.core import publish_parts
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from momentum_study.cli.main import main
from momentum_study.figures.catalogue import KINDS
from momentum_study.figures.files import save_drawing, save_picture
from momentum_study.figures.style import FONT, PIXELS_PER_INCH, SMALL, WIDTH
from momentum_study.tables.catalogue import SCHEMAS
from momentum_study.tables.files import write_table
from tests.projects import ROOT

REPORT = ROOT / "workflow" / "report"
POINTS = 72  # of an inch
TALLEST = 7.5  # inches that a page of the paper has for a drawing
LOSS = "training loss / loss of the best constant prediction (log scale)"
LABELS = {
    "maps": ("learning rate α (log scale)", "momentum coefficient β", "none", "0.9"),
    "axes": (
        "α",
        "η = (1−β)α",
        "αλₘₐₓ",
        "learning rate, in different units (log scale)",
        f"final {LOSS}",
    ),
    "learning_curves": ("updates (log scale from 1)", LOSS),
    "isolation": ("learning rate α (log scale)", f"final {LOSS}"),
}


@pytest.fixture(scope="module")
def figures(study, full_batch):
    """Every kind of figure, drawn from the synthetic study."""
    drawn = {}
    for kind, about in KINDS.items():
        tables = full_batch if about.per == "batch" else study
        module = importlib.import_module(f"momentum_study.figures.{kind}")
        drawn[kind] = module.draw(
            **{Path(name).stem: tables[Path(name).stem] for name in about.tables}
        )
    return drawn


@pytest.fixture(scope="module")
def tables(study, tmp_path_factory):
    """A folder of tables."""
    folder = tmp_path_factory.mktemp("tables")
    for name in {name for kind in KINDS.values() for name in kind.tables}:
        write_table(study[Path(name).stem], folder / name, SCHEMAS[name])
    return folder


def flags(kind, tables, folder):
    grid = ["--grid", "main"]
    scope = {"study": [], "grid": grid, "batch": [*grid, "--batch", "full"]}
    suffixes = {"svg": "svg", "png": "png", "words": "json"}
    files = [
        word
        for flag, suffix in suffixes.items()
        for word in (f"--{flag}", str(folder / f"{kind}.{suffix}"))
    ]
    return ["figure", "--kind", kind, *scope[KINDS[kind].per], "--tables", str(tables), *files]


@pytest.fixture(scope="module")
def processes(tables, tmp_path_factory):
    """The folders that two processes wrote, with different hashes of text."""
    folders = []
    for hash_seed in ("1", "2"):
        folder = tmp_path_factory.mktemp("figures")
        calls = [flags(kind, tables, folder) for kind in KINDS]
        program = f"from momentum_study.cli.main import main\nexit(max(main(c) for c in {calls}))"
        subprocess.run(
            [sys.executable, "-c", program],
            check=True,
            env={
                **os.environ,
                "PYTHONHASHSEED": hash_seed,
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
        )
        folders.append(folder)
    return folders


def shown(figure):
    """Texts that are seen."""
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


@pytest.mark.parametrize("kind", KINDS)
def test_two_processes_write_the_same_bytes(processes, kind):
    first, second = processes
    for suffix, least in (("svg", 10_000), ("png", 10_000), ("json", 300)):
        content = (first / f"{kind}.{suffix}").read_bytes()
        assert len(content) > least
        assert content == (second / f"{kind}.{suffix}").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_files_hold_no_date_and_no_version_and_text_stays_text(processes, kind):
    svg = (processes[0] / f"{kind}.svg").read_text(encoding="utf-8")
    assert "<dc:date>" not in svg
    assert "Matplotlib v" not in svg
    assert set(re.findall(r"font-family: ([^;\"]+)", svg)) == {f"'{FONT}'"}
    png = (processes[0] / f"{kind}.png").read_bytes()
    assert b"Software" not in png
    assert b"tIME" not in png
    assert int.from_bytes(png[16:20], "big") == WIDTH * PIXELS_PER_INCH


@pytest.mark.parametrize("kind", KINDS)
def test_words_say_what_the_drawing_leaves_out(processes, kind):
    text = (processes[0] / f"{kind}.json").read_text(encoding="utf-8")
    words = json.loads(text)
    assert list(words) == ["alt", "height", "notes", "title", "width"]
    assert text.endswith("}\n")
    assert words["title"]
    assert words["notes"][0].startswith("Held fixed: ")
    assert words["notes"][-1] == f"See: {KINDS[kind].see}"
    assert words["alt"].startswith(KINDS[kind].alt)
    assert ("Grid: main." in words["alt"]) == (KINDS[kind].per != "study")
    assert ("Batch size: full." in words["alt"]) == (KINDS[kind].per == "batch")
    svg = (processes[0] / f"{kind}.svg").read_text(encoding="utf-8")
    written = re.findall(r">([^<>]+)</(?:text|tspan)>", svg)
    assert words["title"] not in written
    assert not any(line.startswith(("Held fixed", "See:")) for line in written)


@pytest.mark.parametrize("kind", KINDS)
def test_the_drawing_is_as_wide_as_a_page_and_has_no_empty_band(processes, kind):
    words = json.loads((processes[0] / f"{kind}.json").read_text(encoding="utf-8"))
    svg = (processes[0] / f"{kind}.svg").read_text(encoding="utf-8")
    (size,) = re.findall(r'<svg [^>]*?viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert tuple(map(float, size)) == pytest.approx(
        (POINTS * words["width"], POINTS * words["height"]), abs=0.01
    )
    assert words["width"] == WIDTH
    assert words["height"] <= TALLEST


@pytest.mark.parametrize("kind", KINDS)
def test_the_heading_comes_off_and_nothing_else(figures, kind):
    sheet = figures[kind]
    sheet.get_tightbbox()  # ticks have their labels from then on
    before = {text.get_text() for text in shown(sheet)}
    with sheet.bare() as box:
        bare = {text.get_text() for text in shown(sheet)}
        drawn = sheet.get_tightbbox()
    assert {text.get_text() for text in shown(sheet)} == before
    assert sheet.title in before - bare
    assert box.y0 < drawn.y0 < box.y0 + 0.05
    assert box.y1 - 0.05 < drawn.y1 < box.y1
    assert box.height <= sheet.get_figheight() - sheet.heading + 0.05


@pytest.mark.parametrize("kind", LABELS)
def test_axes_are_labelled_and_what_is_held_fixed_is_said(figures, kind):
    texts = [text.get_text().replace("\n", " ") for text in shown(figures[kind])]
    assert set(LABELS[kind]) <= set(texts)
    (held,) = (text for text in texts if text.startswith("Held fixed: "))
    assert "200 updates" in held
    assert ("full: 400 rows" if kind == "isolation" else "full batch (400 rows)") in held
    for name in ("digits", "wine"):
        assert any(text.startswith(name) for text in texts)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_too_small_or_leaves_the_page(figures, kind):
    figure = figures[kind]
    assert figure.get_figwidth() == WIDTH
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    for text in shown(figure):
        assert text.get_fontsize() >= SMALL
        box = text.get_window_extent(canvas.get_renderer())
        inside = figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1
        assert inside, text.get_text()
        assert figure.bbox.y0 <= box.y0, text.get_text()
        assert box.y1 <= figure.bbox.y1, text.get_text()


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_words_lie_on_each_other(figures, kind):
    figure = figures[kind]
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    boxes = [(text, text.get_window_extent(canvas.get_renderer())) for text in shown(figure)]
    for (one, first), (other, second) in combinations(boxes, 2):
        width = min(first.x1, second.x1) - max(first.x0, second.x0)
        height = min(first.y1, second.y1) - max(first.y0, second.y0)
        # Lines of a paragraph may touch.
        assert width <= 0 or height <= 2, (one.get_text(), other.get_text())


@pytest.mark.parametrize("kind", KINDS)
def test_a_figure_that_cannot_be_written_leaves_the_old_one(figures, kind, tmp_path, monkeypatch):
    old = [tmp_path / f"old.{suffix}" for suffix in ("json", "png", "svg")]
    for path in old:
        path.write_text("old")
    words, png, svg = old

    def fail(*arguments, **keywords):
        raise OSError("disk full")

    monkeypatch.setattr(figures[kind], "savefig", fail)
    with pytest.raises(OSError, match="disk full"):
        save_picture(figures[kind], png)
    with pytest.raises(OSError, match="disk full"):
        save_drawing(figures[kind], svg, words, "alt")
    assert figures[kind].title in {text.get_text() for text in shown(figures[kind])}
    assert sorted(tmp_path.iterdir()) == old
    assert {path.read_text() for path in old} == {"old"}


def test_a_grid_that_is_not_there_is_told(tables, tmp_path, capsys):
    call = flags("maps", tables, tmp_path)
    call[call.index("main")] = "other"
    assert main(call) == 1
    assert "found no cell at all" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("caption", [path.stem for path in sorted(REPORT.glob("*.rst"))])
def test_captions_of_the_report_are_valid(caption):
    source = (REPORT / f"{caption}.rst").read_text(encoding="utf-8")
    job = {"wildcards": {"figure": "momentum/maps_batch16"}, "params": {"see": "whether it works."}}
    text = jinja2.Template(source, undefined=jinja2.StrictUndefined).render(snakemake=job)
    publish_parts(text, writer="html", settings_overrides={"halt_level": 2, "report_level": 2})
    assert ("momentum/maps_batch16" in text) == (caption == "figure")
