"""A small study on emulated processors: portable kernels give the same bytes on each of them.

`processors.yaml` is prepared and trained as in the workflow, here and on processors of other
makers and generations that QEMU emulates. Its tables would only be the sorted shards. Later steps
cannot be tested this way, because NumPy's `argsort` returns another order on QEMU 7.2.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from momentum_study.config.loading import load_study
from tests.projects import ROOT, contents
from tests.same_bytes.steps import prepare_steps, train_steps
from tests.tally import Tally

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        platform.machine() != "x86_64", reason="skipped: only kernels of x86-64 are portable"
    ),
]

# Like `python -m momentum_study`, but all commands in one process: in the emulator, importing the
# libraries takes most of the time.
PROGRAM = """
import json, sys
from pathlib import Path
from momentum_study.core import kernels
{before}
kernels.choose("portable")
from momentum_study.cli import main as cli
for arguments in json.load(sys.stdin):
    if code := cli.main(arguments):
        sys.exit(code)
"""
WITHOUT_AVX2 = "flags : fpu sse sse2 ssse3 sse4_1 sse4_2 popcnt avx\n"
# Settings with which a newer processor computes like one without AVX2.
AS_SANDY_BRIDGE = {
    "OPENBLAS_CORETYPE": "Sandybridge",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
}
C_LIBRARY = "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4"


@pytest.fixture(scope="module")
def emulator() -> str:
    """The emulator's path; continuous integration must have one."""
    path = shutil.which("qemu-x86_64")
    version = ""
    if path is not None:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
        version = re.findall(r"version (\d+\.\d+)", done.stdout)[0]
        if tuple(map(int, version.split("."))) >= (7, 2):
            return path
    reason = f"qemu-x86_64 {version or 'is missing'}; 7.2 emulates AVX2 (Debian: qemu-user)"
    if os.environ.get("CI") == "true" and os.geteuid() == 0:
        pytest.fail(reason)
    pytest.skip(f"skipped: {reason}")


def trained(
    folder: Path,
    *emulation: str,
    before: str = "",
    only: str = "",
    environment: dict[str, str] | None = None,
) -> dict[str, bytes]:
    """Prepare and train the study in a new folder; return its data and shards.

    Parameters
    ----------
    folder
        The folder to make.
    emulation
        The emulator and its flags.
    before
        A statement to execute before the kernels are chosen.
    only
        Text that the path of a shard must contain; others are not trained.
    environment
        Variables to set.
    """
    study = load_study(ROOT / "tests/same_bytes/processors.yaml")
    steps = [*prepare_steps(study), *(step for step in train_steps(study) if only in str(step))]
    folder.mkdir()
    done = subprocess.run(
        [*emulation, sys.executable, "-c", PROGRAM.format(before=before)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")} | (environment or {}),
        input=json.dumps(steps),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return contents(folder, "datasets", "runs")


@pytest.fixture(scope="module")
def native(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return trained(tmp_path_factory.mktemp("native") / "study")


@pytest.mark.parametrize("processor", ["Haswell", "EPYC"])
def test_same_bytes_on_a_processor_with_avx2(
    processor: str, emulator: str, native: dict[str, bytes], tmp_path: Path, tally: Tally
) -> None:
    tally.same_bytes(native, trained(tmp_path / "study", emulator, "-cpu", processor))


def test_the_kernels_of_a_processor_without_avx2_give_its_bytes(
    emulator: str, native: dict[str, bytes], tmp_path: Path, tally: Tally
) -> None:
    """So tolerances can be measured without such a processor, as docs/reproducing.md describes."""
    # An emulated process reads the feature list of the real processor.
    (tmp_path / "cpuinfo").write_text(WITHOUT_AVX2, encoding="utf-8")
    emulated = trained(
        tmp_path / "emulated",
        *(emulator, "-cpu", "SandyBridge"),
        before=f"kernels.CPUINFO = Path({str(tmp_path / 'cpuinfo')!r})",
        only="/iris/deep/",
    )
    with_its_kernels = trained(
        tmp_path / "kernels",
        before=f"kernels.PINS |= {AS_SANDY_BRIDGE!r}",
        only="/iris/deep/",
        environment={"GLIBC_TUNABLES": C_LIBRARY},
    )
    tally.same_bytes(with_its_kernels, emulated)
    # The kernels matter: every shard differs.
    shards = {name for name in emulated if name.startswith("runs/")}
    assert len(shards) == 6
    assert not {name for name in shards if emulated[name] == native[name]}
