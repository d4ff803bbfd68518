"""The smoke study in other surroundings: whatever they are, its results are the same bytes.

A run changes many things at once, for it takes a minute. If one fails, the message lists the files
that differ: figures alone point at Matplotlib's settings or at fonts, the tables of runs at kernels
and threads, CSV tables at text encodings and locales, everything at the order of jobs or folders.
What remains in doubt is found by leaving out half of the changes, again and again.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from momentum_study.core.kernels import PINS
from tests.projects import command, copy_project, results
from tests.tally import Tally

# Everything that a user may have set for figures of his own.
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


def run(folder: Path, cores: int, environment: dict[str, str], umask: int = -1) -> dict[str, bytes]:
    """Run the smoke study in a copy of the project, with this environment and no other."""
    copy_project(folder)
    done = subprocess.run(
        command("--cores", str(cores)),
        cwd=folder,
        env=environment | {"PYTHONPATH": str(folder / "src")},
        umask=umask,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")
    return results(folder)


def test_one_core_another_folder_place_and_time(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    folder = tmp_path / "études, ailleurs"
    (tmp_path / "tmp").mkdir()
    elsewhere = {
        "COLUMNS": "40",
        "LC_ALL": "C",
        "PYTHONHASHSEED": "12345",
        "TMPDIR": str(tmp_path / "tmp"),
        "TZ": "Asia/Kathmandu",
    }
    found = run(folder, 1, os.environ | elsewhere, umask=0o077)
    tally.same_bytes(results(undisturbed), found)
    # So much for the umask: nobody else can read them.
    assert (folder / "results/smoke/tables/runs.parquet").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_an_environment_with_next_to_nothing(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    """No home, no language, and text in ASCII unless its writer says otherwise."""
    ascii_text = {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    found = run(tmp_path / "bare", 2, {"PATH": os.defpath} | ascii_text)
    tally.same_bytes(results(undisturbed), found)


@pytest.mark.slow
def test_a_user_with_settings_for_everything(
    undisturbed: Path, tmp_path: Path, tally: Tally
) -> None:
    folder, home = tmp_path / "settled", tmp_path / "home"
    for path, text in (
        (folder / "matplotlibrc", MATPLOTLIBRC),
        (home / ".config/snakemake/mine/profile.yaml", PROFILE),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    settings = {
        # Threads and kernels, which the pins take back.
        "GOTO_NUM_THREADS": "2",
        "MKL_NUM_THREADS": "2",
        "NPY_ENABLE_CPU_FEATURES": "X86_V3",
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_BLOCK_FACTOR": "50",
        "OPENBLAS_CORETYPE": "Sandybridge",
        "OPENBLAS_NUM_THREADS": "2",
        # Memory is filled when it is freed, so that what is read before it is written shows.
        "MALLOC_PERTURB_": "165",
        # A home of his own, with settings of Snakemake; those of Matplotlib lie in the folder.
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
    """Variables of a locale with a decimal comma; of none where the system has no source of it."""
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
