"""The kernels that are chosen are the ones in use."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from momentum_study.core import kernels
from momentum_study.core.kernels import ONE_THREAD, PINS, choose, requested

REPORT = """
import sys, warnings
warnings.simplefilter("error")  # NumPy warns of a pin that it does not know
from momentum_study.core.kernels import choose
choose(sys.argv[1])
import numpy as np
from numpy._core._multiarray_umath import __cpu_features__ as features
from threadpoolctl import threadpool_info
(blas,) = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
print(blas["num_threads"], blas["architecture"])
names = ("X86_V3", "X86_V4", "AVX512_ICL", "AVX512_SPR")
print(*[name for name in names if features[name]])
"""
OF_THE_USER: list[dict[str, str]] = [
    {},
    {"OPENBLAS_CORETYPE": "Sandybridge", "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"},
    {"NPY_ENABLE_CPU_FEATURES": "X86_V4"},
    {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4"},
]


def environment(variables: dict[str, str]) -> dict[str, str]:
    """Return the environment with these variables about kernels and no others."""
    others = {name: value for name, value in os.environ.items() if name not in PINS}
    return others | {"PYTHONPATH": os.pathsep.join(sys.path)} | variables


def reported(kernels: str, of_the_user: dict[str, str]) -> list[str]:
    """Return what NumPy and OpenBLAS use after the choice."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT, kernels],
        env=environment(of_the_user),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_portable_kernels_are_in_the_environment_of_this_process_and_its_children(monkeypatch):
    for name in PINS:
        monkeypatch.delenv(name, raising=False)
    choose("portable")
    assert os.environ.items() >= PINS.items()


@pytest.mark.parametrize(
    ("arguments", "kernels"),
    [
        (["train", "--kernels", "native", "--seed", "1"], "native"),
        (["train", "--seed", "1", "--kernels=native"], "native"),
        (["train", "--kern", "native"], "native"),  # as the command reads it
        (["plan", "--kernels", "portable", "--kernels", "native"], "native"),
        (["plan", "--kernels", "native", "--kernels", "portable"], "portable"),
        (["train", "--grid", "native"], "portable"),
        (["train", "--kernels"], "portable"),
        ([], "portable"),
    ],
)
def test_kernels_are_requested_by_a_flag_of_the_command(arguments, kernels):
    assert requested(arguments) == kernels


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
    choose("portable")
    assert os.environ.get("OPENBLAS_CORETYPE") == core
    others = PINS.keys() - {"OPENBLAS_CORETYPE"}
    assert all(os.environ[name] == PINS[name] for name in others)


def test_the_tests_themselves_run_with_portable_kernels():
    assert os.environ.items() >= PINS.items()


def test_importing_the_package_leaves_numpy_unloaded():
    program = "import sys, momentum_study.core.kernels; sys.exit('numpy' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="only kernels of x86-64 are portable")
@pytest.mark.parametrize("of_the_user", OF_THE_USER, ids=" ".join)
def test_portable_kernels_are_the_same_for_every_user(of_the_user: dict[str, str]) -> None:
    assert reported("portable", of_the_user) == ["1 Haswell", "X86_V3"]


@pytest.mark.parametrize("of_the_user", [*OF_THE_USER[1:], PINS], ids=" ".join)
def test_native_kernels_are_those_of_the_processor(of_the_user: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", REPORT.replace("choose(sys.argv[1])", "")],
        env=environment(ONE_THREAD),
        capture_output=True,
        text=True,
        check=True,
    )
    assert reported("native", of_the_user) == done.stdout.splitlines()
