"""The smoke study in other environments: its results are the same bytes in all of them.

Each run changes many things at once, because a run takes a minute. If a test fails, its message
lists the files that differ. Only figures: look at Matplotlib's settings and fonts. Tables of runs:
kernels and threads. CSV tables: text encodings and locales. All files: the order of jobs or
folders. If that does not identify the cause, bisect the list of changes.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from momentum_study.core.kernels import PINS
from tests.projects import command, copy_project, files, results
from tests.tally import Tally

# Every Matplotlib setting that a user may have changed for other figures.
MATPLOTLIBRC = """
agg.path.chunksize: 100
axes.axisbelow: False
axes.formatter.limits: -1, 1
axes.formatter.use_locale: True
axes.grid: True
axes.prop_cycle: cycler('color', ['r', 'g'])
axes.spines.top: False
axes.unicode_minus: False
axes.xmargin: 0.3
figure.constrained_layout.use: True
figure.facecolor: yellow
font.family: monospace
font.size: 20
hatch.color: red
image.cmap: gray
legend.handlelength: 5
lines.antialiased: False
lines.dash_capstyle: round
lines.linewidth: 5
mathtext.fontset: stix
patch.force_edgecolor: True
path.simplify: False
path.sketch: 1, 100, 2
savefig.bbox: tight
savefig.dpi: 50
savefig.facecolor: yellow
savefig.transparent: True
scatter.marker: x
svg.fonttype: path
svg.image_inline: False
text.antialiased: False
text.hinting: none
xtick.direction: in
xtick.minor.visible: True
xtick.top: True
"""
PROFILE = """
printshellcmds: true
verbose: true
"""


# Text in ASCII unless its writer chooses otherwise; no folder's path is plain.
ASCII_TEXT = {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
ELSEWHERE = "études, ailleurs"


def run(
    folder: Path, cores: int, environment: dict[str, str], *targets: str, umask: int = -1
) -> dict[str, bytes]:
    """Run the smoke study in a copy of the project, in this environment; return its results."""
    done = subprocess.run(
        command("--cores", str(cores), *targets),
        cwd=folder,
        env=environment | {"PYTHONPATH": str(folder / "src")},
        umask=umask,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")
    return results(folder)


def test_lost_results_are_computed_again_elsewhere_on_one_core(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    """All tables, the explorer and one shard, in another folder, locale and time zone."""
    folder = shutil.copytree(undisturbed, tmp_path / ELSEWHERE)
    smoke = folder / "results/smoke"
    shutil.rmtree(smoke / "tables")
    (smoke / "explorer.html").unlink()
    lost, *kept = files(smoke, "runs").values()
    trained = lost.read_bytes()
    lost.unlink()
    times = [path.stat().st_mtime_ns for path in kept]
    (tmp_path / "tmp").mkdir()
    environment = {
        "COLUMNS": "40",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "12345",
        "TMPDIR": str(tmp_path / "tmp"),
        "TZ": "Asia/Kathmandu",
    }
    found = run(folder, 1, os.environ | environment, "tables", "explorer", umask=0o077)
    tally.same_bytes(results(undisturbed), found)
    tally.same_bytes({"shard": trained}, {"shard": lost.read_bytes()})
    assert times == [path.stat().st_mtime_ns for path in kept], "other shards were trained again"
    # The umask had its effect: other users cannot read the files.
    assert (smoke / "tables/runs.parquet").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_an_almost_empty_environment_on_one_core(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    """From scratch, without a home folder and without a language."""
    folder = copy_project(tmp_path / ELSEWHERE)
    found = run(folder, 1, {"PATH": os.defpath} | ASCII_TEXT)
    tally.same_bytes(results(undisturbed), found)


@pytest.mark.slow
def test_a_user_with_many_settings(undisturbed: Path, tmp_path: Path, tally: Tally) -> None:
    folder, home = copy_project(tmp_path / "project"), tmp_path / "home"
    for path, text in (
        (folder / "matplotlibrc", MATPLOTLIBRC),
        (home / ".config/snakemake/mine/profile.yaml", PROFILE),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    settings = {
        # Threads and kernels, which `kernels.choose` overrides.
        "GOTO_NUM_THREADS": "2",
        "MKL_NUM_THREADS": "2",
        "NPY_ENABLE_CPU_FEATURES": "X86_V3",
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_BLOCK_FACTOR": "50",
        "OPENBLAS_CORETYPE": "Sandybridge",
        "OPENBLAS_NUM_THREADS": "2",
        # Freed memory is filled with a pattern, so that a read before a write shows.
        "MALLOC_PERTURB_": "165",
        # A home folder with settings of Snakemake; those of Matplotlib are in the project.
        "HOME": str(home),
        "SNAKEMAKE_PROFILE": "mine",
        "XDG_CONFIG_HOME": str(home / ".config"),
        # Dates, languages, terminals.
        "FORCE_COLOR": "1",
        "LANGUAGE": "de",
        "SOURCE_DATE_EPOCH": "86400",
        "TERM": "xterm-256color",
        **decimal_comma(tmp_path),
    }
    usual = {name: value for name, value in os.environ.items() if name not in PINS}
    environment = dict(reversed((usual | settings).items()))
    tally.same_bytes(results(undisturbed), run(folder, 2, environment))
    provenance = json.loads((folder / "results/smoke/provenance.json").read_text(encoding="utf-8"))
    here = json.loads((undisturbed / "results/smoke/provenance.json").read_text(encoding="utf-8"))
    for kernels in ("blas", "numpy_simd"):
        assert provenance[kernels] == here[kernels]


def decimal_comma(folder: Path) -> dict[str, str]:
    """Variables of a locale with a decimal comma; none where the system cannot make one."""
    name = "de_DE.UTF-8"
    try:
        subprocess.run(
            ["localedef", "-i", "de_DE", "-f", "UTF-8", folder / name],
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return {}
    return {"LC_ALL": name, "LOCPATH": str(folder)}
