"""The pinned kernels are the ones in use."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from momentum_study.core import kernels
from momentum_study.core.kernels import PINS, pin

REPORT = """
import warnings
warnings.simplefilter("error")  # NumPy warns of a pin that it does not know
from momentum_study.core.kernels import pin
pin()
import numpy as np
from numpy._core._multiarray_umath import __cpu_features__ as features
from threadpoolctl import threadpool_info
(blas,) = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
print(blas["num_threads"], blas["architecture"])
names = ("X86_V3", "X86_V4", "AVX512_ICL", "AVX512_SPR")
print(*[name for name in names if features[name]])
"""


def test_pin_sets_the_environment_of_this_process_and_its_children(monkeypatch):
    for name in PINS:
        monkeypatch.delenv(name, raising=False)
    pin()
    assert os.environ.items() >= PINS.items()


@pytest.mark.parametrize(
    ("cpuinfo", "core"),
    [
        ("processor\t: 0\nflags\t\t: fpu sse4_2 avx f16c fma avx2 bmi2\n", "Haswell"),
        ("processor\t: 0\nflags\t\t: fpu sse4_2 avx\n", None),
        ("processor\t: 0\nflags\t\t: fpu sse4_2 avx f16c avx2\n", None),
        # Another architecture has no such line, and OpenBLAS there does not know Haswell.
        ("processor\t: 0\nFeatures\t: fp asimd\n", "Haswell"),
        (None, "Haswell"),
    ],
)
def test_a_processor_without_avx2_chooses_its_own_kernels(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, cpuinfo: str | None, core: str | None
) -> None:
    path = tmp_path / "cpuinfo"
    if cpuinfo is not None:
        path.write_text(cpuinfo, encoding="utf-8")
    monkeypatch.setattr(kernels, "CPUINFO", path)
    for name, value in PINS.items():
        monkeypatch.setenv(name, value)
    pin()
    assert os.environ.get("OPENBLAS_CORETYPE") == core
    others = PINS.keys() - {"OPENBLAS_CORETYPE"}
    assert all(os.environ[name] == PINS[name] for name in others)


def test_the_tests_themselves_run_with_pinned_kernels():
    assert os.environ.items() >= PINS.items()


def test_importing_the_package_leaves_numpy_unloaded():
    program = "import sys, momentum_study.core.kernels; sys.exit('numpy' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="pins kernels of x86-64")
@pytest.mark.parametrize(
    "of_the_user",
    [
        {},
        {"OPENBLAS_CORETYPE": "Sandybridge", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
        {"NPY_ENABLE_CPU_FEATURES": "X86_V4"},
        {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4"},
    ],
    ids=" ".join,
)
def test_numpy_obeys_every_pin(of_the_user: dict[str, str]) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in PINS}
    environment |= {"PYTHONPATH": os.pathsep.join(sys.path)} | of_the_user
    output = subprocess.run(
        [sys.executable, "-c", REPORT],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert output.splitlines() == ["1 Haswell", "X86_V3"]
