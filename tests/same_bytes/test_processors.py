"""A small study on emulated processors: the kernels make the bytes, and the pins the kernels.

`processors.yaml` is prepared and trained as the workflow does it, here and on processors of other
makers and generations that QEMU emulates. Its tables would be the shards once more, sorted; and
what follows cannot be tried this way, for on QEMU 7.2 NumPy's `argsort` returns another order.
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
        platform.machine() != "x86_64", reason="skipped: kernels of x86-64 alone are pinned"
    ),
]

# As `python -m momentum_study`, but all commands in one process: emulated, loading the libraries
# is most of the time.
PROGRAM = """
import json, sys
from pathlib import Path
from momentum_study.core import kernels
{before}
kernels.pin()
from momentum_study.cli import main as cli
for arguments in json.load(sys.stdin):
    if code := cli.main(arguments):
        sys.exit(code)
"""
WITHOUT_AVX2 = "flags : fpu sse sse2 ssse3 sse4_1 sse4_2 popcnt avx\n"
# What is left of a newer processor if it computes as one without AVX2.
AS_SANDY_BRIDGE = {
    "OPENBLAS_CORETYPE": "Sandybridge",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
}
C_LIBRARY = "glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4"


@pytest.fixture(scope="module")
def emulator() -> str:
    """The emulator's path; on a machine of continuous integration there has to be one."""
    path = shutil.which("qemu-x86_64")
    version = ""
    if path is not None:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
        version = re.findall(r"version (\d+\.\d+)", said.stdout)[0]
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
        To be made.
    emulation
        The emulator and its flags.
    before
        A statement to execute before the kernels are pinned.
    only
        What the path of a shard must contain to be trained.
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


def test_bytes_of_a_processor_without_avx2_are_those_of_its_kernels(
    emulator: str, native: dict[str, bytes], tmp_path: Path, tally: Tally
) -> None:
    """So that tolerances can be measured without such a processor, as docs/reproducing.md does."""
    # An emulated process sees the machine's own list of features.
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
    # Other kernels do matter: every shard is another one.
    shards = {name for name in emulated if name.startswith("runs/")}
    assert len(shards) == 6
    assert not {name for name in shards if emulated[name] == native[name]}
