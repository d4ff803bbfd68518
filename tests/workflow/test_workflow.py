"""The workflow end to end, on the smoke study, in copies of the project.

All tests share one undisturbed run; a test that changes something works on a copy of it. That lost
results are computed again is tested in `tests/same_bytes/test_surroundings.py`.
"""

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
import yaml

from momentum_study.config.loading import load_study
from momentum_study.figures.jobs import figure_jobs
from momentum_study.runs.design import followed_sweeps, prepared_path, shards
from momentum_study.tables.files import read_table
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.schemas.cells import CELLS
from momentum_study.tables.schemas.curves import CURVES
from momentum_study.tables.schemas.runs import RUNS
from tests.projects import SMOKE, copy_project, files, snakemake


def planned(folder: Path, configfile: str = SMOKE) -> Counter[str]:
    """Number of jobs of each rule that a dry run would start."""
    done = snakemake(folder, "--cores", "1", "--dry-run", configfile=configfile)
    assert done.returncode == 0, done.stdout + done.stderr
    table = re.findall(r"^ *(\w+) +(\d+) *$", done.stdout + done.stderr, flags=re.MULTILINE)
    return Counter({rule: int(count) for rule, count in table if rule not in ("total", "all")})


@pytest.fixture
def finished(undisturbed: Path, tmp_path: Path) -> Path:
    """A copy of the undisturbed run, with its modification times."""
    return shutil.copytree(undisturbed, tmp_path / "copy")


def test_one_row_per_run_of_the_design(undisturbed: Path) -> None:
    tables = undisturbed / "results/smoke/tables"
    study = load_study(undisturbed / SMOKE)
    design = [run for shard in shards(study) for run in shard.runs()]
    runs = read_table(tables / "runs.parquet", RUNS)
    assert sorted(design) == sorted(runs[list(RUN_KEYS)].itertuples(index=False, name=None))
    assert {"completed", "diverged"} == set(runs["status"])
    cells = read_table(tables / "cells.parquet", CELLS)
    assert cells["n_runs"].sum() == len(runs)
    assert len(read_table(tables / "curves.parquet", CURVES)) == len(runs) * 21


def test_every_figure_is_drawn(undisturbed: Path) -> None:
    figures = undisturbed / "results/smoke/figures"
    expected = {job.path for job in figure_jobs(load_study(undisturbed / SMOKE))}
    for suffix in (".svg", ".png", ".json"):
        found = {str(p.relative_to(figures).with_suffix("")) for p in figures.rglob(f"*{suffix}")}
        assert found == expected


def test_provenance_is_recorded(undisturbed: Path) -> None:
    provenance = json.loads((undisturbed / "results/smoke/provenance.json").read_text())
    assert provenance["study"]["study"] == "smoke"
    assert provenance["seconds"]["train"]["jobs"] == len(shards(load_study(undisturbed / SMOKE)))


def test_neither_touched_sources_nor_a_lost_shard_rerun_anything(finished: Path) -> None:
    for path in (finished / "src").rglob("*.py"):
        path.touch()
    # Only `collect` reads the shards, and its tables exist.
    (finished / "results/smoke/runs" / shards(load_study(finished / SMOKE))[0].path).unlink()
    done = snakemake(finished, "--cores", "2")
    assert "Nothing to be done" in done.stdout + done.stderr


def test_copied_results_are_up_to_date_with_and_without_their_records(
    undisturbed: Path, finished: Path
) -> None:
    records = finished / ".snakemake"
    for path in (finished / "src").rglob("*.py"):
        path.touch()
    shutil.rmtree(records)
    assert planned(finished) == {}
    shutil.rmtree(records)
    shutil.copytree(undisturbed / ".snakemake/metadata", records / "metadata")
    assert planned(finished) == {}


def test_a_shard_whose_data_have_a_newer_date_is_kept(finished: Path) -> None:
    shard = shards(load_study(finished / SMOKE))[0]
    folder = finished / "results/smoke"
    (folder / "datasets" / prepared_path(shard.dataset, shard.data)).touch()
    shutil.rmtree(finished / ".snakemake")
    before = (folder / "runs" / shard.path).read_bytes()
    assert planned(finished)["train"] > 0
    assert snakemake(finished, "--cores", "2", f"results/smoke/runs/{shard.path}").returncode == 0
    assert (folder / "runs" / shard.path).read_bytes() == before
    (count,) = set(runs_trained(finished, shard.name))
    assert count == 0


