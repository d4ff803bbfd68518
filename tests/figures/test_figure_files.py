"""What holds for every figure: its words, its fit on the page, its files."""

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import jinja2
import pytest
from docutils.core import publish_parts
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from momentum_study.cli import main
from momentum_study.commands.figure import SOURCES
from momentum_study.figures.catalogue import KINDS
from momentum_study.figures.style import FONT, SMALL, WIDTH, save
from momentum_study.tables import write_table

REPORT = Path(__file__).parents[2] / "workflow" / "report"
LOSS = "training loss / loss of the best constant prediction (log scale)"
LABELS = {
    "maps": ("learning rate α (log scale)", "momentum coefficient β", "none", "0.9"),
    "axes": ("learning rate α (log scale)", "η = (1−β)α (log scale)", f"final {LOSS}"),
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
    for name, (schema, _) in SOURCES.items():
        write_table(study[Path(name).stem], folder / name, schema)
    return folder


def flags(kind, tables, folder):
    grid = ["--grid", "main"]
    scope = {"study": [], "grid": grid, "batch": [*grid, "--batch", "full"]}
    files = ["--svg", str(folder / f"{kind}.svg"), "--png", str(folder / f"{kind}.png")]
    return ["figure", "--kind", kind, *scope[KINDS[kind].per], "--tables", str(tables), *files]


@pytest.fixture(scope="module")
def processes(tables, tmp_path_factory):
    """The folders that two processes wrote, with different hashes of text."""
    folders = []
    for hash_seed in ("1", "2"):
        folder = tmp_path_factory.mktemp("figures")
        calls = [flags(kind, tables, folder) for kind in KINDS]
        program = f"from momentum_study.cli import main\nexit(max(main(c) for c in {calls}))"
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
    for suffix in ("svg", "png"):
        content = (first / f"{kind}.{suffix}").read_bytes()
        assert len(content) > 10_000
        assert content == (second / f"{kind}.{suffix}").read_bytes()


@pytest.mark.parametrize("kind", KINDS)
def test_files_hold_no_date_and_no_version_and_text_stays_text(processes, kind):
    svg = (processes[0] / f"{kind}.svg").read_text(encoding="utf-8")
    assert "<dc:date>" not in svg
    assert "Matplotlib v" not in svg
    assert ">Held fixed: " in svg or KINDS[kind].per == "study"
    assert set(re.findall(r"font-family: ([^;\"]+)", svg)) == {f"'{FONT}'"}
    png = (processes[0] / f"{kind}.png").read_bytes()
    assert b"Software" not in png
    assert b"tIME" not in png
    assert int.from_bytes(png[16:20], "big") == WIDTH * 200


@pytest.mark.parametrize("kind", LABELS)
def test_axes_are_labelled_and_what_is_held_fixed_is_said(figures, kind):
    texts = [text.get_text().replace("\n", " ") for text in shown(figures[kind])]
    assert set(LABELS[kind]) <= set(texts)
    (held,) = (text for text in texts if text.startswith("Held fixed: "))
    assert "200 updates" in held
    assert ("full batch (400 rows)" in held) == (KINDS[kind].per == "batch")
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
def test_a_figure_that_cannot_be_written_leaves_the_old_one(figures, kind, tmp_path, monkeypatch):
    old = tmp_path / "old.svg"
    old.write_text("old")

    def fail(*arguments, **keywords):
        raise OSError("disk full")

    monkeypatch.setattr(figures[kind], "savefig", fail)
    with pytest.raises(OSError, match="disk full"):
        save(figures[kind], old, tmp_path / "new.png")
    assert [path.name for path in tmp_path.iterdir()] == ["old.svg"]
    assert old.read_text() == "old"


def test_a_grid_that_is_not_there_is_told(tables, tmp_path, capsys):
    call = flags("maps", tables, tmp_path)
    call[call.index("main")] = "other"
    assert main(call) == 1
    assert "found no cell at all" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("caption", [path.stem for path in sorted(REPORT.glob("*.rst"))])
def test_captions_of_the_report_are_valid(caption):
    source = (REPORT / f"{caption}.rst").read_text(encoding="utf-8")
    wildcards = {"wildcards": {"figure": "momentum/maps_batch16"}}
    text = jinja2.Template(source, undefined=jinja2.StrictUndefined).render(snakemake=wildcards)
    publish_parts(text, writer="html", settings_overrides={"halt_level": 2, "report_level": 2})
    assert ("momentum/maps_batch16" in text) == (caption == "figure")
