"""Choose the numerical kernels: those that all x86-64 machines with AVX2 share, or the processor's.

OpenBLAS and NumPy choose code by processor, and the choices round differently. *Portable* kernels
are the best code that all processors with AVX2 share, so that these compute the same bytes.
*Native* kernels are what the libraries choose on this processor. The choice acts on libraries
loaded later, so that :func:`choose` must run before NumPy is imported.
"""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

Kernels = Literal["portable", "native"]

# One thread: the workflow runs jobs in parallel, and a split product rounds differently.
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
PINS = {
    **ONE_THREAD,
    # The AVX2 kernels of OpenBLAS.
    "OPENBLAS_CORETYPE": "Haswell",
    # NumPy's own loops, with nothing beyond AVX2 (its group X86_V3).
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
}
"""The environment variables of portable kernels."""

CPUINFO = Path("/proc/cpuinfo")
"""Where Linux lists the features of its processors."""


def requested(arguments: Sequence[str]) -> Kernels:
    """Return the kernels that the arguments of a command request with ``--kernels``.

    The command itself refuses other values, and the flag where it does not have it.
    """
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--kernels", nargs="?")
    known, _ = parser.parse_known_args(arguments)
    return "native" if known.kernels == "native" else "portable"


def choose(kernels: Kernels) -> None:
    """Set the environment variables that choose kernels, for this process and its children.

    Any others of the user's are removed. On a processor without AVX2, OpenBLAS chooses its own
    kernels in both cases.
    """
    # NumPy does not load where features are both enabled and disabled.
    for name in (*PINS, "NPY_ENABLE_CPU_FEATURES"):
        os.environ.pop(name, None)
    os.environ.update(PINS if kernels == "portable" else ONE_THREAD)
    if _lacks_avx2():
        # OpenBLAS does not check, and the first product would be an illegal instruction.
        os.environ.pop("OPENBLAS_CORETYPE", None)


def _lacks_avx2() -> bool:
    """Whether Linux lists the processor's features without those that Haswell kernels use."""
    try:
        with CPUINFO.open(encoding="utf-8") as lines:
            features = next((line.split() for line in lines if line.startswith("flags")), None)
    except OSError:
        return False
    return features is not None and not {"avx2", "fma"} <= set(features)