def runs_trained(folder: Path, *names: str) -> list[int]:
    """How many networks the last jobs of some shards trained."""
    costs = folder / "results/smoke/benchmarks/train"
    return [json.loads((costs / f"{name}.json").read_text())["runs"] for name in names]


def test_another_beta_trains_only_its_runs(finished: Path) -> None:
    path = finished / SMOKE
    tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    tree["grids"]["momentum"]["rules"]["momentum"]["beta"].append(0.99)
    path.write_text(yaml.safe_dump(tree), encoding="utf-8")
    before = modification_times(finished)
    assert snakemake(finished, "--cores", "2", "collect").returncode == 0
    after = modification_times(finished)
    again = [Path(name) for name in before if before[name] != after[name]]
    assert len(again) == 4  # two data sets times two batch sizes
    names = [str(path.relative_to("runs").with_suffix("")) for path in again]
    assert runs_trained(finished, *names) == [5 * 4] * 4  # learning rates times replicates
    assert after.keys() == before.keys()
    runs = pd.read_parquet(finished / "results/smoke/tables/runs.parquet")
    assert set(runs["beta"]) == {0.0, 0.5, 0.9, 0.99}


def test_other_kernels_compute_all_networks_again_and_nothing_else(finished: Path) -> None:
    with (finished / SMOKE).open("a", encoding="utf-8") as file:
        file.write("\nkernels: native\n")
    jobs = planned(finished)
    study = load_study(finished / SMOKE)
    assert jobs["train"] == len(shards(study))
    assert jobs["sharpness"] == len(followed_sweeps(study))
    assert jobs["initial_sharpness"] == 1
    assert not jobs.keys() & {"prepare", "datasets", "theory", "landscapes"}


def modification_times(folder: Path) -> dict[str, int]:
    """Of all prepared data and shards."""
    made = files(folder / "results/smoke", "datasets", "runs")
    return {name: path.stat().st_mtime_ns for name, path in made.items()}


@pytest.mark.parametrize(
    ("edited", "remark", "expected"),
    [
        (
            "src/momentum_study/figures/isolation.py",
            "# A remark.",
            {"figures_grids2": 1, "paper": 1},
        ),
        ("src/momentum_study/figures/lag.py", "# A remark.", {"figures_theory": 1, "paper": 1}),
        ("paper/sections/threats.typ", "A sentence.", {"paper": 1}),
        ("src/momentum_study/documents/explorer/table.css", "/* A remark. */", {"explorer": 1}),
    ],
)
def test_an_edit_reruns_only_what_contains_it(
    finished: Path, edited: str, remark: str, expected: dict[str, int]
) -> None:
    file = finished / edited
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{remark}\n", encoding="utf-8")
    jobs = planned(finished)
    jobs.pop("figures", None)
    assert jobs == {**expected, "provenance": 1}


def test_the_report_contains_every_table_figure_and_page_with_labels_and_caption(
    finished: Path,
) -> None:
    done = snakemake(finished, "--report", "report.html")
    assert done.returncode == 0, done.stdout + done.stderr
    report = (finished / "report.html").read_text(encoding="utf-8")
    smoke = finished / "results/smoke"
    expected = [
        *(smoke / "tables").iterdir(),
        *(smoke / "figures").rglob("*.png"),
        smoke / "paper.pdf",
        smoke / "explorer.html",
    ]
    parts = (r'"(results/[^"]+)": \{"name": "[^"]+"', r'"labels": \{"[^}]+\}', '"caption": "<p>')
    shown = set(re.findall(", .{0,400}?".join(parts), report))
    assert len(expected) > 40
    assert {str(path.relative_to(finished)) for path in expected} <= shown


def test_an_edit_of_the_engine_trains_every_shard_again(finished: Path) -> None:
    module = finished / "src/momentum_study/engine/networks.py"
    module.write_text(module.read_text(encoding="utf-8") + "\n# A remark.\n", encoding="utf-8")
    jobs = planned(finished)
    assert jobs["train"] == len(shards(load_study(finished / SMOKE)))
    assert jobs["prepare"] == 0


def test_another_number_of_resamples_and_a_comment_train_nothing(finished: Path) -> None:
    path = finished / SMOKE
    text = path.read_text(encoding="utf-8").replace("resamples: 200", "resamples: 100")
    path.write_text(f"# A remark.\n{text}", encoding="utf-8")
    jobs = planned(finished)
    assert jobs["cells"] == 1
    assert jobs["train"] == jobs["collect"] == 0


