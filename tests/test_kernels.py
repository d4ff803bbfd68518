"""The pinned kernels are the ones in use."""

import os
import platform
import subprocess
import sys

import pytest

from momentum_study.kernels import PINS, pin

REPORT = """
import warnings
warnings.simplefilter("error")  # NumPy warns of a pin that it does not know
from momentum_study.kernels import pin
pin()
import numpy as np
from numpy._core._multiarray_umath import __cpu_features__ as features
from threadpoolctl import threadpool_info
(blas,) = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
print(blas["num_threads"], blas["architecture"])
print(*[name for name in ("X86_V4", "AVX512_ICL", "AVX512_SPR") if features[name]])
"""


def test_pin_sets_the_environment_of_this_process_and_its_children(monkeypatch):
    for name in PINS:
        monkeypatch.delenv(name, raising=False)
    pin()
    assert os.environ.items() >= PINS.items()


def test_the_tests_themselves_run_with_pinned_kernels():
    assert os.environ.items() >= PINS.items()


def test_importing_the_package_leaves_numpy_unloaded():
    program = "import sys, momentum_study.kernels; sys.exit('numpy' in sys.modules)"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="pins kernels of x86-64")
def test_numpy_obeys_every_pin():
    environment = {name: value for name, value in os.environ.items() if name not in PINS}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    output = subprocess.run(
        [sys.executable, "-c", REPORT],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert output.splitlines() == ["1 Haswell", ""]