def test_an_untouched_study_is_verified_and_one_altered_value_is_named(finished: Path) -> None:
    publish = [sys.executable, "-m", "momentum_study", "publish", "--study", "smoke"]
    subprocess.run(publish, cwd=finished, check=True, capture_output=True)
    done = snakemake(finished, "verify", "--cores", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"reproduced: all \d+ files identical", done.stdout)
    path = finished / "results/published/tables/theory.csv"
    header, first, *rest = path.read_text(encoding="utf-8").splitlines()
    column = header.split(",").index("predicted")
    cells = first.split(",")
    was, cells[column] = cells[column], "123.25"
    path.write_text("\n".join([header, ",".join(cells), *rest, ""]), encoding="utf-8")
    done = snakemake(finished, "verify", "--cores", "2")
    assert done.returncode != 0
    for word in ("NOT reproduced", "theory.csv", "predicted", was, "123.25"):
        assert word in done.stdout
    report = json.loads((finished / "results/smoke/verify.json").read_text(encoding="utf-8"))
    assert report["reproduced"] is False


def test_a_comparison_with_an_unknown_study_is_refused(tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "compare")
    sides = ("baseline=smoke", "candidate=absent")
    done = snakemake(folder, "compare", "--cores", "1", "--config", *sides)
    output = done.stdout + done.stderr
    assert done.returncode != 0
    assert "error: results/absent: no such study" in output
    assert "Traceback" not in output


def test_figures_are_drawn_again_from_published_tables_alone(
    undisturbed: Path, tmp_path: Path
) -> None:
    folder = copy_project(tmp_path / "redraw")
    study = undisturbed / "results/smoke"
    published = folder / "results/published"
    shutil.copytree(study / "tables", published / "tables")
    shutil.copy2(study / "provenance.json", published)
    for name in ("cells.parquet", "curves.parquet", "cell_curves.parquet"):
        (published / "tables" / name).unlink()
    redrawn, drawn = "results/redrawn/published", "figures/momentum/maps_batchfull.svg"
    tables = ("--config", "tables=published")

    done = snakemake(folder, "--cores", "1", f"{redrawn}/{drawn}", *tables, configfile=())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "need the runs: momentum/learning_curves_batch16" in done.stdout + done.stderr
    assert (folder / redrawn / drawn).read_bytes() == (study / drawn).read_bytes()
    assert {path.name for path in (folder / "results").iterdir()} == {"published", "redrawn"}

    planned = snakemake(folder, "--dry-run", "paper", "figures", *tables, configfile=())
    assert planned.returncode == 0, planned.stdout + planned.stderr
    for arguments, message in (
        (("explorer", *tables), "explorer cannot be made from tables alone"),
        (("paper", *tables, "--configfile", SMOKE), "leave out --configfile"),
    ):
        refused = snakemake(folder, "--dry-run", *arguments, configfile=())
        assert refused.returncode != 0
        assert message in refused.stderr
        assert "Traceback" not in refused.stderr


def test_the_linter_of_snakemake_finds_one_known_remark(tmp_path: Path) -> None:
    done = snakemake(copy_project(tmp_path / "lint"), "--lint")
    found = set(re.findall(r"^ {4}\* (.+?):?:$", done.stdout + done.stderr, flags=re.MULTILINE))
    # All rules share one environment, in which Snakemake itself runs.
    assert found == {"Specify a conda environment or container for each rule."}


def test_a_bad_configuration_runs_nothing(tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "bad")
    (folder / "config/bad.yaml").write_text("study: bad\nsed: 1\n", encoding="utf-8")
    done = snakemake(folder, "--cores", "1", configfile="config/bad.yaml")
    output = done.stdout + done.stderr
    assert done.returncode != 0
    assert "error: config/bad.yaml: sed: unknown key" in output
    assert "Traceback" not in output
    assert 'File "' not in output
    assert not (folder / "results").exists()


def test_two_configurations_are_refused(tmp_path: Path) -> None:
    folder = copy_project(tmp_path / "two")
    shutil.copy2(folder / SMOKE, folder / "config/copy.yaml")
    for done in (
        snakemake(folder, "--dry-run", configfile=(SMOKE, "config/copy.yaml")),
        snakemake(folder, "--dry-run", "--configfiles=config/copy.yaml"),
        snakemake(folder, "--dry-run", "--configfile", "config/copy.yaml"),
    ):
        assert done.returncode != 0
        assert "error: one --configfile at a time" in done.stdout + done.stderr
